import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterRules } from './host-rules.ts';
import { mirroredKinds } from './mirrors/mirrored-kinds.ts';

test('a tenant that sees nothing of its host needs no rights beyond its namespace', () => {
  assert.deepEqual(clusterRules(mirroredKinds, {}), []);
});

test('what a tenant sees it may read, and nothing else', () => {
  assert.deepEqual(clusterRules(mirroredKinds, { nodes: { selector: 'pool=a' } }), [
    { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
  ]);
});
