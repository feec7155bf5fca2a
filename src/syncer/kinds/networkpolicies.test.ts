import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../api/json.ts';
import { matchesLabelSelector } from '../../api/label-selector.ts';
import { markOn, nameOn } from '../../api/side.ts';
import { markLabels } from '../../translate/marks.ts';
import type { LabelSelector } from '../../translate/selectors.ts';
import { anyOfThem } from '../synced-kind.ts';
import { viewOf } from '../view.test-double.ts';
import { networkpolicies } from './networkpolicies.ts';

const view = viewOf({
  namespacesSelectedBy: (selector) => (selector.matchLabels?.['tier'] === 'back' ? [nameOn('tenant', 'back')] : []),
});

function policy(spec: JsonObject) {
  const metadata = { name: 'guard', namespace: 'shop', uid: 'u1' };
  return markOn('tenant', { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec });
}

function onHost(spec: JsonObject): JsonObject {
  const observed = { tenant: policy(spec), host: undefined, origin: undefined };
  const [action] = networkpolicies.plan('shop/guard', observed, view).actions;
  assert.ok(action?.type === 'create-host');
  assert.equal(action.object.metadata.name, 'guard-x-shop-x-demo');
  return action.object['spec'] as JsonObject;
}

const own = markLabels('demo', nameOn('tenant', 'shop'));
const demo = { 'sublet.dev/tenant': 'demo' };
const within = (operator: string, ...values: string[]) => ({
  key: 'sublet.dev/namespace',
  operator,
  ...(values.length > 0 ? { values } : {}),
});

const cases: readonly [title: string, spec: JsonObject, host: JsonObject][] = [
  ['an empty selector is of the pods of this namespace', { podSelector: {} }, { podSelector: { matchLabels: own } }],
  ['none at all, too', {}, { podSelector: { matchLabels: own } }],
  [
    'a tenant can’t be another’s',
    { podSelector: { matchLabels: { 'sublet.dev/tenant': 'other', app: 'db' } } },
    { podSelector: { matchLabels: { app: 'db', ...own } } },
  ],
  [
    'peers by their labels are of this namespace; addresses stay',
    { podSelector: {}, ingress: [{ from: [{ podSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8' } }] }] },
    {
      podSelector: { matchLabels: own },
      ingress: [{ from: [{ podSelector: { matchLabels: own } }, { ipBlock: { cidr: '10.0.0.0/8' } }] }],
    },
  ],
  [
    'all namespaces are all of this tenant',
    { podSelector: {}, egress: [{ to: [{ namespaceSelector: {} }] }] },
    { podSelector: { matchLabels: own }, egress: [{ to: [{ podSelector: { matchLabels: demo } }] }] },
  ],
  [
    'some are those that there are',
    {
      podSelector: {},
      egress: [
        { to: [{ namespaceSelector: { matchLabels: { tier: 'back' } }, podSelector: { matchLabels: { a: 'b' } } }] },
      ],
    },
    {
      podSelector: { matchLabels: own },
      egress: [
        { to: [{ podSelector: { matchLabels: { a: 'b', ...demo }, matchExpressions: [within('In', 'back')] } }] },
      ],
    },
  ],
  [
    'none is nobody, and not everybody',
    { podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { tier: 'gone' } } }] }] },
    {
      podSelector: { matchLabels: own },
      ingress: [{ from: [{ podSelector: { matchLabels: demo, matchExpressions: [within('DoesNotExist')] } }] }],
    },
  ],
  [
    'a rule without peers stays one, and so does a list without rules',
    { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{ ports: [{ port: 80 }] }], egress: [] },
    {
      podSelector: { matchLabels: own },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 80 }] }],
      egress: [],
    },
  ],
];

for (const [title, spec, host] of cases) test(title, () => assert.deepEqual(onHost(spec), host));

test('no pod of another tenant, nor of another namespace, is ever picked', () => {
  const labels = fc.dictionary(
    fc.constantFrom('app', 'sublet.dev/tenant', 'sublet.dev/namespace'),
    fc.constantFrom('a', 'demo', 'other'),
  );
  const selectors = fc.record(
    {
      matchLabels: labels,
      matchExpressions: fc.array(
        fc.record({
          key: fc.constantFrom('app', 'sublet.dev/tenant'),
          operator: fc.constantFrom('Exists', 'DoesNotExist'),
        }),
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      selectors,
      labels,
      fc.constantFrom('demo', 'other'),
      fc.constantFrom('shop', 'back'),
      (selector, other, tenant, namespace) => {
        const spec = onHost({ podSelector: selector, ingress: [{ from: [{ podSelector: selector }] }] });
        const pod = { ...other, ...markLabels(tenant, nameOn('tenant', namespace)) };
        const isOwn = tenant === 'demo' && namespace === 'shop';
        // The views of what was made just now.
        const { podSelector, ingress } = spec as {
          podSelector: LabelSelector;
          ingress: { from: { podSelector: LabelSelector }[] }[];
        };
        for (const picked of [podSelector, ingress[0]?.from[0]?.podSelector ?? {}])
          assert.ok(isOwn || !matchesLabelSelector(picked, pod));
      },
    ),
  );
});

test('only a policy that picks namespaces looks at them', () => {
  const [namespaces] = networkpolicies.follows ?? [];
  const some = { namespaceSelector: { matchLabels: { tier: 'back' } } };
  assert.deepEqual(namespaces?.namedBy(policy({ ingress: [{ from: [some] }] })), [anyOfThem]);
  assert.deepEqual(namespaces?.namedBy(policy({ egress: [{ to: [some] }] })), [anyOfThem]);
  assert.deepEqual(namespaces?.namedBy(policy({ ingress: [{ from: [{ namespaceSelector: {} }] }] })), []);
});
