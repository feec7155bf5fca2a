import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json.ts';
import type { Amounts } from './amounts.ts';
import { deviceClaimEvaluator } from './device-claim-evaluator.ts';
import { evaluatorOf, resourceOfName } from './evaluators.ts';

const ask = (deviceClassName: string, allocationMode: string, count?: number): JsonObject => ({
  deviceClassName,
  allocationMode,
  ...(count === undefined ? {} : { count }),
});
const name = (className: string): string => `${className}.deviceclass.resource.k8s.io/devices`;

const cases: readonly (readonly [string, JsonObject[], Amounts])[] = [
  ['nothing is asked for', [], {}],
  ['two of a class', [{ name: 'r', exactly: ask('gpu', 'ExactCount', 2) }], { [name('gpu')]: '2' }],
  ['all of a class: as many as one can get', [{ name: 'r', exactly: ask('gpu', 'All') }], { [name('gpu')]: '32' }],
  [
    'several requests add up',
    [
      { name: 'r', exactly: ask('gpu', 'ExactCount', 2) },
      { name: 's', exactly: ask('gpu', 'ExactCount', 3) },
      { name: 't', exactly: ask('nic', 'ExactCount', 1) },
    ],
    { [name('gpu')]: '5', [name('nic')]: '1' },
  ],
  [
    'of alternatives the greatest of each class counts',
    [
      {
        name: 'r',
        firstAvailable: [ask('gpu', 'ExactCount', 2), ask('gpu', 'ExactCount', 4), ask('nic', 'ExactCount', 1)],
      },
    ],
    { [name('gpu')]: '4', [name('nic')]: '1' },
  ],
  ['a mode that is not known', [{ name: 'r', exactly: ask('gpu', 'Some', 7) }], { [name('gpu')]: '0' }],
];
for (const [title, requests, expected] of cases)
  test(title, () => {
    const claim = {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: {},
      spec: { devices: { requests } },
    };
    assert.deepEqual(deviceClaimEvaluator.usage(claim, 0), {
      'count/resourceclaims.resource.k8s.io': '1',
      ...expected,
    });
  });

test('claims have this evaluator, and their names lead to it', () => {
  const claims = { group: 'resource.k8s.io', resource: 'resourceclaims' };
  assert.equal(evaluatorOf(claims), deviceClaimEvaluator);
  assert.deepEqual(resourceOfName('count/resourceclaims.resource.k8s.io'), claims);
  assert.deepEqual(resourceOfName(name('gpu.example.com')), claims);
});
