import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asReplicaSet, type ReplicaSet } from '../replicaset/replica-set.ts';
import { byRevision, nextRevision, revisionAnnotation, revisionOf } from './annotations.ts';

function set(revision: string): ReplicaSet {
  return asReplicaSet({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', annotations: { [revisionAnnotation]: revision } },
    spec: { selector: {}, template: {} },
  });
}

const cases: readonly [revision: string, value: bigint][] = [
  ['7', 7n],
  ['3546343826724305832', 3546343826724305832n],
  ['9223372036854775808', 0n],
  ['-1', 0n],
  ['x', 0n],
];
for (const [revision, value] of cases) {
  test(`revision ${revision} counts as ${value}`, () => assert.equal(revisionOf(set(revision)), value));
}

test('the next revision is one more than the greatest, whatever its size', () => {
  assert.equal(nextRevision([set('2'), set('3546343826724305832'), set('10')]), 3546343826724305833n);
  assert.equal(nextRevision([]), 1n);
});

test('revisions are sorted by number', () => {
  const sorted = [set('10'), set('3546343826724305832'), set('9')].toSorted(byRevision).map(revisionOf);
  assert.deepEqual(sorted, [9n, 10n, 3546343826724305832n]);
});
