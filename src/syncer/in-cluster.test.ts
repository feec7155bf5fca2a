import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import { originOfCopy } from '../translate/marks.ts';
import type { InCluster } from '../translate/pods/in-cluster.ts';
import { viewPod, type EnvironmentSource } from '../translate/pods/pod-view.ts';
import { endpoints } from './kinds/endpoints.ts';
import { endpointslices } from './kinds/endpointslices.ts';
import { pods } from './kinds/pods.ts';
import { services } from './kinds/services.ts';
import type { View } from './synced-kind.ts';
import { viewOf } from './view.test-double.ts';

const now = Date.UTC(2030, 0, 1);

function service(namespace: string, name: string, clusterIP: string): On<'tenant', KubeObject> {
  const spec = { clusterIP, ports: [{ port: 443 }] };
  return markOn('tenant', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace, uid: name }, spec });
}

function told(known: readonly KubeObject[], more: Partial<InCluster> = {}): Partial<View> {
  const servicesIn = (namespace: string) => known.filter(({ metadata }) => metadata.namespace === namespace);
  return { now, inCluster: { servicesIn, keysOf: () => [], ...more } };
}

const api = service('default', 'kubernetes', '10.96.0.1');
const db = service('one', 'db', '10.96.0.2');

function pod(ageMs = 0, envFrom: EnvironmentSource[] = []): On<'tenant', KubeObject> {
  const metadata = { name: 'web', namespace: 'one', uid: 'u1', creationTimestamp: new Date(now - ageMs).toISOString() };
  return markOn('tenant', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'web', image: 'web', envFrom }] },
  });
}

function planOf(tenant: On<'tenant', KubeObject>, view: Partial<View>, host?: On<'host', KubeObject>) {
  const origin = host && originOfCopy(viewOf().place, host);
  return pods.plan('one/web', { tenant, host, origin }, viewOf(view));
}

function made(tenant: On<'tenant', KubeObject>, view: Partial<View>) {
  const plan = planOf(tenant, view);
  const [action] = plan.actions;
  assert.equal(action?.type, 'create-host');
  const copy = action.object;
  const names = viewPod(copy).spec.containers[0]?.env?.map(({ name }) => name) ?? [];
  return { plan, copy, names };
}

test('a pod waits until the API has an address, but not forever', () => {
  assert.deepEqual(planOf(pod(), told([])), { actions: [], requeueAfterMs: 30_000 });
  assert.deepEqual(planOf(pod(29_000), told([service('default', 'kubernetes', '')])).requeueAfterMs, 1_000);
  assert.deepEqual(
    made(pod(30_000), told([db])).names.filter((name) => name.startsWith('KUBERNETES')),
    [],
  );
  assert.ok(made(pod(), told([api])).names.includes('KUBERNETES_SERVICE_HOST'));
});

test('who runs no API for pods is not waited for', () => assert.deepEqual(made(pod(), {}).names, []));

test('variables of other namespaces are nobody’s', () => {
  const { names } = made(
    pod(),
    told([api, db, service('two', 'other', '10.96.0.3'), service('default', 'mine', '10.96.0.4')]),
  );
  assert.deepEqual([...new Set(names.map((name) => name.split('_')[0]))], ['KUBERNETES', 'DB']);
});

test('what a config map or a secret gives has the last word', () => {
  const keysOf: InCluster['keysOf'] = (kind, namespace, name) => {
    assert.equal(namespace, 'one');
    return kind === 'configmaps' && name === 'settings' ? ['DB_SERVICE_HOST'] : kind === 'secrets' ? ['PORT'] : [];
  };
  const envFrom = [{ configMapRef: { name: 'settings' } }, { prefix: 'DB_', secretRef: { name: 'keys' } }];
  const { names } = made(pod(0, envFrom), told([api, db], { keysOf }));
  assert.ok(names.includes('DB_SERVICE_PORT') && names.includes('KUBERNETES_SERVICE_HOST'));
  assert.ok(!names.includes('DB_SERVICE_HOST') && !names.includes('DB_PORT'));
});

test('too many services are told of in an Event', () => {
  const many = Array.from({ length: 3000 }, (_, index) => service('one', `service-${index}`, '10.96.0.9'));
  const [notice] = made(pod(), told([api, ...many])).plan.notices ?? [];
  assert.equal(notice?.reason, 'ServiceLinksLimited');
  assert.match(notice.message, /\d+ of them, the last by name, have no variables/);
});

test('a copy is not touched for services that come and go', () => {
  const copy = markOn('host', { ...made(pod(), told([api, db])).copy, status: { phase: 'Pending' } });
  copy.metadata.uid = 'h1';
  const tenant = markOn('tenant', { ...pod(), status: { phase: 'Pending' } });
  for (const known of [[api, db, service('one', 'late', '10.96.0.5')], [api], []])
    assert.deepEqual(planOf(tenant, told(known), copy).actions, []);
});

test('an API that stands for a Service of the host has no copy, nor have its endpoints', () => {
  const view = viewOf({ isOnHostAlready: (key) => key === 'default/kubernetes', followed: () => api });
  const nothing = { tenant: undefined, host: undefined, origin: undefined };
  const slice = markOn('tenant', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...api.metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    endpoints: [{ addresses: ['192.0.2.1'] }],
  });
  const list = markOn('tenant', { ...slice, kind: 'Endpoints', apiVersion: 'v1', endpoints: undefined });
  for (const [kind, tenant] of [
    [services, api],
    [endpointslices, slice],
    [endpoints, list],
  ] as const) {
    assert.deepEqual(kind.plan('default/kubernetes', { ...nothing, tenant }, view).actions, []);
    const elsewhere = { ...view, isOnHostAlready: () => false };
    assert.equal(kind.plan('default/kubernetes', { ...nothing, tenant }, elsewhere).actions[0]?.type, 'create-host');
  }
});
