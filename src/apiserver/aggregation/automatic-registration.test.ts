import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../lib/logger.ts';
import { builtinResources } from '../../schema/builtin/catalog.ts';
import { createResourceCatalog, type DiscoveredResource } from '../discovery/resource-catalog.ts';
import { apiservices } from '../registry/resources/apiregistration/apiservices.ts';
import { TestApi } from '../verbs/api.test-double.ts';
import { Aggregator } from './aggregator.ts';

const path = '/apis/apiregistration.k8s.io/v1/apiservices';
const label = 'kube-aggregator.kubernetes.io/automanaged';

function thing(version: string): DiscoveredResource {
  return {
    group: 'custom.example',
    version,
    plural: 'things',
    singular: 'thing',
    kind: 'Thing',
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: ['get'],
    subresources: [],
    storageVersionHash: '',
  };
}

async function started(prepare?: (api: TestApi) => Promise<void>) {
  const api = new TestApi({ definitions: [apiservices] });
  await prepare?.(api);
  const catalog = createResourceCatalog(builtinResources());
  catalog.setResources('crd', [thing('v1')]);
  const aggregator = new Aggregator({
    objects: api.store,
    resources: api.resources,
    catalog,
    clock: api.clock,
    logger: silentLogger,
    lookup: () => Promise.resolve([]),
    mayDial: () => true,
  });
  await aggregator.start();
  const labels = async (): Promise<Record<string, string | undefined>> => {
    const { body } = await api.get(path);
    return Object.fromEntries(
      body.items.map(({ metadata }: { metadata: { name: string; labels?: Record<string, string> } }) => [
        metadata.name,
        metadata.labels?.[label],
      ]),
    );
  };
  /** What follows from events of the store has happened. */
  const settled = async (there: (now: Record<string, string | undefined>) => boolean): Promise<void> => {
    while (!there(await labels())) await new Promise((resolve) => setImmediate(resolve));
  };
  return { api, catalog, aggregator, labels, settled };
}

test('custom group versions are registered while they are served', async () => {
  const { api, catalog, aggregator, labels, settled } = await started();
  assert.equal((await labels())['v1.custom.example'], 'true');
  const { body } = await api.get(`${path}/v1.custom.example`);
  assert.deepEqual(body.spec, {
    group: 'custom.example',
    version: 'v1',
    groupPriorityMinimum: 1000,
    versionPriority: 100,
  });
  assert.equal(body.status.conditions[0].reason, 'Local');
  catalog.setResources('crd', [thing('v1'), thing('v2')]);
  await settled((now) => now['v2.custom.example'] === 'true');
  catalog.setResources('crd', []);
  await settled((now) => !('v1.custom.example' in now) && !('v2.custom.example' in now));
  await aggregator.stop();
});

test('one that is deleted or changed comes back as it was, unless somebody else took it over', async () => {
  const { api, aggregator, settled } = await started();
  await api.delete(`${path}/v1.custom.example`);
  await settled((now) => now['v1.custom.example'] === 'true');
  const { body } = await api.get(`${path}/v1.custom.example`);
  body.spec.versionPriority = 7;
  assert.equal((await api.put(`${path}/v1.custom.example`, body)).status, 200);
  for (let priority = 7; priority !== 100;) {
    await new Promise((resolve) => setImmediate(resolve));
    priority = (await api.get(`${path}/v1.custom.example`)).body.spec.versionPriority;
  }
  const { body: own } = await api.get(`${path}/v1.custom.example`);
  own.metadata.labels = {};
  own.spec.versionPriority = 8;
  assert.equal((await api.put(`${path}/v1.custom.example`, own)).status, 200);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await api.get(`${path}/v1.custom.example`)).body.spec.versionPriority, 8);
  await aggregator.stop();
});

test('built-in ones are put right at a start only; what is no longer served goes', async () => {
  const { api, aggregator, labels } = await started(async (before) => {
    const object = (group: string, automanaged: string) => ({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${group}`, labels: { [label]: automanaged } },
      spec: { group, version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 },
    });
    for (const one of [object('apps', 'onstart'), object('old.example', 'onstart'), object('gone.example', 'true')])
      assert.equal((await before.post(path, one)).status, 201);
  });
  const now = await labels();
  assert.ok(!('v1.old.example' in now) && !('v1.gone.example' in now));
  assert.equal((await api.get(`${path}/v1.apps`)).body.spec.groupPriorityMinimum, 17_800);
  await api.delete(`${path}/v1.apps`);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!('v1.apps' in (await labels())));
  await aggregator.stop();
});

test('priorities order the groups, and the versions in them', async () => {
  const { api, catalog, aggregator } = await started();
  catalog.setResources('crd', [thing('v1'), thing('v1beta1')]);
  assert.equal(catalog.groups().at(-1)?.name, 'custom.example');
  for (const [name, versionPriority] of [
    ['v1', 10],
    ['v1beta1', 20],
  ] as const) {
    const url = `${path}/${name}.custom.example`;
    while ((await api.get(url)).status === 404) await new Promise((resolve) => setImmediate(resolve));
    const { body } = await api.get(url);
    Object.assign(body.spec, { versionPriority, groupPriorityMinimum: 19_000 });
    body.metadata.labels = {};
    assert.equal((await api.put(url, body)).status, 200);
  }
  while (catalog.groups()[1]?.name !== 'custom.example') await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    catalog.group('custom.example')?.versions.map(({ version }) => version),
    ['v1beta1', 'v1'],
  );
  await aggregator.stop();
});
