import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fieldErrorText } from '../../../api/field-error.ts';
import type { JsonObject } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { deployments } from './apps/deployments.ts';
import { statefulsets } from './apps/statefulsets.ts';

const context = { user: { name: 'admin', groups: [] }, now: 0 };

function of(status: JsonObject): KubeObject {
  return { kind: 'Any', apiVersion: 'apps/v1', metadata: { name: 'a' }, status };
}

suite('statuses that count', () => {
  const cases: readonly (readonly [string, JsonObject, JsonObject, readonly string[]])[] = [
    ['what adds up', { replicas: 2, readyReplicas: 2, availableReplicas: 1 }, {}, []],
    [
      'a count below zero',
      { replicas: -1, observedGeneration: -2 },
      {},
      [
        'status.observedGeneration: Invalid value: -2: must be greater than or equal to 0',
        'status.replicas: Invalid value: -1: must be greater than or equal to 0',
        'status.updatedReplicas: Invalid value: 0: cannot be greater than status.replicas',
        'status.readyReplicas: Invalid value: 0: cannot be greater than status.replicas',
        'status.availableReplicas: Invalid value: 0: cannot be greater than status.replicas',
      ],
    ],
    [
      'more ready than there are',
      { replicas: 1, readyReplicas: 2 },
      {},
      ['status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas'],
    ],
    [
      'more available than ready',
      { replicas: 3, readyReplicas: 1, availableReplicas: 2 },
      {},
      ['status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas'],
    ],
    [
      'fewer collisions than before',
      { collisionCount: 1 },
      { collisionCount: 2 },
      ['status.collisionCount: Invalid value: 1: cannot be decremented'],
    ],
    [
      'no collisions any more',
      {},
      { collisionCount: 2 },
      ['status.collisionCount: Invalid value: 0: cannot be decremented'],
    ],
  ];
  for (const [name, status, old, texts] of cases) {
    test(name, () => {
      const errors = deployments.strategy?.validateStatusUpdate?.(of(status), of(old), context) ?? [];
      assert.deepEqual(errors.map(fieldErrorText), texts);
    });
  }

  test('a stateful set has its own words for it', () => {
    const status = { replicas: 3, readyReplicas: 1, availableReplicas: 2 };
    const errors = statefulsets.strategy?.validateStatusUpdate?.(of(status), of({}), context) ?? [];
    assert.deepEqual(errors.map(fieldErrorText), [
      'status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas',
    ]);
  });
});
