/** All built-in controllers over the real API server, in one process: what a tenant runs but for its pods, which are made up here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { deployments, endpoints, endpointSlices, namespaces, pods, replicaSets, services } from './resources.ts';
import { eventually, world } from './world.test-double.ts';

function web(image: string): KubeObject {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'demo' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
  };
}

test('a Deployment behind a Service in a namespace: up, rolled, deleted from its owner down; then silence; then the namespace goes', async () => {
  const { client, manager, controllers, writes, stop } = await world();
  const listed = async (gvr: typeof pods): Promise<KubeObject[]> => (await client.resource(gvr, 'demo').list()).items;
  await client
    .resource(namespaces)
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' }, spec: { finalizers: ['kubernetes'] } });
  await client.resource(deployments, 'demo').create(web('one'));
  await client.resource(services, 'demo').create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
  const available = async (): Promise<boolean> => {
    const { metadata, status } = await client.resource(deployments, 'demo').get('web');
    const { availableReplicas, updatedReplicas, replicas, observedGeneration } = status as Record<string, number>;
    return (
      availableReplicas === 3 && updatedReplicas === 3 && replicas === 3 && observedGeneration === metadata.generation
    );
  };
  await eventually('three pods are available', available);
  await eventually('the slice has three endpoints', async () => {
    const [slice] = await listed(endpointSlices);
    return (slice?.['endpoints'] as unknown[] | undefined)?.length === 3;
  });
  await eventually('the endpoints have them too', async () =>
    JSON.stringify(await listed(endpoints)).includes('"port":8080'),
  );

  await client
    .resource(deployments, 'demo')
    .patch('web', 'strategic', { spec: { template: { spec: { containers: [{ name: 'c', image: 'two' }] } } } });
  await eventually('the new image is rolled out', async () => {
    const images = (await listed(pods)).map((pod) =>
      JSON.stringify((pod['spec'] as { containers: unknown }).containers),
    );
    return images.length === 3 && images.every((image) => image.includes('"two"')) && available();
  });
  assert.equal((await listed(replicaSets)).length, 2);

  await eventually('nothing is left to do', async () => manager.idle);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = writes.length;
  for (const { name, queue } of controllers) {
    if (['deployment', 'endpointslice', 'endpoints'].includes(name)) queue.add('demo/web');
    if (name === 'replicaset') for (const set of await listed(replicaSets)) queue.add(`demo/${set.metadata.name}`);
    if (['serviceaccount', 'root-ca-certificate-publisher', 'namespace'].includes(name)) queue.add('demo');
  }
  await eventually('the resync is over', async () => manager.idle);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(writes.slice(before), []);

  await client.resource(deployments, 'demo').delete('web', { propagationPolicy: 'Foreground' });
  await eventually('the Deployment is gone, and everything below it', async () => {
    const left = [...(await listed(deployments)), ...(await listed(replicaSets)), ...(await listed(pods))];
    return left.length === 0;
  });
  await client.resource(namespaces).delete('demo');
  await eventually('the namespace is gone', async () => {
    const { items } = await client.resource(namespaces).list();
    return items.every(({ metadata }) => metadata.name !== 'demo');
  });
  await stop();
});
