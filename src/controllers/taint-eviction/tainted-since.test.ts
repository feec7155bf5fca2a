import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { withTimes } from './tainted-since.ts';

const written = (time: string, fields: JsonObject): JsonObject => ({ manager: 'm', time, fieldsV1: fields });
const taints: JsonObject = { 'f:spec': { 'f:taints': {} } };
const others: JsonObject = { 'f:metadata': { 'f:labels': {} }, 'f:spec': { 'f:podCIDR': {} } };

const cases: readonly (readonly [name: string, managedFields: JsonObject[], time: string | undefined])[] = [
  ['nobody says', [], undefined],
  ['who wrote other fields says nothing', [written('2030-01-01T00:00:00Z', others)], undefined],
  ['who wrote taints says it', [written('2030-01-01T00:00:00Z', taints)], '2030-01-01T00:00:00Z'],
  [
    'the last who did counts',
    [written('2030-01-01T00:00:02Z', taints), written('2030-01-01T00:00:01Z', taints)],
    '2030-01-01T00:00:02Z',
  ],
];

for (const [name, managedFields, time] of cases) {
  test(name, () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', managedFields } };
    const [own, silent] = withTimes(
      [
        { key: 'a', effect: 'NoExecute', timeAdded: '2029-01-01T00:00:00Z' },
        { key: 'b', effect: 'NoExecute' },
      ],
      node,
    );
    assert.equal(own?.timeAdded, '2029-01-01T00:00:00Z');
    assert.equal(silent?.timeAdded, time);
  });
}
