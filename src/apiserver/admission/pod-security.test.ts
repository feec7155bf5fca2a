/** The standards that a namespace's labels name. Beside upstream: test/differential/cases/pod-security.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../api/json.ts';
import { builtinResourceDefinitions } from '../registry/resources/builtin-resources.ts';
import { TestApi } from '../verbs/api.test-double.ts';
import { createClusterReader } from './cluster-reader.ts';
import { podSecurityAdmission } from './pod-security.ts';

const label = 'pod-security.kubernetes.io';

/** With one namespace of these labels. */
async function cluster(labels: Readonly<Record<string, string>>): Promise<TestApi> {
  const api = new TestApi({
    definitions: builtinResourceDefinitions,
    plugins: ({ store, resources }) => [podSecurityAdmission(createClusterReader(store, resources))],
  });
  const { status, body } = await api.post('/api/v1/namespaces', namespaceOf(labels));
  assert.equal(status, 201, body.message);
  return api;
}

const namespaceOf = (labels: Readonly<Record<string, string>>): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'n', labels },
});
const path = '/api/v1/namespaces/n/pods';
const pod = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const found = 'host namespaces (hostPID=true)';

test('without labels everything passes, silently', async () => {
  const { status, warnings } = await (await cluster({})).post(path, pod('p', { hostPID: true }));
  assert.deepEqual([status, warnings], [201, []]);
});

test('what is enforced is refused, what is warned of is warned of', async () => {
  const enforcing = await cluster({ [`${label}/enforce`]: 'baseline' });
  const refused = await enforcing.post(path, pod('p', { hostPID: true }));
  assert.equal(refused.status, 403);
  assert.equal(refused.body.message, `pods "p" is forbidden: violates PodSecurity "baseline:latest": ${found}`);
  assert.equal((await enforcing.post(path, pod('p'))).status, 201);
  const warning = await cluster({ [`${label}/warn`]: 'baseline', [`${label}/warn-version`]: 'v1.30' });
  const { status, warnings } = await warning.post(path, pod('p', { hostPID: true }));
  assert.deepEqual([status, warnings], [201, [`would violate PodSecurity "baseline:v1.30": ${found}`]]);
});

test('labels that can’t be read are refused', async () => {
  const api = await cluster({});
  const { status, body } = await api.put('/api/v1/namespaces/n', namespaceOf({ [`${label}/enforce`]: 'strict' }));
  assert.equal(status, 422);
  const causes: JsonValue = body.details.causes;
  assert.deepEqual(causes, [
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: "strict": must be one of privileged, baseline, restricted',
      field: `metadata.labels[${label}/enforce]`,
    },
  ]);
});

test('who asks for more is told of pods that are there already', async () => {
  const api = await cluster({});
  for (const name of ['b', 'a']) await api.post(path, pod(name, { hostPID: true }));
  const { status, warnings } = await api.put('/api/v1/namespaces/n', namespaceOf({ [`${label}/enforce`]: 'baseline' }));
  assert.equal(status, 200);
  assert.deepEqual(warnings, [
    'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
    'a (and 1 other pod): host namespaces',
  ]);
});
