import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimFromTemplate, generateName, isMadeFor } from './claim-from-template.ts';

const names: readonly (readonly [string, string, string])[] = [
  ['web', 'gpu', 'web-gpu-'],
  ['p'.repeat(52), 'gpu', `${'p'.repeat(52)}-gpu-`],
  // Of 58 characters 57 are left.
  ['p'.repeat(53), 'gpu', `${'p'.repeat(52)}-gp`],
  ['p'.repeat(63), 'c'.repeat(63), `${'p'.repeat(28)}-${'c'.repeat(28)}`],
  ['p'.repeat(200), 'gpu', `${'p'.repeat(55)}-`],
];
for (const [pod, claim, expected] of names)
  test(`the name of ${claim} of a pod of ${pod.length} characters`, () =>
    assert.equal(generateName(pod, claim), expected));

const pod = { metadata: { name: 'web', namespace: 'demo', uid: 'u' }, spec: {} };
const spec = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu.example.com' } }] } };

test('a claim has what its template says, and says which of the pod’s claims it is', () => {
  const template = { spec: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec } };
  assert.deepEqual(claimFromTemplate(pod, { name: 'gpu' }, template), {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: 'web-gpu-',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u', controller: true }],
      annotations: { c: 'd', 'resource.kubernetes.io/pod-claim-name': 'gpu' },
      labels: { a: 'b' },
    },
    spec,
  });
});

test('it is known again by its owner and that annotation', () => {
  const { metadata } = claimFromTemplate(pod, { name: 'gpu' }, { spec: { spec } });
  assert.equal(isMadeFor(pod, { name: 'gpu' }, { metadata }), true);
  assert.equal(isMadeFor(pod, { name: 'nic' }, { metadata }), false);
  assert.equal(isMadeFor({ ...pod, metadata: { ...pod.metadata, uid: 'v' } }, { name: 'gpu' }, { metadata }), false);
  assert.equal(isMadeFor(pod, { name: 'gpu' }, { metadata: { ...metadata, annotations: {} } }), false);
});
