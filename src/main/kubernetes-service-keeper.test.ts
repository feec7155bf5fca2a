/** The Service `kubernetes` of a tenant whose API stands behind a Service of the host, and of one whose host gives it an address. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../api/object.ts';
import { LocalServiceAddresses } from '../apiserver/registry/local-service-addresses.ts';
import { createClient } from '../client/create-client.ts';
import { FakeApi } from '../client/fake-api.test-double.ts';
import { silentLogger } from '../lib/logger.ts';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import { composeApiServer } from './api-server-role.ts';
import { createApiService } from './api-service-role.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';
import type { TenantConfig } from './role-config.ts';

const patienceMs = 10_000;
const services = { group: '', version: 'v1', resource: 'services' };

function onHost(clusterIP: string, port: number): KubeObject {
  const spec = { clusterIP, ports: [{ port }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'front', namespace: 'tenants', uid: clusterIP }, spec };
}

function tenantWith(config: Partial<TenantConfig>) {
  const fake = new FakeApi();
  const host = createClient('host', fake.exchange);
  const complete = { hostNamespace: 'tenants', listen: { address: '127.0.0.1', port: 6443 }, ...config };
  // A door: no more of it is looked at.
  const apiService = createApiService(complete as TenantConfig, host, silentLogger);
  const api = composeApiServer({
    clock: realClock,
    random: realRandom,
    store: new MemoryStore(),
    serviceAccountKeys: [],
    serviceAccountIssuer: 'https://issuer',
    address: '127.0.0.1:6443',
    serviceAddresses: apiService.addresses(
      new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: realRandom }),
    ),
    logger: silentLogger,
  });
  const tenant = createClient('tenant', api.exchange, { user: { name: 'admin', groups: ['system:masters'] } });
  const keeper = apiService.keeper(api);
  const shown = async (): Promise<string> => {
    const { spec } = await tenant.resource(services, 'default').get('kubernetes');
    return JSON.stringify(spec);
  };
  return { fake, host, tenant, keeper, shown, stop: () => keeper.stop() };
}

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

test('it shows the address of the host’s Service, as soon as there is one with the port, and another when that is another', async () => {
  const { host, tenant, keeper, shown, stop } = tenantWith({ apiService: { name: 'front' } });
  await keeper.start();
  const front = host.resource(services, 'tenants');
  await front.create(onHost('10.1.0.1', 8443));
  await assert.rejects(shown());
  await front.delete('front');
  await front.create(onHost('10.1.0.1', 443));
  await eventually(async () => assert.match(await shown(), /"clusterIP":"10\.1\.0\.1"/));
  await front.delete('front');
  await front.create(onHost('10.1.0.2', 443));
  await tenant.resource(services, 'default').delete('kubernetes');
  await eventually(async () => assert.match(await shown(), /"clusterIP":"10\.1\.0\.2"/));
  await stop();
});

test('it comes back with the address that it had', async () => {
  const { tenant, keeper, shown, stop } = tenantWith({});
  await keeper.start();
  await eventually(async () => assert.match(await shown(), /"clusterIP":"10\.96\./));
  const before = await shown();
  await tenant.resource(services, 'default').delete('kubernetes');
  await eventually(async () => assert.equal(await shown(), before));
  await stop();
});

test('where pods are sent is what was advertised', async () => {
  const { tenant, keeper, stop } = tenantWith({ advertise: { address: '192.0.2.7', port: 7443 } });
  await keeper.start();
  const slices = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
  await eventually(async () => {
    const { endpoints, ports } = await tenant.resource(slices, 'default').get('kubernetes');
    assert.match(JSON.stringify([endpoints, ports]), /"192\.0\.2\.7".*"port":7443/);
  });
  await stop();
});
