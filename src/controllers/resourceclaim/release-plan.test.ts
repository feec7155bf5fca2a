import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { planRelease } from './release-plan.ts';
import { claimFinalizer, type ClaimingPod, type Reservation } from './resource-claim.ts';

const mine: Reservation = { resource: 'pods', name: 'web', uid: 'u' };
const other: Reservation = { resource: 'pods', name: 'db', uid: 'v' };
const held = { finalizers: [claimFinalizer] };
const leaving = { ...held, deletionTimestamp: '2030-01-01T00:00:00Z' };
const owned = { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u', controller: true }] };

const claim = (metadata: ObjectMeta, status: JsonObject): KubeObject => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata,
  status,
});
const reservedFor = (...reservations: Reservation[]): JsonObject => ({
  reservedFor: reservations.map((reservation) => ({ ...reservation })),
});
const allocation = { devices: {} };

const ended: ClaimingPod = { metadata: { uid: 'u' }, spec: {}, status: { phase: 'Succeeded' } };
const replaced: ClaimingPod = { metadata: { uid: 'w' }, spec: {} };
const running: ClaimingPod = { metadata: { uid: 'u' }, spec: { nodeName: 'a' }, status: { phase: 'Running' } };

interface Expected {
  readonly status?: JsonObject;
  readonly dropFinalizer?: boolean;
  readonly remove?: boolean;
}

const cases: readonly (readonly [string, KubeObject, readonly Reservation[], ClaimingPod | undefined, Expected])[] = [
  ['in use: nothing', claim(held, { allocation, ...reservedFor(mine) }), [mine], undefined, {}],
  ['allocated, not yet reserved: nothing', claim(held, { allocation }), [], undefined, {}],
  [
    'one of two users has gone: it stays allocated',
    claim(held, { allocation, ...reservedFor(mine, other) }),
    [other],
    undefined,
    { status: { allocation, ...reservedFor(other) } },
  ],
  [
    'the last user has gone: given back, and no longer held',
    claim(held, { allocation, ...reservedFor(mine) }),
    [],
    undefined,
    { status: {}, dropFinalizer: true },
  ],
  [
    'the last user has gone, of one that was not allocated by the scheduler: the allocation stays',
    claim({}, { allocation, ...reservedFor(mine) }),
    [],
    undefined,
    { status: { allocation } },
  ],
  [
    'being deleted, still allocated',
    claim(leaving, { allocation }),
    [],
    undefined,
    { status: {}, dropFinalizer: true },
  ],
  ['being deleted, not allocated', claim(leaving, {}), [], undefined, { dropFinalizer: true }],
  ['being deleted, in use', claim(leaving, { allocation, ...reservedFor(mine) }), [mine], undefined, {}],
  ['made for a pod that has ended', claim(owned, {}), [], ended, { remove: true }],
  ['made for a pod that was replaced', claim(owned, {}), [], replaced, { remove: true }],
  ['made for a pod that runs', claim(owned, {}), [], running, {}],
  ['made for a pod that was not seen: that is garbage collection’s', claim(owned, {}), [], undefined, {}],
  ['the user’s own, though a pod of some name has ended', claim({}, {}), [], ended, {}],
  [
    'made for a pod that has ended, and held',
    claim({ ...owned, ...held }, { allocation, ...reservedFor(mine) }),
    [],
    ended,
    { status: {}, dropFinalizer: true, remove: true },
  ],
];
for (const [name, object, remaining, pod, expected] of cases)
  test(name, () => {
    const { status, dropFinalizer, remove } = planRelease(object, remaining, () => pod);
    assert.deepEqual(
      { status: status?.['status'], dropFinalizer, remove },
      { status: undefined, dropFinalizer: false, remove: false, ...expected },
    );
  });
