import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from './object.ts';
import {
  encodeForStorage,
  invalidResourceVersionMessage,
  parseResourceVersion,
  spliceResourceVersion,
} from './resource-version.ts';

function read(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}

test('stored bytes begin with kind, apiVersion and metadata, whatever comes first in the object', () => {
  const object: KubeObject = {
    1: 'x',
    spec: { metadata: {} },
    metadata: { name: 'a', resourceVersion: '5', selfLink: '/x' },
    apiVersion: 'v1',
    kind: 'Pod',
  };
  const bytes = encodeForStorage(object);
  assert.equal(
    Buffer.from(bytes).toString(),
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"1":"x","spec":{"metadata":{}}}',
  );
});

for (const [name, stored, expected] of [
  [
    'behind a name alone',
    '{"kind":"A","apiVersion":"v1","metadata":{"name":"x"},"spec":{}}',
    '{"kind":"A","apiVersion":"v1","metadata":{"name":"x","resourceVersion":"7"},"spec":{}}',
  ],
  [
    'where Go has it',
    '{"metadata":{"name":"x","generateName":"y","namespace":"z","uid":"u","generation":1,"labels":{"uid":"5"}}}',
    '{"metadata":{"name":"x","generateName":"y","namespace":"z","uid":"u","resourceVersion":"7","generation":1,"labels":{"uid":"5"}}}',
  ],
  [
    'first, where the others come later',
    '{"metadata":{"labels":{"name":"x"},"name":"x"}}',
    '{"metadata":{"resourceVersion":"7","labels":{"name":"x"},"name":"x"}}',
  ],
  [
    'before a name that is none',
    String.raw`{"metadata":{"name":"x\"y","uid":"u"}}`,
    String.raw`{"metadata":{"resourceVersion":"7","name":"x\"y","uid":"u"}}`,
  ],
  [
    'into an empty one',
    '{"apiVersion":"v1","kind":"A","metadata":{}}',
    '{"apiVersion":"v1","kind":"A","metadata":{"resourceVersion":"7"}}',
  ],
] as const) {
  test(`splices ${name}`, () => {
    assert.equal(Buffer.from(spliceResourceVersion(Buffer.from(stored), 7)).toString(), expected);
  });
}

test('stored bytes are escaped as Go does', () => {
  const object = { kind: 'A', apiVersion: 'v1', metadata: { name: 'a' }, data: { 'x<': '&>\u2028\u2029é' } };
  assert.equal(
    Buffer.from(encodeForStorage(object)).toString(),
    String.raw`{"kind":"A","apiVersion":"v1","metadata":{"name":"a"},"data":{"x\u003c":"\u0026\u003e\u2028\u2029é"}}`,
  );
});

test('bytes without metadata are refused', () => {
  assert.throws(() => spliceResourceVersion(Buffer.from('{}'), 1), /do not begin with/);
});

test('storing and splicing gives the object with its revision', () => {
  const metadata = fc.dictionary(fc.string(), fc.string());
  fc.assert(
    fc.property(metadata, fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (meta, rest, revision) => {
      const { resourceVersion: _one, selfLink: _other, ['__proto__']: _third, ...kept } = meta;
      const { kind: _kind, apiVersion: _version, metadata: _metadata, ['__proto__']: _proto, ...body } = rest;
      // The generator's values are JSON.
      const object = { ...body, kind: 'Pod', apiVersion: 'v1', metadata: kept } as KubeObject;
      const read7 = read(spliceResourceVersion(encodeForStorage(object), revision));
      const expected = { ...object, metadata: { ...kept, resourceVersion: String(revision) } };
      assert.deepEqual(read7, JSON.parse(JSON.stringify(expected)));
    }),
  );
});

for (const [text, revision] of [
  [undefined, 0],
  ['', 0],
  ['0', 0],
  ['42', 42],
] as const) {
  test(`resourceVersion ${text} is ${revision}`, () => {
    assert.deepEqual(parseResourceVersion(text), { ok: true, revision });
  });
}

for (const [text, error] of [
  ['abc', 'strconv.ParseUint: parsing "abc": invalid syntax'],
  ['-1', 'strconv.ParseUint: parsing "-1": invalid syntax'],
  ['99999999999999999999', 'strconv.ParseUint: parsing "99999999999999999999": value out of range'],
] as const) {
  test(`resourceVersion ${text} is refused`, () => {
    const parsed = parseResourceVersion(text);
    assert.ok(!parsed.ok);
    assert.equal(parsed.error, error);
    assert.equal(
      invalidResourceVersionMessage(parsed.fieldError),
      `invalid resource version: resourceVersion: Invalid value: "${text}": ${error}`,
    );
  });
}
