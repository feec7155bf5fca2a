import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { copyDisruptionBudget } from '../../translate/disruptionbudgets.ts';
import { originOfCopy } from '../../translate/marks.ts';
import { viewOf } from '../view.test-double.ts';
import { poddisruptionbudgets } from './poddisruptionbudgets.ts';

const view = viewOf();

function budget(spec: JsonObject, status: JsonObject = {}, uid = 'u1'): On<'tenant', KubeObject> {
  const metadata = { name: 'web', namespace: 'shop', uid, generation: 2 };
  return markOn('tenant', { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec, status });
}

function copyOf(of: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const copy = copyDisruptionBudget(view.place, of);
  return markOn('host', { ...copy, metadata: { ...copy.metadata, uid: 'h1' } });
}

function brief(tenant: On<'tenant', KubeObject> | undefined, host?: On<'host', KubeObject>): readonly string[] {
  const observed = { tenant, host, origin: host && originOfCopy(view.place, host) };
  return poddisruptionbudgets
    .plan('shop/web', observed, view)
    .actions.map((action) =>
      `${action.type} ${'object' in action ? JSON.stringify(action.object['spec']) : ''}`.trim(),
    );
}

const web = { selector: { matchLabels: { app: 'web' } } };
const pinned = '{"selector":{"matchLabels":{"app":"web","sublet.dev/tenant":"demo","sublet.dev/namespace":"shop"}}';
const counted = (desiredHealthy: number): JsonObject => ({ observedGeneration: 2, desiredHealthy });

const cases: readonly [title: string, done: readonly string[], ...args: Parameters<typeof brief>][] = [
  [
    'a number goes to the host, of the pods of this namespace',
    [`create-host ${pinned},"minAvailable":2}`],
    budget({ ...web, minAvailable: 2 }),
  ],
  [
    'an empty selector is of the pods of this namespace only',
    [
      'create-host {"selector":{"matchLabels":{"sublet.dev/tenant":"demo","sublet.dev/namespace":"shop"}},"minAvailable":2}',
    ],
    budget({ selector: {}, minAvailable: 2 }),
  ],
  ['one of no pods stays one of none', ['create-host {"minAvailable":2}'], budget({ minAvailable: 2 })],
  [
    'a share goes as what the tenant’s controller made of it',
    [`create-host ${pinned},"minAvailable":3}`],
    budget({ ...web, minAvailable: '50%' }, counted(3)),
  ],
  [
    'so does how many may be missing',
    [`create-host ${pinned},"unhealthyPodEvictionPolicy":"AlwaysAllow","minAvailable":4}`],
    budget({ ...web, unhealthyPodEvictionPolicy: 'AlwaysAllow', maxUnavailable: 1 }, counted(4)),
  ],
  ['before that, it waits', [], budget({ ...web, maxUnavailable: 1 })],
  [
    'what was counted of an earlier state doesn’t count',
    [],
    budget({ ...web, maxUnavailable: 1 }, { ...counted(4), observedGeneration: 1 }),
    copyOf(budget({ ...web, maxUnavailable: 2 }, counted(3))),
  ],
  [
    'in sync, nothing is done',
    [],
    budget({ ...web, maxUnavailable: 1 }, counted(4)),
    copyOf(budget({ ...web, maxUnavailable: 1 }, counted(4))),
  ],
  [
    'more pods, another number',
    [`update-host ${pinned},"minAvailable":5}`],
    budget({ ...web, maxUnavailable: 1 }, counted(5)),
    copyOf(budget({ ...web, maxUnavailable: 1 }, counted(4))),
  ],
  [
    'a copy of an earlier one of that name goes, whatever is known',
    ['delete-host'],
    budget({ ...web, maxUnavailable: 1 }, {}, 'u2'),
    copyOf(budget({ ...web, minAvailable: 1 })),
  ],
  ['what is gone goes', ['delete-host'], undefined, copyOf(budget({ ...web, minAvailable: 1 }))],
];

for (const [title, done, ...args] of cases) test(title, () => assert.deepEqual(brief(...args), done));
