import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProtobufCodec } from '../../api/codec/protobuf.ts';
import type { ApiRequest } from '../../api/exchange.ts';
import { StatusError } from '../../api/status.ts';
import { protobufTable } from '../../schema/builtin/protobuf.ts';
import { BodySyntaxError, type ParsedBody } from '../verbs/resource-handler.ts';
import { parseBody } from './request-body.ts';

const codec = createProtobufCodec(protobufTable);
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const custom = { apiVersion: 'example.com/v1', kind: 'Thing' };

function parse(body: string | Uint8Array, contentType?: string, fallback = configMap): Promise<ParsedBody> {
  const request: ApiRequest = {
    method: 'POST',
    path: '/',
    query: '',
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    body: Buffer.from(body),
    signal: new AbortController().signal,
  };
  return parseBody(request, fallback, codec);
}

test('JSON, with or without parameters, and where no type is named', async () => {
  for (const type of [undefined, 'application/json', 'application/json; charset=utf-8']) {
    assert.deepEqual((await parse('{"a":1}', type)).value, { a: 1 });
  }
});

test('nothing is an empty object: null, and YAML without text', async () => {
  assert.deepEqual((await parse('null')).value, {});
  for (const text of ['', '# a comment\n', '---\n', 'null']) {
    assert.deepEqual((await parse(text, 'application/yaml')).value, {}, text);
  }
});

test('YAML is that of upstream: no dates, no base 60, yes is true, the first document', async () => {
  const text =
    'date: 2026-01-01\nport: 22:22\ntext: "y"\non: on\noct: 0o17\nfloat: 1.5\nmerge: {<<: {a: 1}, b: 2}\n---\nmore: 1\n';
  const { value } = await parse(text, 'application/yaml');
  assert.deepEqual(value, {
    date: '2026-01-01',
    port: '22:22',
    text: 'y',
    true: true,
    oct: 15,
    float: 1.5,
    merge: { a: 1, b: 2 },
  });
});

test('keys that stand twice are told: the last one counts', async () => {
  const json = await parse('{"a":1,"a":2}');
  assert.deepEqual([json.value, json.strictErrors], [{ a: 2 }, ['duplicate field "a"']]);
  const yaml = await parse('a: 1\nb:\n  c: 1\n  c: 2\na: 2\n', 'application/yaml');
  assert.deepEqual(yaml.value, { a: 2, b: { c: 2 } });
  assert.deepEqual(yaml.strictErrors, [
    'yaml: unmarshal errors:\n  line 4: key "c" already set in map\n  line 5: key "a" already set in map',
  ]);
});

test('protobuf is spoken for built-in kinds', async () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' } };
  const { value } = await parse(codec.encode(object), 'application/vnd.kubernetes.protobuf');
  assert.deepEqual(value, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' }, data: { a: 'b' } });
});

test('types that are not taken are refused with those that are', async () => {
  const expected = 'application/json, application/yaml';
  for (const [type, fallback, accepted] of [
    ['text/plain', configMap, `${expected}, application/vnd.kubernetes.protobuf`],
    ['application/vnd.kubernetes.protobuf', custom, expected],
    ['application/merge-patch+json', custom, expected],
  ] as const) {
    await assert.rejects(
      parse('{}', type, fallback),
      (error: unknown) =>
        error instanceof StatusError &&
        error.status.code === 415 &&
        error.message ===
          `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
    );
  }
});

const kindError =
  'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const wrong: Record<string, [body: string, type: string, message: string]> = {
  'broken JSON': [
    '{"a":',
    'application/json',
    "couldn't get version/kind; json parse error: unexpected end of JSON input",
  ],
  'a list': [
    '[]',
    'application/json',
    `couldn't get version/kind; json parse error: json: cannot unmarshal array into ${kindError}`,
  ],
  'a kind that is no text': [
    '{"kind":5}',
    'application/json',
    "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string",
  ],
  'too deep': [
    '{"a":'.repeat(3000),
    'application/json',
    "couldn't get version/kind; json parse error: invalid character '{' exceeded max depth",
  ],
  'a key that would change a prototype': [
    '{"a":{"__proto__":{}}}',
    'application/json',
    'couldn\'t get version/kind; json parse error: json: object key "__proto__" is not supported',
  ],
  'no envelope': [
    'garbage',
    'application/vnd.kubernetes.protobuf',
    'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
  ],
};

for (const [name, [body, type, message]] of Object.entries(wrong)) {
  test(`${name} is refused`, async () => {
    await assert.rejects(
      parse(body, type),
      (error: unknown) => error instanceof BodySyntaxError && error.message === message,
    );
  });
}

test('hostile YAML is refused: broken, aliases without end, depth, keys that are no texts', async () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}]`),
  ];
  for (const text of [
    'a: [',
    'a: b: c',
    '\ta: 1',
    bomb.join('\n'),
    `a: ${'['.repeat(5000)}`,
    '? [a]\n: b\n',
    '%YAML 9.9\n---\n- &a',
  ]) {
    try {
      const { value } = await parse(text, 'application/yaml');
      assert.ok(JSON.stringify(value).length < 10_000);
    } catch (error) {
      assert.ok(error instanceof BodySyntaxError, String(error));
    }
  }
  await assert.rejects(parse('a: b: c', 'application/yaml'), BodySyntaxError);
  await assert.rejects(parse(bomb.join('\n'), 'application/yaml'), BodySyntaxError);
});
