import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkQueueCounts } from '../controller/work-queue-counts.ts';
import { configMaps, namespaces } from '../controllers/resources.ts';
import { eventually, world } from '../controllers/world.test-double.ts';
import { unlessNotFound } from '../controller/status-cause.ts';
import { silentLogger } from '../lib/logger.ts';
import { controllersOf } from './controllers-role.ts';

const lease = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };

test('of two replicas one runs the controllers, the other when the first has gone', async () => {
  const { client, api, manager } = await world();
  await manager.stop();
  const writers = new Set<string>();
  const replica = (name: string) =>
    controllersOf({
      side: 'tenant',
      exchange: (request) => {
        if (request.method !== 'GET' && !request.path.includes('/leases')) writers.add(name);
        return api.exchange(request);
      },
      user: name,
      rootCertificate: 'PEM',
      logger: silentLogger,
      metrics: new WorkQueueCounts(),
      leaderElect: true,
    });
  const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } };
  await unlessNotFound(
    client
      .resource(namespaces)
      .create(system)
      .catch(() => client.resource(namespaces).get('kube-system')),
  );
  const published = async (namespace: string): Promise<void> => {
    await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await eventually(`the authority in ${namespace}`, async () => {
      const found = await unlessNotFound(client.resource(configMaps, namespace).get('kube-root-ca.crt'));
      return found !== undefined;
    });
  };
  const [first, second] = [replica('first'), replica('second')];
  await first.start();
  await published('one');
  await second.start();
  await published('two');
  assert.deepEqual([...writers], ['first']);
  assert.equal(second.nextWakeUp(), undefined);
  await first.stop();
  writers.clear();
  await published('three');
  assert.deepEqual([...writers], ['second']);
  const { spec } = await client.resource(lease, 'kube-system').get('kube-controller-manager');
  assert.equal((spec as { leaseTransitions: number }).leaseTransitions, 1);
  await second.stop();
});

test('a selection that names no controller is refused at once', () => {
  const options = {
    side: 'tenant',
    user: 'u',
    rootCertificate: 'PEM',
    logger: silentLogger,
    metrics: new WorkQueueCounts(),
  } as const;
  const exchange = (): never => assert.fail('nothing is asked');
  assert.throws(
    () => controllersOf({ ...options, exchange, selection: ['no-such-controller'], leaderElect: true }),
    /no-such-controller/,
  );
});
