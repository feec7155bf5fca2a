import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestApi } from '../verbs/api.test-double.ts';
import { bootstrapCluster } from './bootstrap.ts';
import { builtinResourceDefinitions } from './resources/builtin-resources.ts';

const path = '/apis/networking.k8s.io/v1/servicecidrs/kubernetes';

test('the range of Services is there and ready from the first second, and what was said of it since stays', async () => {
  const api = new TestApi({ definitions: builtinResourceDefinitions });
  await bootstrapCluster({ store: api.store, resources: api.resources, serviceCidrs: ['10.96.0.0/16'] });
  const first = await api.get(path);
  assert.deepEqual(first.body.spec, { cidrs: ['10.96.0.0/16'] });
  const [{ type, status, message }] = first.body.status.conditions;
  assert.deepEqual([type, status, message], ['Ready', 'True', 'Kubernetes default Service CIDR is ready']);
  await bootstrapCluster({ store: api.store, resources: api.resources, serviceCidrs: ['10.97.0.0/16'] });
  const second = await api.get(path);
  assert.deepEqual(second.body, first.body);
});

test('where the range of Services is not known, nothing is said of it', async () => {
  const api = new TestApi({ definitions: builtinResourceDefinitions });
  await bootstrapCluster(api);
  const answer = await api.get(path);
  assert.equal(answer.status, 404);
});

test('the day from which on the use of old tokens is noted is told, and stays', async () => {
  const api = new TestApi({ definitions: builtinResourceDefinitions });
  await bootstrapCluster(api);
  const url = '/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking';
  const first = await api.get(url);
  assert.match(first.body.data.since, /^\d{4}-\d\d-\d\d$/);
  await bootstrapCluster(api);
  assert.deepEqual((await api.get(url)).body, first.body);
});
