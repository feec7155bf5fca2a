import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { goldenCases } from '../../api/golden-cases.test-double.ts';
import type { JsonObject } from '../../api/json.ts';
import { StatusError } from '../../api/status.ts';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import { decodeStrategicMergePatch } from '../patch-body.ts';
import { applyStrategicMergePatch } from './strategic-merge.ts';

function schemaOf(kind: string): ObjectSchema {
  const schema = schemaForKind({ group: kind === 'Deployment' ? 'apps' : '', version: 'v1', kind });
  assert.ok(schema);
  return schema;
}

function apply(kind: string, document: JsonObject, patch: JsonObject): JsonObject {
  return applyStrategicMergePatch(document, patch, schemaOf(kind));
}

const golden = new URL('../testdata/strategic-merge-patches.generated.json', import.meta.url);

for (const { kind = '', doc, patch, out, error } of goldenCases<JsonObject>(golden)) {
  test(`${kind} ${JSON.stringify(doc)} ← ${JSON.stringify(patch)}`.slice(0, 300), () => {
    assert.ok(doc !== undefined && patch !== undefined);
    const before = JSON.stringify([doc, patch]);
    if (error === undefined) assert.deepEqual(apply(kind, doc, patch), JSON.parse(out ?? ''));
    else
      assert.throws(
        () => apply(kind, doc, patch),
        (thrown) => causeOf(thrown) === error,
      );
    assert.equal(JSON.stringify([doc, patch]), before);
  });
}

function causeOf(thrown: unknown): string {
  assert.ok(thrown instanceof StatusError && thrown.cause instanceof Error);
  return thrown.cause.message;
}

const pod = (spec: JsonObject): JsonObject => ({ spec });

const table: readonly [name: string, kind: string, document: JsonObject, patch: JsonObject, result: JsonObject][] = [
  [
    'containers merge by name; a new one comes first, as upstream has it',
    'Pod',
    pod({ containers: [{ name: 'a', image: '1' }] }),
    pod({ containers: [{ name: 'a', image: '2' }, { name: 'b' }] }),
    pod({ containers: [{ name: 'a', image: '2' }, { name: 'b' }] }),
  ],
  [
    'an element is deleted by directive',
    'Pod',
    pod({ containers: [{ name: 'a' }, { name: 'b' }] }),
    pod({ containers: [{ name: 'a', $patch: 'delete' }] }),
    pod({ containers: [{ name: 'b' }] }),
  ],
  [
    'a list is replaced by directive',
    'Pod',
    pod({ containers: [{ name: 'a' }, { name: 'b' }] }),
    pod({ containers: [{ name: 'c' }, { $patch: 'replace' }] }),
    pod({ containers: [{ name: 'c' }] }),
  ],
  [
    'an atomic list is replaced',
    'Pod',
    pod({ tolerations: [{ key: 'a' }] }),
    pod({ tolerations: [{ key: 'b' }] }),
    pod({ tolerations: [{ key: 'b' }] }),
  ],
  [
    'retainKeys drops what the union no longer has',
    'Deployment',
    { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    { spec: { strategy: { type: 'Recreate' } } },
  ],
  [
    'elements of a primitive list are deleted and added, in the order asked for',
    'Pod',
    { metadata: { finalizers: ['a', 'b', 'c'] } },
    {
      metadata: {
        '$deleteFromPrimitiveList/finalizers': ['b'],
        '$setElementOrder/finalizers': ['d', 'c', 'a'],
        finalizers: ['d'],
      },
    },
    { metadata: { finalizers: ['d', 'c', 'a'] } },
  ],
  [
    'what only the server has keeps its place',
    'Pod',
    pod({ containers: [{ name: 'a' }, { name: 'injected' }, { name: 'b' }] }),
    pod({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }),
    pod({ containers: [{ name: 'injected' }, { name: 'b' }, { name: 'a' }] }),
  ],
  [
    'null deletes',
    'Pod',
    { metadata: { labels: { a: '1', b: '2' } } },
    { metadata: { labels: { a: null } } },
    { metadata: { labels: { b: '2' } } },
  ],
  [
    'ports of a service merge by port',
    'Service',
    { spec: { ports: [{ port: 80, name: 'a' }] } },
    { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
    { spec: { ports: [{ port: 80, name: 'a', targetPort: 8080 }] } },
  ],
];

for (const [name, kind, document, patch, result] of table) {
  test(name, () => assert.deepEqual(apply(kind, document, patch), result));
}

const refused: readonly [name: string, patch: JsonObject, code: number, message: string][] = [
  [
    'an element without merge key',
    pod({ containers: [{ image: 'x' }] }),
    500,
    'map: map[image:x] does not contain declared merge key: name',
  ],
  ['an unknown directive', { $patch: 'foo' }, 500, 'unknown patch type: foo in map: map[$patch:foo]'],
  ['retainKeys that is no list', { metadata: { $retainKeys: 'a' } }, 400, 'invalid patch format of retainKeys'],
  [
    'a primitive directive without field',
    { $deleteFromPrimitiveList: [] },
    400,
    'invalid patch format of primitive list',
  ],
  [
    'an order for an unknown field',
    { '$setElementOrder/foo': [] },
    500,
    'unable to find api field in struct Pod for the json field "foo"',
  ],
];

for (const [name, patch, code, message] of refused) {
  test(`${name}: ${code} ${message}`, () => {
    assert.throws(
      () => apply('Pod', { metadata: { name: 'x' }, spec: { containers: [{ name: 'a' }] } }, patch),
      (error) => error instanceof StatusError && error.status.code === code && error.message === message,
    );
  });
}

const containers = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'))
  .chain((names) => fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), image: fc.string() }))));

test('a patch without directives, applied twice, does what it does once', () => {
  fc.assert(
    fc.property(containers, containers, (present, change) => {
      const patch = pod({ containers: change });
      const once = apply('Pod', pod({ containers: present }), patch);
      assert.deepEqual(apply('Pod', once, patch), once);
    }),
  );
});

test('the asked-for order is kept, and no element is lost', () => {
  fc.assert(
    fc.property(containers, fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e']), (present, order) => {
      fc.pre(present.length > 0);
      const result = apply(
        'Pod',
        pod({ containers: present }),
        pod({ '$setElementOrder/containers': order.map((name) => ({ name })) }),
      );
      const names = namesOf(result);
      assert.deepEqual([...names].sort(), present.map(({ name }) => name).sort());
      assert.deepEqual(
        names.filter((name) => order.includes(name)),
        order.filter((name) => names.includes(name)),
      );
    }),
  );
});

function namesOf(object: JsonObject): string[] {
  // Built above.
  const { spec } = object as { spec: { containers: { name: string }[] } };
  return spec.containers.map(({ name }) => name);
}

test('a body that is no object is refused', () => {
  const message = 'json: cannot unmarshal array into Go value of type map[string]interface {}';
  assert.throws(() => decodeStrategicMergePatch(Buffer.from('[]'), true), { message });
  assert.throws(() => decodeStrategicMergePatch(Buffer.from('{'), true), { message: 'unexpected end of JSON input' });
  assert.deepEqual(decodeStrategicMergePatch(Buffer.from('null'), false), { patch: {}, strictErrors: [] });
});
