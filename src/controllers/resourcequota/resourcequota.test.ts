/** Quotas over the real API server: what is used is counted, what is too much is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import {
  configMaps,
  deployments,
  namespaces,
  persistentVolumeClaims,
  pods,
  resourceQuotas,
  services,
} from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';

type Used = Readonly<Record<string, string>>;

function pod(name: string, spec: JsonObject = {}): KubeObject {
  const resources = { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '1' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'demo' },
    spec: { containers: [{ name: 'c', image: 'one', resources }], ...spec },
  };
}

async function demo(hard: Readonly<Record<string, string>>, spec: JsonObject = {}) {
  const made = await world();
  const { client } = made;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const quotas = client.resource(resourceQuotas, 'demo');
  await quotas.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard, ...spec } });
  const used = async (): Promise<Used> =>
    ((await quotas.get('q'))['status'] as { used?: Used } | undefined)?.used ?? {};
  await eventually('it is counted', async () => Object.keys(await used()).length === Object.keys(hard).length);
  const refusal = async (gvr: typeof pods, object: KubeObject): Promise<string> => {
    try {
      await client.resource(gvr, 'demo').create(object);
      return '';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  return { ...made, quotas, used, refusal };
}

test('pods are charged when they are made, refused when it is too much, and given back when they go', async () => {
  const { client, used, refusal, stop } = await demo({ pods: '2', 'requests.cpu': '250m', 'limits.memory': '8Gi' });
  const limited = {
    containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' }, limits: { memory: '1Gi' } } }],
  };
  assert.equal(await refusal(pods, pod('one', limited)), '');
  assert.deepEqual(await used(), { pods: '1', 'requests.cpu': '100m', 'limits.memory': '1Gi' });
  const greedy = {
    containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '200m' }, limits: { memory: '1Gi' } } }],
  };
  assert.equal(
    await refusal(pods, pod('greedy', greedy)),
    'pods "greedy" is forbidden: exceeded quota: q, requested: requests.cpu=200m, used: requests.cpu=100m, limited: requests.cpu=250m',
  );
  assert.equal(
    await refusal(pods, pod('silent')),
    'pods "silent" is forbidden: failed quota: q: must specify limits.memory for: c',
  );
  assert.equal(await refusal(pods, pod('two', limited)), '');
  assert.match(
    await refusal(pods, pod('three', limited)),
    /exceeded quota: q, requested: pods=1,requests.cpu=100m, used: pods=2,/,
  );
  await client.resource(pods, 'demo').delete('one', { gracePeriodSeconds: 0 });
  await eventually('one is free', async () => (await used())['pods'] === '1');
  assert.equal(await refusal(pods, pod('three', limited)), '');
  await stop();
});

test('ended pods use nothing but their count', async () => {
  const { client, used, refusal, stop } = await demo({ pods: '1', 'count/pods': '5' });
  assert.equal(await refusal(pods, pod('one')), '');
  await eventually('it runs', async () => {
    const { phase } = (await client.resource(pods, 'demo').get('one'))['status'] as { phase?: string };
    return phase === 'Running';
  });
  await client
    .resource(pods, 'demo')
    .patch('one', 'merge', { status: { phase: 'Succeeded' } }, { subresource: 'status' });
  await eventually('it is free', async () => (await used())['pods'] === '0');
  assert.equal((await used())['count/pods'], '1');
  await stop();
});

test('services, claims and any kind are counted', async () => {
  const hard = {
    services: '5',
    'services.nodeports': '2',
    'requests.storage': '3Gi',
    'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
    'count/deployments.apps': '0',
    configmaps: '3',
  };
  const { client, used, refusal, stop } = await demo(hard);
  const service = (name: string, ports: number): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      type: 'NodePort',
      ports: Array.from({ length: ports }, (_, index) => ({ name: `p${index}`, port: index + 1 })),
    },
  });
  assert.match(
    await refusal(services, service('three', 3)),
    /requested: services.nodeports=3, used: services.nodeports=0/,
  );
  assert.equal(await refusal(services, service('two', 2)), '');
  const claim = (name: string, storage: string, storageClassName: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } },
  });
  assert.equal(await refusal(persistentVolumeClaims, claim('a', '2Gi', 'fast')), '');
  assert.match(
    await refusal(persistentVolumeClaims, claim('b', '1Gi', 'fast')),
    /fast.storageclass.storage.k8s.io\/persistentvolumeclaims=1/,
  );
  assert.match(await refusal(persistentVolumeClaims, claim('c', '2Gi', 'slow')), /requested: requests.storage=2Gi/);
  const deployment: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  };
  assert.match(await refusal(deployments, deployment), /exceeded quota: q, requested: count\/deployments.apps=1/);
  await client.resource(configMaps, 'demo').create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } });
  // One is every namespace's.
  await eventually('it is counted', async () => (await used())['configmaps'] === '2');
  assert.equal((await used())['services.nodeports'], '2');
  await stop();
});

test('a quota for some pods counts those alone; one that isn’t counted yet lets nothing pass', async () => {
  const { refusal, quotas, stop } = await demo({ pods: '0' }, { scopes: ['Terminating'] });
  assert.equal(await refusal(pods, pod('stays')), '');
  assert.match(await refusal(pods, pod('ends', { activeDeadlineSeconds: 5 })), /exceeded quota: q/);
  await quotas.patch('q', 'merge', { status: { used: null } }, { subresource: 'status' });
  assert.equal(
    await refusal(pods, pod('ends', { activeDeadlineSeconds: 5 })),
    'pods "ends" is forbidden: status unknown for quota: q, resources: pods',
  );
  await stop();
});

test('two that come at once don’t share the last place', async () => {
  const { used, refusal, stop } = await demo({ pods: '3' });
  const refusals = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => refusal(pods, pod(name))));
  assert.equal(refusals.filter((text) => text === '').length, 3);
  assert.equal((await used())['pods'], '3');
  await stop();
});
