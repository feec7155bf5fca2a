import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../client/fake-clock.test-double.ts';
import { TestApi } from '../verbs/api.test-double.ts';
import { LocalServiceAddresses } from './local-service-addresses.ts';
import { NumberRange } from './number-range.ts';
import { builtinResourceDefinitions } from './resources/builtin-resources.ts';
import { serviceAddressHooks } from './service-addresses.ts';

const services = '/api/v1/namespaces/default/services';

function cluster(serviceCidr = '10.1.0.0/24'): { api: TestApi; addresses: LocalServiceAddresses } {
  const addresses = new LocalServiceAddresses({ serviceCidr, random: seededRandom(7) });
  const hooks = { '/services': serviceAddressHooks(addresses) };
  return { api: new TestApi({ definitions: builtinResourceDefinitions, hooks }), addresses };
}

const service = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { a: 'b' }, ports: [{ port: 80 }], ...spec },
});

test('a service gets an address, keeps it over updates, and gives it back', async () => {
  const { api } = cluster('10.1.0.0/28');
  const { body } = await api.post(services, service('a'));
  assert.match(body.spec.clusterIP, /^10\.1\.0\.\d+$/);
  assert.deepEqual(
    [body.spec.clusterIPs, body.spec.ipFamilies, body.spec.ipFamilyPolicy, body.spec.internalTrafficPolicy],
    [[body.spec.clusterIP], ['IPv4'], 'SingleStack', 'Cluster'],
  );
  const updated = await api.put(`${services}/a`, service('a', { ports: [{ port: 81 }] }));
  assert.equal(updated.body.spec.clusterIP, body.spec.clusterIP);
  for (let count = 0; count < 13; count++) assert.equal((await api.post(services, service(`x${count}`))).status, 201);
  const full = await api.post(services, service('full'));
  assert.equal(
    full.body.message,
    'Internal error occurred: failed to allocate a serviceIP for Service "full": range is full',
  );
  await api.delete(`${services}/a`);
  assert.equal((await api.post(services, service('b'))).body.spec.clusterIP, body.spec.clusterIP);
});

test('headless and external services have no address', async () => {
  const { api } = cluster();
  const headless = (await api.post(services, service('h', { clusterIP: 'None' }))).body.spec;
  assert.deepEqual(
    [headless.clusterIP, headless.clusterIPs, headless.ipFamilyPolicy],
    ['None', ['None'], 'SingleStack'],
  );
  const bare = (await api.post(services, service('n', { clusterIP: 'None', selector: null }))).body.spec;
  assert.deepEqual([bare.ipFamilies, bare.ipFamilyPolicy], [['IPv4', 'IPv6'], 'RequireDualStack']);
  const external = await api.post(
    services,
    service('e', { type: 'ExternalName', externalName: 'example.com', ports: [] }),
  );
  assert.deepEqual([external.body.spec.clusterIP, external.body.spec.ipFamilies], [undefined, undefined]);
});

test('node ports come with the type, and go with it', async () => {
  const { api } = cluster();
  await api.post(services, service('a'));
  const patched = await api.patch(`${services}/a`, 'merge', { spec: { type: 'NodePort' } });
  const [{ nodePort }] = patched.body.spec.ports;
  assert.ok(nodePort >= 30000 && nodePort <= 32767);
  const back = await api.patch(`${services}/a`, 'merge', { spec: { type: 'ClusterIP' } });
  assert.equal(back.body.spec.ports[0].nodePort, undefined);
  const taken = await api.post(services, service('b', { type: 'NodePort', ports: [{ port: 80, nodePort }] }));
  assert.equal(taken.status, 201);
});

test('addresses that cannot be given', async (t) => {
  const { api } = cluster();
  await api.post(
    services,
    service('a', { type: 'NodePort', clusterIP: '10.1.0.9', ports: [{ port: 80, nodePort: 30001 }] }),
  );
  const cases: Record<string, { spec: object; message: string }> = {
    'an IP that is taken': {
      spec: { clusterIP: '10.1.0.9' },
      message:
        'spec.clusterIPs: Invalid value: ["10.1.0.9"]: failed to allocate IP 10.1.0.9: provided IP is already allocated',
    },
    'an IP of elsewhere': {
      spec: { clusterIP: '10.2.0.9' },
      message:
        'spec.clusterIPs: Invalid value: ["10.2.0.9"]: failed to allocate IP 10.2.0.9: the provided network does not match the current range',
    },
    'a port that is taken': {
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30001 }] },
      message: 'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
    },
    'a port of elsewhere': {
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
      message:
        'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    },
  };
  for (const [name, { spec, message }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const { body } = await api.post(services, service('b', spec));
      assert.deepEqual([body.code, body.message], [422, `Service "b" is invalid: ${message}`]);
    });
  }
});

test('a dry run and a refused write keep nothing', async () => {
  const { api } = cluster();
  const ports = [{ port: 80, nodePort: 30001 }];
  assert.equal((await api.post(`${services}?dryRun=All`, service('a', { type: 'NodePort', ports }))).status, 201);
  await api.post(services, service('there'));
  assert.equal((await api.post(services, service('there', { type: 'NodePort', ports }))).status, 409);
  assert.equal((await api.post(services, service('a', { type: 'NodePort', ports }))).status, 201);
});

test('what stored services have is taken after a start', async () => {
  const { addresses } = cluster();
  const stored = { kind: 'Service', apiVersion: 'v1', metadata: { name: 'a' }, spec: { clusterIPs: ['10.1.0.5'] } };
  addresses.occupy(stored);
  const asked = { ...stored, spec: { type: 'ClusterIP', clusterIP: '10.1.0.5', clusterIPs: ['10.1.0.5'] } };
  await assert.rejects(addresses.allocate(asked, undefined, false), /already allocated/);
});

test('property: a range gives each number once, and all of them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.integer(), (size, seed) => {
      const range = new NumberRange(1, size, seededRandom(seed));
      const given = new Set<number>();
      for (let count = 0; count < size; count++) given.add(range.takeNext() ?? 0);
      assert.equal(given.size, size);
      assert.ok(!given.has(0));
      assert.equal(range.takeNext(), undefined);
    }),
    { numRuns: 30 },
  );
});
