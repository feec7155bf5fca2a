import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { after, test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { createClient } from '../../client/create-client.ts';
import { FakeApi } from '../../client/fake-api.test-double.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { silentLogger } from '../../lib/logger.ts';
import { realRandom } from '../../main/real-random.ts';
import { Directory } from './directory.ts';
import { podOf, serviceOf, sliceOf } from './dns-world.test-double.ts';
import { HostFeed } from './host-feed.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };
const services = { group: '', version: 'v1', resource: 'services' };
const slices = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
const ip = '10.244.0.1';

const feeds: HostFeed[] = [];
after(async () => {
  for (const feed of feeds) await feed.stop();
});

async function fed(visibleServices: readonly string[] = [], watchList = true) {
  const api = new FakeApi({ watchList });
  const clock = new FakeClock();
  const directory = new Directory();
  const host = createClient('host', api.exchange);
  const feed = new HostFeed({ host, directory, visibleServices, clock, random: realRandom, logger: silentLogger });
  feeds.push(feed);
  const create = async (gvr: typeof pods, kind: string, object: KubeObject): Promise<void> => {
    const apiVersion = gvr.group === '' ? 'v1' : `${gvr.group}/${gvr.version}`;
    await host.resource(gvr, object.metadata.namespace).create({ ...object, kind, apiVersion });
  };
  const until = async (done: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 200 && !done(); tries++) {
      await turn();
      await clock.advance(100);
    }
    assert.ok(done());
  };
  return { api, host, directory, feed, create, until };
}

for (const watchList of [true, false]) {
  test(`what is there, comes and goes on the host is known ${watchList ? 'by a watch' : 'by a list and a watch'}`, async () => {
    const { host, directory, feed, create, until } = await fed([], watchList);
    await create(pods, 'Pod', podOf('a', 'default', 'p', ip));
    assert.equal(feed.hasSynced, false);
    await feed.start();
    await until(() => feed.hasSynced);
    await feed.whenSynced;
    assert.equal(directory.tenantAt(ip)?.identity.tenant, 'a');
    await create(services, 'Service', serviceOf('a', 'default', 'web', '10.96.0.1'));
    await until(() => directory.tenantAt(ip)?.service('default', 'web') !== undefined);
    await host.resource(pods, 'sublet-a').delete('p-x-default-x-a');
    await until(() => directory.tenantAt(ip) === undefined);
  });
}

test('what went while nobody looked is gone after the next look, and nothing else', async () => {
  const { api, host, directory, feed, create, until } = await fed();
  await create(pods, 'Pod', podOf('a', 'default', 'p', ip));
  await create(pods, 'Pod', podOf('a', 'default', 'q', '10.244.0.2'));
  await feed.start();
  await until(() => feed.hasSynced);
  api.expireWatches();
  await host.resource(pods, 'sublet-a').delete('p-x-default-x-a');
  await until(() => directory.tenantAt(ip) === undefined);
  assert.equal(directory.tenantAt('10.244.0.2')?.identity.tenant, 'a');
});

test("of the host's own services only those that are to be seen are followed, with their slices", async () => {
  const { directory, feed, create, until } = await fed(['monitoring/metrics']);
  const own = (name: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'monitoring', name },
    spec: { clusterIP: 'None', ports: [] },
  });
  for (const name of ['metrics', 'secret']) {
    await create(services, 'Service', own(name));
    await create(slices, 'EndpointSlice', sliceOf(own(name), [{ addresses: ['10.0.0.9'] }]));
  }
  await feed.start();
  await until(() => feed.hasSynced);
  const service = directory.hostService('monitoring/metrics');
  assert.ok(service);
  assert.equal(directory.slicesOf(service).length, 1);
  assert.equal(directory.hostService('monitoring/secret'), undefined);
  assert.deepEqual([...directory.keys('services')], ['host monitoring/metrics']);
});
