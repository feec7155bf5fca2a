/** Against what upstream's own codec makes of the same objects: see test/golden/oracle. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { JsonObject } from '../json.ts';
import { ProtobufError } from './protobuf-error.ts';
import type { ProtobufTable } from './protobuf-table.ts';
import { createProtobufCodec } from './protobuf.ts';

interface GoldenCase {
  readonly name: string;
  readonly input: JsonObject;
  readonly answer: { readonly pb: string; readonly json: JsonObject };
}

const root = join(import.meta.dirname, '../../..');
// Files that our own generators write.
const table = readJson('src/schema/builtin/protobuf.generated.json') as ProtobufTable;
const cases = readJson('test/golden/protobuf/objects.json') as GoldenCase[];
const codec = createProtobufCodec(table);

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function hex(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

/** An envelope of a v1 object around a message. */
function enveloped(kind: string, body: Uint8Array): Uint8Array {
  const type = Buffer.concat([
    hex('0a 02'),
    Buffer.from('v1'),
    hex('12'),
    Buffer.from([kind.length]),
    Buffer.from(kind),
  ]);
  return Buffer.concat([
    Buffer.from('k8s\0'),
    hex('0a'),
    varint(type.length),
    type,
    hex('12'),
    varint(body.length),
    body,
  ]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    if (rest < 128) return Buffer.from(bytes);
  }
}

describe('the bytes are upstream’s', () => {
  for (const { name, input, answer } of cases) {
    test(name, () => assert.equal(Buffer.from(codec.encode(input)).toString('base64'), answer.pb));
  }
});

describe('the object is upstream’s', () => {
  for (const { name, answer } of cases) {
    test(name, () => {
      const { kind, apiVersion } = answer.json;
      assert.deepEqual(codec.decode(Buffer.from(answer.pb, 'base64')), { kind, apiVersion, ...answer.json });
    });
  }
  test('in the order of upstream’s fields', () => {
    const pod = cases.find(({ name }) => name === 'pod');
    assert.ok(pod);
    assert.equal(JSON.stringify(codec.decode(Buffer.from(pod.answer.pb, 'base64'))), JSON.stringify(pod.answer.json));
  });
});

describe('lists and watches', () => {
  const list = cases.find(({ name }) => name === 'pod list');
  assert.ok(list);
  const pods = list.answer.json['items'] as JsonObject[];

  test('a list joined from its items is the list', () => {
    const items = pods.map((pod) => codec.encodeItemOf({ apiVersion: 'v1', kind: 'Pod' }, pod));
    const metadata = list.answer.json['metadata'] as JsonObject;
    const joined = codec.encodeListFromItems({ apiVersion: 'v1', kind: 'PodList' }, metadata, items);
    assert.equal(Buffer.from(joined).toString('base64'), list.answer.pb);
  });
  test('an item is the message within its envelope', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
    const envelope = Buffer.from(codec.encode(pod));
    assert.ok(envelope.includes(Buffer.from(codec.encodeItem(pod))));
  });
  test('a watch event has its length in front and comes back whole', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', ...pods[0] };
    const framed = Buffer.from(codec.encodeWatchEvent('ADDED', codec.encode(pod)));
    assert.equal(framed.readUInt32BE(0), framed.length - 4);
    assert.deepEqual(codec.decodeWatchEvent(framed.subarray(4)), { type: 'ADDED', object: pod });
  });
});

describe('what is absent on the wire is Go’s zero value', () => {
  const absent: [name: string, kind: string, body: string, expected: JsonObject][] = [
    ['structs are there, pointers are not', 'ServiceAccount', '', { metadata: {} }],
    ['a list without omitempty is null', 'ConfigMapList', '', { metadata: {}, items: null }],
    ['a struct within a struct', 'Namespace', '', { metadata: {}, spec: {}, status: {} }],
    ['a value in a map', 'ConfigMap', '12 03 0a 01 61', { metadata: {}, data: { a: '' } }],
    ['bytes in a map', 'Secret', '12 03 0a 01 61', { metadata: {}, data: { a: '' } }],
  ];
  for (const [name, kind, body, expected] of absent) {
    test(name, () =>
      assert.deepEqual(codec.decode(enveloped(kind, hex(body))), { kind, apiVersion: 'v1', ...expected }),
    );
  }
});

describe('protobuf’s own rules', () => {
  test('unknown fields of all wire types are skipped', () => {
    const body = hex(
      'f8 07 96 01  f9 07 0102030405060708  fa 07 02 6161  fd 07 01020304  fb 07 08 01 fc 07  0a 03 0a 01 61',
    );
    assert.deepEqual(codec.decode(enveloped('ConfigMap', body)), {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a' },
    });
  });
  test('a message in two pieces is merged, the later scalar wins', () => {
    const body = hex('0a 03 0a 01 61  0a 06 0a 01 62 1a 01 6e');
    const expected = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'b', namespace: 'n' } };
    assert.deepEqual(codec.decode(enveloped('ConfigMap', body)), expected);
  });
  test('packed numbers are read too', () => {
    // Pod.spec.securityContext.supplementalGroups, field 4, packed and not.
    const body = hex('12 09 72 07 22 03 01 02 03 20 04');
    const pod = codec.decode(enveloped('Pod', body));
    assert.deepEqual((pod['spec'] as JsonObject)['securityContext'], { supplementalGroups: [1, 2, 3, 4] });
    const none = codec.decode(enveloped('Pod', hex('12 04 72 02 22 00')));
    assert.deepEqual((none['spec'] as JsonObject)['securityContext'], {});
  });
  test('a key __proto__ is a key', () => {
    const body = Buffer.concat([hex('12 0e 0a 09'), Buffer.from('__proto__'), hex('12 01 61')]);
    const data = codec.decode(enveloped('ConfigMap', body))['data'] as JsonObject;
    assert.ok(Object.hasOwn(data, '__proto__'));
    assert.equal(Object.getPrototypeOf(data), Object.prototype);
  });
  test('a kind and version that the envelope leaves empty are the caller’s', () => {
    const decoded = codec.decode(Buffer.concat([Buffer.from('k8s\0'), hex('12 00')]), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
    });
    assert.deepEqual(decoded, { kind: 'ConfigMap', apiVersion: 'v1', metadata: {} });
  });
});

describe('refused', () => {
  const decodes: [name: string, bytes: Uint8Array, code: string, message: RegExp][] = [
    ['nothing', hex(''), 'malformed', /^empty data$/],
    ['JSON', Buffer.from('{"kind":"Pod"}'), 'not-protobuf', /expected prefix \[107 56 115 0\]/],
    ['the magic alone', Buffer.from('k8s\0'), 'malformed', /^empty body$/],
    [
      'a kind without a message',
      enveloped('Nothing', hex('')),
      'unknown-kind',
      /no kind "Nothing" is registered for version "v1"/,
    ],
    [
      'a kind named like a property of every object',
      enveloped('constructor', hex('')),
      'unknown-kind',
      /no kind "constructor"/,
    ],
    ['no kind', enveloped('', hex('')), 'unknown-kind', /Object 'Kind' is missing/],
    ['a cut-off length', enveloped('Pod', hex('0a')), 'malformed', /^unexpected EOF$/],
    ['a length beyond the end', enveloped('Pod', hex('0a ff ff ff ff 07')), 'malformed', /^unexpected EOF$/],
    ['a negative length', enveloped('Pod', hex('0a ff ff ff ff ff ff ff ff ff 01')), 'malformed', /negative length/],
    [
      'a varint without end',
      enveloped('Pod', hex('ff ff ff ff ff ff ff ff ff ff ff ff')),
      'malformed',
      /integer overflow/,
    ],
    [
      'a wrong wire type',
      enveloped('Pod', hex('08 01')),
      'malformed',
      /^proto: wrong wireType = 0 for field Metadata$/,
    ],
    ['field zero', enveloped('Pod', hex('02 00')), 'malformed', /^proto: Pod: illegal tag 0/],
    ['the end of no group', enveloped('Pod', hex('0c')), 'malformed', /^proto: Pod: wiretype end group for non-group$/],
    ['a group without end', enveloped('Pod', hex('fb 07')), 'malformed', /^unexpected EOF$/],
    ['a wire type that isn’t', enveloped('Pod', hex('ff 07')), 'malformed', /^proto: illegal wireType 7$/],
    [
      'an integer above 2^53',
      enveloped('Pod', hex('0a 09 38 81 80 80 80 80 80 80 10')),
      'unrepresentable',
      /generation: integers above 2\^53/,
    ],
    [
      'a quantity that isn’t',
      enveloped('ResourceQuota', hex('12 0b 0a 09 0a 01 61 12 04 0a 02 78 78')),
      'malformed',
      /quantities must match/,
    ],
  ];
  for (const [name, bytes, code, message] of decodes) {
    test(name, () => {
      assert.throws(
        () => codec.decode(bytes),
        (error) => error instanceof ProtobufError && error.code === code && message.test(error.message),
      );
    });
  }
  const encodes: [name: string, object: JsonObject, message: RegExp][] = [
    ['an object without a kind', {}, /has no protobuf form/],
    ['a custom resource', { apiVersion: 'g.example/v1', kind: 'Thing' }, /no kind "Thing"/],
    [
      'a text where a number belongs',
      { apiVersion: 'v1', kind: 'Pod', spec: { priority: '1' } },
      /priority: expected an integer/,
    ],
    ['half an integer', { apiVersion: 'v1', kind: 'Pod', spec: { priority: 1.5 } }, /priority: expected an integer/],
    [
      'too large an integer',
      { apiVersion: 'v1', kind: 'Pod', spec: { priority: 2 ** 31 } },
      /priority: 2147483648 is out of range/,
    ],
    [
      'a map where a list belongs',
      { apiVersion: 'v1', kind: 'Pod', spec: { containers: {} } },
      /containers: expected a list/,
    ],
    ['a list where a map belongs', { apiVersion: 'v1', kind: 'ConfigMap', data: [] }, /data: expected a map/],
    ['a text where an object belongs', { apiVersion: 'v1', kind: 'Pod', spec: 'x' }, /spec: expected an object/],
    [
      'a time that isn’t',
      { apiVersion: 'v1', kind: 'Pod', metadata: { creationTimestamp: 'today' } },
      /not an RFC 3339 time/,
    ],
    ['bytes that aren’t base64', { apiVersion: 'v1', kind: 'Secret', data: { a: '!!!!' } }, /illegal base64/],
  ];
  for (const [name, object, message] of encodes) {
    test(name, () => {
      assert.throws(
        () => codec.encode(object),
        (error) => error instanceof ProtobufError && message.test(error.message),
      );
    });
  }
});

describe('limits', () => {
  const crd = 'apiextensions.k8s.io/v1';
  function nested(depth: number): JsonObject {
    let schema: JsonObject = {};
    for (let index = 0; index < depth; index++) schema = { items: schema };
    return {
      apiVersion: crd,
      kind: 'CustomResourceDefinition',
      spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: schema } }] },
    };
  }
  test('schemas may nest, but not without end', () => {
    const deep = nested(100);
    const back = codec.decode(codec.encode(deep));
    assert.match(JSON.stringify(back), /("items":\{){100}/);
    assert.throws(() => codec.encode(nested(10_000)), /nested too deeply/);
    const deeper = createProtobufCodec(table, {
      depthMax: 2000,
      messagesMax: 10_000,
    });
    const bytes = deeper.encode(nested(500));
    assert.throws(() => codec.decode(bytes), /nested too deeply/);
  });
  test('many empty messages cost no more than the limit', () => {
    const body = Buffer.concat([hex('12'), varint(1_200_000), Buffer.alloc(1_200_000, '1200', 'hex')]);
    assert.throws(() => codec.decode(enveloped('Pod', body)), /too many messages/);
  });
  test('JSON carried as bytes may not nest without end', () => {
    const raw = Buffer.from(`${'['.repeat(5000)}${']'.repeat(5000)}`);
    const extension = Buffer.concat([hex('0a'), varint(raw.length), raw]);
    const body = Buffer.concat([hex('12'), varint(extension.length), extension]);
    const bytes = Buffer.concat([Buffer.from('k8s\0'), hex('12'), varint(body.length), body]);
    assert.throws(
      () => codec.decode(bytes, { apiVersion: 'apps/v1', kind: 'ControllerRevision' }),
      /exceeded max depth/,
    );
  });
});
