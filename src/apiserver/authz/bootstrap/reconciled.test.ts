import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { reconciledBinding, reconciledRole, type Reconciliation } from './reconciled.ts';

const pods = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const secrets = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };
const jane = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' };
const joe = { ...jane, name: 'joe' };
const ref = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' };
const selector = { matchLabels: { a: 'b' } };

function object(
  fields: JsonObject,
  annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
): KubeObject {
  const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
  return { kind: 'K', apiVersion: 'v1', metadata: { name: 'r', uid: 'u', labels, annotations }, ...fields };
}

const both = { rules: [pods, secrets] };

type Case = readonly [name: string, stored: KubeObject, expected: KubeObject, becomes: Reconciliation];

const roles: readonly Case[] = [
  ['what is whole stays', object({ rules: [secrets, pods] }), object({ rules: [pods, secrets] }), { action: 'none' }],
  [
    'a missing rule comes back, at the end',
    object({ rules: [pods] }),
    object({ rules: [secrets, pods] }),
    { action: 'update', object: object({ rules: [pods, secrets] }) },
  ],
  [
    'a missing verb comes back',
    object({ rules: [pods] }),
    object({ rules: [{ ...pods, verbs: ['get', 'list'] }] }),
    {
      action: 'update',
      object: object({ rules: [pods, { apiGroups: [''], resources: ['pods'], verbs: ['list'] }] }),
    },
  ],
  ['what users added stays', object(both), object({ rules: [pods] }), { action: 'none' }],
  [
    'what a wildcard covers is not missing',
    object({ rules: [{ ...pods, resources: ['*'] }] }),
    object(both),
    { action: 'none' },
  ],
  [
    'all rules are gone',
    object({ rules: null }),
    object({ rules: [pods] }),
    { action: 'update', object: object({ rules: [pods] }) },
  ],
  [
    'a label is gone',
    { ...object(both), metadata: { ...object(both).metadata, labels: { own: 'x' } } },
    object(both),
    {
      action: 'update',
      object: {
        ...object(both),
        metadata: { ...object(both).metadata, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', own: 'x' } },
      },
    },
  ],
  [
    'a label of its own wins',
    { ...object(both), metadata: { ...object(both).metadata, labels: { 'kubernetes.io/bootstrapping': 'x' } } },
    object(both),
    { action: 'none' },
  ],
  [
    'who does not want it is left alone',
    object({ rules: [] }, { 'rbac.authorization.kubernetes.io/autoupdate': 'false' }),
    object(both),
    { action: 'none' },
  ],
  [
    'aggregation that is gone comes back, and what was gathered stays',
    object({ rules: [pods] }),
    object({ aggregationRule: { clusterRoleSelectors: [selector] } }),
    { action: 'update', object: object({ rules: [pods], aggregationRule: { clusterRoleSelectors: [selector] } }) },
  ],
  [
    'a selector that is gone comes back, and others stay',
    object({ aggregationRule: { clusterRoleSelectors: [{ matchLabels: { c: 'd' } }] } }),
    object({ aggregationRule: { clusterRoleSelectors: [selector] } }),
    {
      action: 'update',
      object: object({ aggregationRule: { clusterRoleSelectors: [{ matchLabels: { c: 'd' } }, selector] } }),
    },
  ],
  [
    'aggregation that was not meant goes',
    object({ ...both, aggregationRule: { clusterRoleSelectors: [selector] } }),
    object(both),
    { action: 'update', object: object(both) },
  ],
];

const bindings: readonly Case[] = [
  [
    'what is whole stays',
    object({ roleRef: ref, subjects: [joe, jane] }),
    object({ roleRef: ref, subjects: [jane] }),
    { action: 'none' },
  ],
  [
    'a missing subject comes back',
    object({ roleRef: ref, subjects: [joe] }),
    object({ roleRef: ref, subjects: [jane] }),
    { action: 'update', object: object({ roleRef: ref, subjects: [joe, jane] }) },
  ],
  [
    'all subjects are gone',
    object({ roleRef: ref }),
    object({ roleRef: ref, subjects: [jane] }),
    { action: 'update', object: object({ roleRef: ref, subjects: [jane] }) },
  ],
  ['nobody was meant', object({ roleRef: ref, subjects: [joe] }), object({ roleRef: ref }), { action: 'none' }],
  ['another role', object({ roleRef: { ...ref, name: 'x' } }), object({ roleRef: ref }), { action: 'recreate' }],
  [
    'another role, by who does not want it',
    object({ roleRef: { ...ref, name: 'x' } }, { 'rbac.authorization.kubernetes.io/autoupdate': 'false' }),
    object({ roleRef: ref }),
    { action: 'none' },
  ],
];

for (const [name, stored, expected, becomes] of roles) {
  test(`role: ${name}`, () => assert.deepEqual(reconciledRole(stored, expected), becomes));
}
for (const [name, stored, expected, becomes] of bindings) {
  test(`binding: ${name}`, () => assert.deepEqual(reconciledBinding(stored, expected), becomes));
}
