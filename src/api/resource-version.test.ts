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
    'first of several',
    '{"kind":"A","apiVersion":"v1","metadata":{"name":"x"},"spec":{}}',
    '{"kind":"A","apiVersion":"v1","metadata":{"resourceVersion":"7","name":"x"},"spec":{}}',
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
