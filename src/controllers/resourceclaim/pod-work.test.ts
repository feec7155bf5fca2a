import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimsToRelease, needsWork } from './pod-work.ts';
import type { ClaimingPod, ResourceClaim } from './resource-claim.ts';

const metadata = { name: 'web', namespace: 'demo', uid: 'u' };
const fromTemplate = { name: 'gpu', resourceClaimTemplateName: 't' };
const byName = { name: 'gpu', resourceClaimName: 'shared' };
const generated = { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'web-gpu-x' }] };
const owned = { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u', controller: true }] };
const free: ResourceClaim = { metadata: owned };
const allocated: ResourceClaim = { metadata: owned, status: { allocation: {} } };
const reserved: ResourceClaim = {
  metadata: owned,
  status: { allocation: {}, reservedFor: [{ resource: 'pods', name: 'web', uid: 'u' }] },
};
const foreign: ResourceClaim = { metadata: {}, status: { allocation: {} } };

const cases: readonly (readonly [string, ClaimingPod, Record<string, ResourceClaim>, boolean])[] = [
  ['no claims', { metadata, spec: {} }, {}, false],
  ['from a template, not yet made', { metadata, spec: { resourceClaims: [fromTemplate] } }, {}, true],
  [
    'being deleted',
    { metadata: { ...metadata, deletionTimestamp: 'now' }, spec: { resourceClaims: [fromTemplate] } },
    {},
    false,
  ],
  [
    'known not to be needed',
    { metadata, spec: { resourceClaims: [fromTemplate] }, status: { resourceClaimStatuses: [{ name: 'gpu' }] } },
    {},
    false,
  ],
  ['made, but lost', { metadata, spec: { resourceClaims: [fromTemplate] }, status: generated }, {}, true],
  [
    'made, but somebody else’s now',
    { metadata, spec: { resourceClaims: [fromTemplate], nodeName: 'a' }, status: generated },
    { 'web-gpu-x': foreign },
    false,
  ],
  [
    'made, and removed since the pod has ended',
    { metadata, spec: { resourceClaims: [fromTemplate] }, status: { phase: 'Succeeded', ...generated } },
    {},
    false,
  ],
  ['the user’s, missing', { metadata, spec: { resourceClaims: [byName] } }, {}, false],
  ['allocated, without a node', { metadata, spec: { resourceClaims: [byName] } }, { shared: allocated }, false],
  [
    'allocated, on a node',
    { metadata, spec: { resourceClaims: [byName], nodeName: 'a' } },
    { shared: allocated },
    true,
  ],
  [
    'not allocated, on a node',
    { metadata, spec: { resourceClaims: [byName], nodeName: 'a' } },
    { shared: free },
    false,
  ],
  ['reserved, on a node', { metadata, spec: { resourceClaims: [byName], nodeName: 'a' } }, { shared: reserved }, false],
  ['of a kind that we don’t know', { metadata, spec: { resourceClaims: [{ name: 'gpu' }] } }, {}, true],
];
for (const [name, pod, claims, expected] of cases)
  test(`work for a pod: ${name}: ${expected}`, () =>
    assert.equal(
      needsWork(pod, (claim) => claims[claim]),
      expected,
    ));

const extended = { extendedResourceClaimStatus: { resourceClaimName: 'web-extended' } };
const spec = { resourceClaims: [fromTemplate, { name: 'other', resourceClaimName: 'shared' }] };
const releases: readonly (readonly [string, ClaimingPod, boolean, readonly string[]])[] = [
  ['running', { metadata, spec, status: { phase: 'Running', ...generated } }, false, []],
  ['ended', { metadata, spec, status: { phase: 'Succeeded', ...generated } }, false, ['web-gpu-x', 'shared']],
  ['gone', { metadata, spec, status: { phase: 'Running', ...generated } }, true, ['web-gpu-x', 'shared']],
  ['gone before its claim was made', { metadata, spec }, true, ['shared']],
  [
    'deleted before it had a node',
    { metadata: { ...metadata, deletionTimestamp: 'now' }, spec, status: generated },
    false,
    ['web-gpu-x', 'shared'],
  ],
  [
    'deleted on its node',
    { metadata: { ...metadata, deletionTimestamp: 'now' }, spec: { ...spec, nodeName: 'a' }, status: generated },
    false,
    [],
  ],
  [
    'with extended resources',
    { metadata, spec: {}, status: { phase: 'Failed', ...extended } },
    false,
    ['web-extended'],
  ],
];
for (const [name, pod, deleted, expected] of releases)
  test(`claims of a pod that is ${name}`, () => assert.deepEqual(claimsToRelease(pod, deleted), expected));
