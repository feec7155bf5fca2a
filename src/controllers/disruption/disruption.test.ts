import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { StatusError } from '../../api/status.ts';
import { configMaps, deployments, namespaces, podDisruptionBudgets, pods } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { asBudget, type BudgetStatus } from './budget.ts';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'one' }] } };
const selector = { matchLabels: { app: 'web' } };
const eviction = (name: string) => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } });

test('as many pods of a Deployment are evicted as the budget allows, and no more until others are ready', async () => {
  const { demo, budget, stop } = await withBudget({ selector, maxUnavailable: '34%' });
  await demo(deployments).create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 3, selector, template },
  });
  // 34 % of three, rounded up: two.
  await eventually('two may go', async () => (await budget()).disruptionsAllowed === 2);
  const { currentHealthy, desiredHealthy, expectedPods } = await budget();
  assert.deepEqual(
    { currentHealthy, desiredHealthy, expectedPods },
    { currentHealthy: 3, desiredHealthy: 1, expectedPods: 3 },
  );
  const names = (await demo(pods).list()).items.map(({ metadata }) => metadata.name ?? '');
  await demo(pods).createSubresource(names[0] ?? '', 'eviction', eviction(names[0] ?? ''));
  await eventually('another pod has come', async () => {
    const { items } = await demo(pods).list();
    return items.length === 3 && !items.some(({ metadata }) => metadata.name === names[0]);
  });
  await eventually('two may go again', async () => (await budget()).disruptionsAllowed === 2);
  await stop();
});

test('pods without a controller are not counted: nothing may go', async () => {
  const { demo, budget, client, stop } = await withBudget({ selector, minAvailable: '50%' });
  await demo(pods).create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bare', labels: selector.matchLabels },
    spec: template.spec,
  });
  await eventually('the pod is healthy', async () => (await budget()).currentHealthy === 1);
  assert.equal((await budget()).expectedPods, 0);
  const refused = await demo(pods)
    .createSubresource('bare', 'eviction', eviction('bare'))
    .catch((error: unknown) => error);
  assert.ok(refused instanceof StatusError && refused.status.code === 429);
  await eventually('an event says so', async () => {
    const { items } = await client.resource({ group: '', version: 'v1', resource: 'events' }, 'demo').list();
    return items.some((event) => event['reason'] === 'UnmanagedPods');
  });
  await stop();
});

test('a budget of pods whose controller has no scale says what fails', async () => {
  const { demo, budget, stop } = await withBudget({ selector, maxUnavailable: 1 });
  const map = await demo(configMaps).create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' } });
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'map', uid: map.metadata.uid ?? '', controller: true };
  const metadata = { name: 'owned', labels: selector.matchLabels, ownerReferences: [owner] };
  await demo(pods).create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec });
  await eventually('it fails', async () => (await budget()).conditions?.[0]?.reason === 'SyncFailed');
  const [condition] = (await budget()).conditions ?? [];
  assert.equal(condition?.message, 'configmaps does not implement the scale subresource');
  await stop();
});

async function withBudget(spec: JsonObject) {
  const { client, stop } = await world();
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const demo = (gvr: typeof pods) => client.resource(gvr, 'demo');
  await demo(podDisruptionBudgets).create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'budget' },
    spec,
  });
  const budget = async (): Promise<Partial<BudgetStatus>> =>
    asBudget(await demo(podDisruptionBudgets).get('budget')).status ?? {};
  return { client, demo, budget, stop };
}
