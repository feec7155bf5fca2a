import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { endpoints, endpointSlices, namespaces, services } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';

test('Endpoints written by hand are mirrored, follow each change, and go with them; those of a selector are not', async () => {
  const { client, writes, stop } = await world();
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const service = (name: string, selector: JsonObject): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...selector },
  });
  await client.resource(services, 'demo').create(service('by-hand', {}));
  await client.resource(services, 'demo').create(service('selected', { selector: { app: 'web' } }));
  const subsets = (ip: string) => [{ addresses: [{ ip }], ports: [{ name: 'http', port: 8080 }] }];
  await client.resource(endpoints, 'demo').create({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'by-hand', labels: { app: 'web' } },
    subsets: subsets('10.1.2.3'),
  });
  const mirrored = async () => {
    const { items } = await client
      .resource(endpointSlices, 'demo')
      .list({ labelSelector: 'endpointslice.kubernetes.io/managed-by=endpointslicemirroring-controller.k8s.io' });
    return items.map(({ metadata, endpoints: list }) => ({
      service: metadata.labels?.['kubernetes.io/service-name'],
      addresses: (list as { addresses: string[] }[]).flatMap(({ addresses }) => addresses),
    }));
  };
  await eventually('it is mirrored', async () => (await mirrored()).length === 1);
  assert.deepEqual(await mirrored(), [{ service: 'by-hand', addresses: ['10.1.2.3'] }]);
  await client.resource(endpoints, 'demo').patch('by-hand', 'merge', { subsets: subsets('10.1.2.4') });
  await eventually('it follows', async () => (await mirrored())[0]?.addresses[0] === '10.1.2.4');
  await client.resource(services, 'demo').patch('by-hand', 'merge', { spec: { selector: { app: 'none' } } });
  await eventually('a selector takes over', async () => (await mirrored()).length === 0);
  await client.resource(services, 'demo').patch('by-hand', 'merge', { spec: { selector: null } });
  await client.resource(endpoints, 'demo').patch('by-hand', 'merge', { subsets: subsets('10.1.2.5') });
  await eventually('it is mirrored again', async () => (await mirrored())[0]?.addresses[0] === '10.1.2.5');
  await client.resource(endpoints, 'demo').delete('by-hand');
  await eventually('it goes', async () => (await mirrored()).length === 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const settled = writes.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(writes.length, settled, 'nothing is written any more');
  await stop();
});
