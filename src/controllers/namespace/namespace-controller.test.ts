import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest, ApiResponse } from '../../api/exchange.ts';
import type { KubeObject } from '../../api/object.ts';
import { createClient } from '../../client/create-client.ts';
import { FakeApi } from '../../client/fake-api.test-double.ts';
import { FakeClock, seededRandom } from '../../client/fake-clock.test-double.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { EventRecorder } from '../../controller/event-recorder.ts';
import { silentLogger } from '../../lib/logger.ts';
import { configMaps, namespaces, pods } from '../resources.ts';
import { rootCaController } from '../root-ca/root-ca-controller.ts';
import { serviceAccountController } from '../serviceaccount/serviceaccount-controller.ts';
import { namespaceController } from './namespace-controller.ts';
import { asNamespace } from './namespace.ts';

const path = '/api/v1/namespaces/a';
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

async function world(intercept: (request: ApiRequest) => ApiResponse | undefined = () => undefined) {
  const clock = new FakeClock();
  const api = new FakeApi({ now: () => clock.now(), intercept });
  const resources = ['configmaps', 'pods', 'secrets'].map((name) => ({ name, kind: name, namespaced: true, verbs }));
  api.documents.set('/api', { versions: ['v1'] });
  api.documents.set('/api/v1', {
    resources: [...resources, { name: 'pods/status', kind: 'Pod', namespaced: true, verbs: ['get'] }],
  });
  api.documents.set('/apis', { groups: [] });
  const client = createClient('tenant', api.exchange);
  const shared = { client, clock, random: seededRandom(), logger: silentLogger };
  const informers = new InformerFactory(shared);
  const context = { ...shared, informers, events: new EventRecorder(shared), rootCertificate: 'PEM' };
  const controllers = [namespaceController, serviceAccountController, rootCaController].map((one) =>
    one.create(context),
  );
  await informers.start();
  for (const controller of controllers) await controller.start();
  const namespace: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'a' },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
  await client.resource(namespaces).create(namespace);
  await clock.advance(50);
  const stop = async (): Promise<void> => {
    for (const controller of controllers) await controller.stop();
    await informers.stop();
  };
  return { api, client, clock, stop };
}

function conditionsOf(namespace: KubeObject | undefined): string[] {
  assert.ok(namespace);
  return asNamespace(namespace).conditions.map(
    ({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`,
  );
}

const ok = {
  discovery: 'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered: All resources successfully discovered',
  parsing:
    'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions: All legacy kube types successfully parsed',
  content:
    'NamespaceDeletionContentFailure False ContentDeleted: All content successfully deleted, may be waiting on finalization',
};

test('a new namespace has its service account and the root CA, which come back when they are changed or deleted', async () => {
  const { api, client, clock, stop } = await world();
  assert.ok(api.at(`${path}/serviceaccounts/default`));
  const map = `${path}/configmaps/kube-root-ca.crt`;
  assert.deepEqual(api.at(map)?.['data'], { 'ca.crt': 'PEM' });
  assert.match(api.at(map)?.metadata.annotations?.['kubernetes.io/description'] ?? '', /^Contains a CA bundle/);
  api.change(map, (object) => (object['data'] = { 'ca.crt': 'other', more: 'x' }));
  await client.resource({ group: '', version: 'v1', resource: 'serviceaccounts' }, 'a').delete('default');
  await clock.advance(100);
  assert.deepEqual(api.at(map)?.['data'], { 'ca.crt': 'PEM' });
  assert.ok(api.at(`${path}/serviceaccounts/default`));
  await stop();
});

test('a namespace that is deleted is emptied and goes', async () => {
  const { api, client, clock, stop } = await world();
  await client.resource(configMaps, 'a').create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } });
  await client.resource(pods, 'b').create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'elsewhere' } });
  await client.resource(namespaces).delete('a');
  await clock.advance(1000);
  assert.equal(api.at(`${path}/configmaps/c`), undefined);
  assert.ok(api.at('/api/v1/namespaces/b/pods/elsewhere'));
  assert.ok(api.writes.includes('PUT /api/v1/namespaces/a/finalize'));
  await stop();
});

test('what has finalizers holds the namespace, which says so; pods come before all else', async () => {
  const { api, client, clock, stop } = await world();
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', finalizers: ['example.com/wait'] } };
  await client.resource(pods, 'a').create(pod);
  await client.resource(configMaps, 'a').create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } });
  await client.resource(namespaces).delete('a');
  await clock.advance(1000);
  assert.ok(api.at(`${path}/configmaps/c`));
  assert.deepEqual(conditionsOf(api.at(path)), [
    ok.discovery,
    ok.parsing,
    ok.content,
    'NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: pods. has 1 resource instances',
    'NamespaceFinalizersRemaining True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/wait in 1 resource instances',
  ]);
  assert.equal(asNamespace(api.at(path) ?? pod).phase, 'Terminating');
  api.change(`${path}/pods/p`, (object) => delete object.metadata.finalizers);
  await clock.advance(1000);
  assert.equal(api.at(`${path}/configmaps/c`), undefined);
  await stop();
});

test('a failure to delete is told, and deletion goes on when it is over', async () => {
  let broken = true;
  const denied = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'denied by webhook' };
  const { api, client, clock, stop } = await world((request) =>
    broken && request.method === 'DELETE' && request.path.endsWith('/configmaps')
      ? { status: 403, headers: {}, body: Buffer.from(JSON.stringify(denied)) }
      : undefined,
  );
  await client.resource(namespaces).delete('a');
  await clock.advance(1000);
  assert.equal(
    conditionsOf(api.at(path))[2],
    'NamespaceDeletionContentFailure True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: denied by webhook',
  );
  broken = false;
  await clock.advance(60_000);
  assert.ok(api.writes.includes('PUT /api/v1/namespaces/a/finalize'));
  await stop();
});
