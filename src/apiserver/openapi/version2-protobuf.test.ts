import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { encodeVersion2 } from './version2-protobuf.ts';

/** A field of bytes, written forwards: what the encoder should have written backwards. */
const field = (number: number, ...content: (string | Buffer)[]): Buffer => {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part)));
  assert.ok(number < 256 && bytes.length < 128);
  const tag = number * 8 + 2;
  return Buffer.concat([
    Buffer.from(tag < 128 ? [tag] : [(tag % 128) + 128, tag >> 7]),
    Buffer.from([bytes.length]),
    bytes,
  ]);
};
const number = (of: number, value: number): Buffer => {
  const tag = of * 8;
  return Buffer.from([...(tag < 128 ? [tag] : [(tag % 128) + 128, tag >> 7]), value]);
};

const cases: readonly (readonly [name: string, document: JsonObject, bytes: Buffer])[] = [
  [
    'texts',
    { swagger: '2.0', info: { title: 'T', version: '' } },
    Buffer.concat([field(1, '2.0'), field(2, field(1, 'T'))]),
  ],
  [
    'a schema, with its extensions as YAML',
    { definitions: { a: { type: 'string', 'x-kind': [{ kind: 'A' }] } } },
    field(
      9,
      field(
        1,
        field(1, 'a'),
        field(2, field(22, field(1, 'string')), field(31, field(1, 'x-kind'), field(2, field(2, '- kind: A\n')))),
      ),
    ),
  ],
  [
    'lists, references and defaults',
    { definitions: { a: { items: { $ref: '#/b' }, default: {}, required: ['x', 'y'], minimum: 0, maxItems: 3 } } },
    field(
      9,
      field(
        1,
        field(1, 'a'),
        field(
          2,
          field(5, field(2, '{}\n')),
          number(14, 3),
          field(19, 'x'),
          field(19, 'y'),
          field(23, field(1, field(1, '#/b'))),
        ),
      ),
    ),
  ],
  [
    'additional properties: a schema, or whether there may be any',
    { definitions: { a: { additionalProperties: { type: 'x' } }, b: { additionalProperties: false } } },
    field(
      9,
      field(1, field(1, 'a'), field(2, field(21, field(1, field(22, field(1, 'x')))))),
      field(1, field(1, 'b'), field(2, field(21, number(2, 0)))),
    ),
  ],
  [
    'parameters by their place',
    {
      paths: {
        '/p': {
          parameters: [{ in: 'path', name: 'n', required: true, type: 't' }, { $ref: '#/q' }],
          get: {
            parameters: [
              { in: 'query', name: 'q', uniqueItems: true },
              { in: 'body', name: 'b', schema: {} },
            ],
          },
        },
      },
    },
    field(
      8,
      field(
        2,
        field(1, '/p'),
        field(
          2,
          field(
            2,
            field(8, field(1, field(2, field(3, field(2, 'query'), field(4, 'q'), number(20, 1))))),
            field(8, field(1, field(1, field(2, 'b'), field(3, 'body'), field(5)))),
          ),
          field(9, field(1, field(2, field(4, number(1, 1), field(2, 'path'), field(4, 'n'), field(5, 't'))))),
          field(9, field(2, field(1, '#/q'))),
        ),
      ),
    ),
  ],
  [
    'answers and security',
    {
      paths: { '/p': { get: { responses: { 200: { description: 'OK', schema: { type: 's' } } } } } },
      security: [{ BearerToken: [] }],
      securityDefinitions: { BearerToken: { in: 'header' } },
    },
    Buffer.concat([
      field(
        8,
        field(
          2,
          field(1, '/p'),
          field(
            2,
            field(
              2,
              field(
                9,
                field(
                  1,
                  field(1, '200'),
                  field(2, field(1, field(1, 'OK'), field(2, field(1, field(22, field(1, 's')))))),
                ),
              ),
            ),
          ),
        ),
      ),
      field(12, field(1, field(1, 'BearerToken'), field(2))),
      field(13, field(1, field(1, 'BearerToken'), field(2, field(2, field(3, 'header'))))),
    ]),
  ],
];

for (const [name, document, bytes] of cases) {
  test(`openapi v2 in protobuf: ${name}`, () => {
    assert.deepEqual(Buffer.from(encodeVersion2(document)), bytes);
  });
}
