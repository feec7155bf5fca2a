import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../api/json.ts';
import { markOn } from '../api/side.ts';
import { copyCustom } from '../translate/custom/custom-copy.ts';
import { placeOf } from '../translate/marks.ts';
import { allDefinedKinds, checkSyncResources, definedKindsOf } from './custom-sync-role.ts';

const place = placeOf({ tenant: 'demo', hostNamespace: 'sublet-demo' });

function specOnHost(rules: JsonObject, spec: JsonValue): unknown {
  const [kind] = definedKindsOf([{ resource: 'crontabs.example.com', ...rules }], true);
  assert.ok(kind);
  const object = {
    apiVersion: 'example.com/v1',
    kind: 'CronTab',
    metadata: { name: 'a', namespace: 'b', uid: 'u' },
    spec,
  };
  return copyCustom({ place, rules: kind.rules }, markOn('tenant', object), undefined)['spec'];
}

const patched: readonly (readonly [title: string, patch: JsonObject, before: JsonValue, after: JsonValue])[] = [
  ['a value', { path: 'spec.a', value: { b: 1 } }, {}, { a: { b: 1 } }],
  ['a removal', { path: 'spec.a', remove: true }, { a: 1, b: 2 }, { b: 2 }],
  ['an expression over the value', { path: 'spec.a', expression: 'value + 1' }, { a: 1 }, { a: 2 }],
  [
    'one over the object and its place',
    { path: 'spec.a', expression: "tenant.metadata.name + '.' + context.hostNamespace + (host == null ? '' : '!')" },
    {},
    { a: 'a.sublet-demo' },
  ],
  ['one that gives null', { path: 'spec.a', expression: 'null' }, { a: 1 }, {}],
  ['one that makes a list', { path: 'spec.a', expression: 'value.filter(x, x > 1)' }, { a: [1, 2, 3] }, { a: [2, 3] }],
  [
    'a pattern with groups',
    { path: 'spec.a[*]', pattern: '^(\\w+)@.*', replacement: '$1@host' },
    { a: ['x@y', 1] },
    { a: ['x@host', 1] },
  ],
];
for (const [title, patch, before, after] of patched)
  test(`${title} is patched`, () => assert.deepEqual(specOnHost({ patches: [patch] }, before), after));

const failing: readonly (readonly [title: string, expression: string, spec: JsonValue])[] = [
  ['is not there for this object', 'value.b.c', { a: {} }],
  ['has another type than the object', 'value + 1', { a: 'x' }],
  [
    'costs too much',
    'tenant.spec.l.all(a, tenant.spec.l.all(b, tenant.spec.l.all(c, a + b + c >= 0)))',
    { l: Array.from({ length: 500 }, (_, i) => i) },
  ],
  ['gives what is no JSON', 'type(value)', { a: 1 }],
];
for (const [title, expression, spec] of failing)
  test(`an expression that ${title} refuses the object`, () => {
    assert.throws(() => specOnHost({ patches: [{ path: 'spec.a', expression }] }, spec), /the expression/);
  });

test('all expressions on an object have one budget', () => {
  const l = Array.from({ length: 300 }, (_, i) => i);
  const expression = 'tenant.spec.l.all(a, tenant.spec.l.all(b, a + b >= 0))';
  const patches = Array.from({ length: 60 }, (_, index) => ({ path: `spec.p${index}`, expression }));
  assert.throws(() => specOnHost({ patches }, { l }), /the expression/);
  assert.deepEqual(Object.keys(specOnHost({ patches: patches.slice(0, 5) }, { l }) as object).length, 6);
});

const crontabs = { resource: 'crontabs.example.com' };
const refused: readonly (readonly [title: string, given: unknown, message: RegExp])[] = [
  ['no list', {}, /is a list/],
  ['what is no object', ['crontabs'], /list of objects/],
  ['no name', [{}], /"resource" must be/],
  ['a built-in resource', [{ resource: 'deployments.apps' }], /no custom resource/],
  ['rights', [{ resource: 'clusterroles.rbac.authorization.k8s.io' }], /no custom resource/],
  ['definitions', [{ resource: 'customresourcedefinitions.apiextensions.k8s.io' }], /no custom resource/],
  ['Sublet’s own', [{ resource: 'tenants.sublet.dev' }], /no custom resource/],
  ['everything', [{ resource: '*.example.com' }], /no custom resource/],
  ['a subresource', [{ resource: 'crontabs.example.com/status' }], /no custom resource/],
  ['the same twice', [crontabs, { resource: 'example.com/v1/crontabs' }], /twice/],
  ['an unknown field', [{ ...crontabs, patchs: [] }], /has no "patchs"/],
  ['a wrong scope', [{ ...crontabs, scope: 'Node' }], /Namespaced or Cluster/],
  ['a wrong selector', [{ ...crontabs, selector: '==' }], /./],
  ['a patch that says nothing', [{ ...crontabs, patches: [{ path: 'spec.a' }] }], /has one of/],
  [
    'a patch that says two things',
    [{ ...crontabs, patches: [{ path: 'spec.a', value: 1, remove: true }] }],
    /has one of/,
  ],
  ['a patch of a name', [{ ...crontabs, patches: [{ path: 'metadata.name', value: 'x' }] }], /can't be patched/],
  [
    'a wrong direction',
    [{ ...crontabs, patches: [{ path: 'spec.a', remove: true, direction: 'up' }] }],
    /toHost or fromHost/,
  ],
  ['a wrong expression', [{ ...crontabs, patches: [{ path: 'spec.a', expression: 'value +' }] }], /is no expression/],
  ['an unknown variable', [{ ...crontabs, patches: [{ path: 'spec.a', expression: 'secrets' }] }], /is no expression/],
  ['a wrong pattern', [{ ...crontabs, patches: [{ path: 'spec.a', pattern: '(', replacement: '' }] }], /./],
  [
    'many fields from the host',
    [{ ...crontabs, patches: [{ path: 'spec.a[*]', remove: true, direction: 'fromHost' }] }],
    /only single fields/,
  ],
  ['a reference in the status', [{ ...crontabs, references: [{ path: 'status.a', kind: 'secrets' }] }], /no place/],
  ['a selector of itself', [{ ...crontabs, selectors: [{ path: 'metadata.labels', type: 'labels' }] }], /no place/],
  ['too many', Array.from({ length: 100 }, () => crontabs), /at most 64/],
];
for (const [title, given, message] of refused)
  test(`a configuration with ${title} is refused`, () => assert.throws(() => checkSyncResources(given), message));

test('what the operator describes goes before what is built in', () => {
  const own = [{ resource: 'gateway.networking.k8s.io/v1/httproutes' }];
  const kinds = allDefinedKinds({ sync: ['*', 'httproutes', 'gateways'], syncResources: own });
  assert.deepEqual(
    kinds.map(({ plural, version, rules }) => [plural, version, rules.references.length]),
    [
      ['httproutes', 'v1', 0],
      ['gateways', undefined, 2],
    ],
  );
  assert.deepEqual(allDefinedKinds({}), []);
});
