import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revisionData } from './revision-history.ts';

test('a revision has the bytes that upstream would write', () => {
  const template = {
    spec: { restartPolicy: 'Always', containers: [{ name: 'c', image: 'i' }] },
    metadata: { labels: {} },
  };
  assert.equal(
    JSON.stringify(revisionData(template)),
    '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{}},"spec":{"containers":[{"image":"i","name":"c"}],"restartPolicy":"Always"}}}}',
  );
});
