import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinResourceDefinitions } from '../registry/resources/builtin-resources.ts';
import { TestApi } from './api.test-double.ts';
import { tokenSubresource } from './service-account-token.ts';

const pods = '/api/v1/namespaces/default/pods';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const accounts = '/api/v1/namespaces/default/serviceaccounts';
const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };

function binding(node: string, name = 'p'): object {
  return { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: node } };
}

async function withPod(): Promise<TestApi> {
  const tokens = {
    audiences: ['https://here'],
    issue: (subject: object, audiences: readonly string[], seconds: number) => ({
      token: JSON.stringify({ subject, audiences, seconds }),
      expires: Date.UTC(2026, 10, 21, 13),
    }),
  };
  const api = new TestApi({ definitions: builtinResourceDefinitions, subresources: tokenSubresource(tokens) });
  await api.post(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image: 'i' }], serviceAccountName: 'sa' },
  });
  return api;
}

async function withRunningPod(): Promise<TestApi> {
  const api = await withPod();
  await api.post(`${pods}/p/binding`, binding('n'));
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await api.patch(`${pods}/p/status`, 'merge', { status });
  return api;
}

test('a binding puts a pod on a node, once', async () => {
  const api = await withPod();
  assert.deepEqual((await api.post(`${pods}/p/binding`, binding('n'))).body, success);
  const { body } = await api.get(`${pods}/p`);
  assert.equal(body.spec.nodeName, 'n');
  assert.deepEqual(body.status.conditions, [
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-11-21T12:00:00Z' },
  ]);
  const again = await api.post('/api/v1/namespaces/default/bindings', binding('m'));
  assert.equal(
    again.body.message,
    'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n"',
  );
  const other = await api.post(`${pods}/p/binding`, binding('m', 'q'));
  assert.equal(other.body.message, 'name in URL does not match name in Binding object');
});

test('an eviction without a budget deletes the pod', async () => {
  const api = await withRunningPod();
  assert.deepEqual((await api.post(`${pods}/p/eviction`, eviction)).body, success);
  const { body } = await api.get(`${pods}/p`);
  assert.equal(body.metadata.deletionGracePeriodSeconds, 30);
  assert.equal(body.status.conditions.at(-1).type, 'DisruptionTarget');
});

test('an eviction asks the budget, and counts', async () => {
  const api = await withRunningPod();
  await api.post(budgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
  });
  const early = await api.post(`${pods}/p/eviction`, eviction);
  assert.deepEqual([early.status, early.headers['retry-after']], [429, '10']);
  const status = {
    observedGeneration: 1,
    currentHealthy: 1,
    desiredHealthy: 1,
    expectedPods: 1,
    disruptionsAllowed: 0,
  };
  await api.patch(`${budgets}/b/status`, 'merge', { status });
  const refused = await api.post(`${pods}/p/eviction`, eviction);
  assert.deepEqual(refused.body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    reason: 'TooManyRequests',
    details: {
      causes: [
        { reason: 'DisruptionBudget', message: 'The disruption budget b needs 1 healthy pods and has 1 currently' },
      ],
    },
    code: 429,
  });
  await api.patch(`${budgets}/b/status`, 'merge', { status: { disruptionsAllowed: 1 } });
  assert.deepEqual((await api.post(`${pods}/p/eviction`, eviction)).body, success);
  const { body } = await api.get(`${budgets}/b`);
  assert.deepEqual([body.status.disruptionsAllowed, Object.keys(body.status.disruptedPods)], [0, ['p']]);
});

test('a token is bound to its account and its pod', async () => {
  const api = await withPod();
  const account = await api.post(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'sa' } });
  const pod = await api.get(`${pods}/p`);
  const { status, body } = await api.post(`${accounts}/sa/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } },
  });
  assert.deepEqual(
    [status, body.spec.audiences, body.spec.expirationSeconds, body.status.expirationTimestamp],
    [201, ['https://here'], 3600, '2026-11-21T13:00:00Z'],
  );
  assert.deepEqual(JSON.parse(body.status.token).subject, {
    namespace: 'default',
    serviceAccount: { name: 'sa', uid: account.body.metadata.uid },
    pod: { name: 'p', uid: pod.body.metadata.uid },
  });
  const short = await api.post(`${accounts}/sa/token`, { spec: { expirationSeconds: 5 } });
  assert.match(short.body.message, /may not specify a duration less than 10 minutes$/);
  const missing = await api.post(`${accounts}/none/token`, {});
  assert.equal(missing.body.message, 'serviceaccounts "none" not found');
});
