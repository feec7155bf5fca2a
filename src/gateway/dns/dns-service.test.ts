/** The whole, over a host in memory and real sockets: from what an operator sets to answers and numbers. */
import assert from 'node:assert/strict';
import { Resolver as Client } from 'node:dns/promises';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { createClient } from '../../client/create-client.ts';
import { FakeApi } from '../../client/fake-api.test-double.ts';
import { silentLogger } from '../../lib/logger.ts';
import { realClock } from '../../main/real-clock.ts';
import { realRandom } from '../../main/real-random.ts';
import { DnsService, type DnsSettings } from './dns-service.ts';
import { podOf, serviceOf } from './dns-world.test-double.ts';

const from = { a: '127.78.0.1', b: '127.78.0.2' } as const;

const settings: DnsSettings = {
  listen: { address: '127.0.0.1', port: 0 },
  upstreams: [],
  clusterDomain: 'cluster.local',
  hostDomain: 'cluster.local',
  internalZones: [],
  internalRanges: [],
  visible: [],
  tenants: { b: { clusterDomain: 'b.example', visible: [{ host: 'monitoring/metrics', as: 'shared/numbers' }] } },
  servers: ['10.96.0.10'],
  ttlSeconds: 7,
  queriesPerSecond: 1000,
  metrics: { address: '127.0.0.1', port: 0 },
};

const context = { clock: realClock, random: realRandom, logger: silentLogger };

async function running(change: Partial<DnsSettings> = {}): Promise<DnsService> {
  const api = new FakeApi();
  const host = createClient('host', api.exchange);
  const create = async (resource: string, kind: string, object: KubeObject): Promise<void> => {
    const gvr = { group: '', version: 'v1', resource };
    await host.resource(gvr, object.metadata.namespace).create({ ...object, kind, apiVersion: 'v1' });
  };
  for (const tenant of ['a', 'b'] as const) {
    await create('pods', 'Pod', podOf(tenant, 'default', 'client', from[tenant]));
    await create(
      'services',
      'Service',
      serviceOf(tenant, 'default', 'web', tenant === 'a' ? '10.96.0.1' : '10.96.0.2'),
    );
  }
  const metrics = { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'monitoring', name: 'metrics' } };
  await create('services', 'Service', { ...metrics, spec: { clusterIP: '10.96.7.7', ports: [{ port: 80 }] } });
  const service = new DnsService({ ...settings, ...change }, { host, ...context });
  await service.start();
  return service;
}

function client(service: DnsService, tenant: 'a' | 'b'): Client {
  const resolver = new Client({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${service.port}`]);
  resolver.setLocalAddress(from[tenant]);
  return resolver;
}

test('each tenant has the domain and the services of the host that its operator sets', async () => {
  const service = await running();
  const web = 'web.default.svc';
  const answer = [{ address: '10.96.0.1', ttl: 7 }];
  assert.deepEqual(await client(service, 'a').resolve4(`${web}.cluster.local`, { ttl: true }), answer);
  assert.deepEqual(await client(service, 'b').resolve4(`${web}.b.example`), ['10.96.0.2']);
  assert.deepEqual(await client(service, 'b').resolve4('numbers.shared.svc.b.example'), ['10.96.7.7']);
  assert.deepEqual(await client(service, 'a').resolveNs('cluster.local'), ['ns.dns.cluster.local']);
  for (const name of [`${web}.b.example`, 'numbers.shared.svc.cluster.local', 'metrics.monitoring.svc.cluster.local'])
    await assert.rejects(client(service, 'a').resolve4(name), { code: 'ENOTFOUND' });
  await service.stop();
});

test('numbers by tenant and outcome, and health, where they are asked for', async () => {
  const service = await running();
  await client(service, 'a').resolve4('web.default.svc.cluster.local');
  await client(service, 'a').resolve4('web.default.svc.cluster.local');
  await assert.rejects(client(service, 'b').resolve4('www.example.com'), { code: 'ESERVFAIL' });
  const get = async (path: string): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${service.metricsPort}${path}`);
    return [response.status, await response.text()];
  };
  const [status, text] = await get('/metrics');
  const series = text.split('\n').filter((line) => line.startsWith('sublet_dns'));
  assert.equal(status, 200);
  assert.deepEqual(series.toSorted(), [
    'sublet_dns_queries_total{tenant="a",host_namespace="sublet-a",outcome="answered"} 2',
    'sublet_dns_queries_total{tenant="b",host_namespace="sublet-b",outcome="failed"} 1',
  ]);
  assert.deepEqual(await get('/readyz'), [200, 'ok']);
  assert.deepEqual(await get('/healthz'), [200, 'ok']);
  assert.equal((await get('/secret'))[0], 404);
  await service.stop();
});

test('without a port for numbers there is none', async () => {
  const service = await running({ metrics: undefined });
  assert.equal(service.metricsPort, undefined);
  await service.stop();
});

test('what an operator sets wrong is told in words', () => {
  const host = createClient('host', new FakeApi().exchange);
  const make = (change: Partial<DnsSettings>): DnsService =>
    new DnsService({ ...settings, ...change }, { host, ...context });
  assert.throws(() => make({ clusterDomain: 'a..b' }), /"a..b" is not a domain name/);
  assert.throws(() => make({ clusterDomain: `${'x'.repeat(60)}.example` }), /too long: names of pods would not fit/);
  assert.throws(() => make({ internalZones: ['*'] }), /is not a domain name/);
});

test('a service that is stopped while it waits for its host never listens', async () => {
  const host = createClient('host', () => new Promise(() => undefined));
  const service = new DnsService({ ...settings, metrics: undefined }, { host, ...context });
  const started = service.start();
  void service.stop();
  await started;
  assert.equal(service.port, 0);
});
