/** A DaemonSet's life over the real API server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { asPod } from '../../controller/pod.ts';
import { controllerRevisions, daemonSets, namespaces, nodes, pods } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { targetNode } from './daemon-pod.ts';

const events = { group: '', version: 'v1', resource: 'events' };

function agent(spec: JsonObject = {}, podSpec: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'demo', annotations: { team: 'metrics' } },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { containers: [{ name: 'c', image: 'one' }], ...podSpec },
      },
      ...spec,
    },
  };
}

function node(name: string, labels: Record<string, string> = {}, taints: JsonObject[] = []): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } };
}

async function demo(...nodeNames: readonly string[]) {
  const made = await world();
  const { client, manager } = made;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  for (const name of nodeNames) await client.resource(nodes).create(node(name));
  const sets = client.resource(daemonSets, 'demo');
  const listed = async (gvr: typeof pods): Promise<KubeObject[]> => (await client.resource(gvr, 'demo').list()).items;
  const statusOf = async () => (await sets.get('agent'))['status'] as Readonly<Record<string, number>>;
  const placed = async (): Promise<string> =>
    (await listed(pods))
      .map((pod) => targetNode(asPod(pod)) ?? '?')
      .toSorted()
      .join(' ');
  const images = async (): Promise<string> =>
    (await listed(pods))
      .map((pod) => (pod['spec'] as { containers: { image: string }[] }).containers[0]?.image)
      .join(' ');
  const upgrade = (image: string) =>
    sets.patch('agent', 'strategic', { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } });
  const settled = (what: string, check: () => Promise<boolean>) =>
    eventually(what, async () => (await check()) && manager.idle);
  return { ...made, sets, listed, statusOf, placed, images, upgrade, settled };
}

test('each node gets a pod that is pinned to it and bears what becomes of it', async () => {
  const { sets, listed, statusOf, placed, settled, writes, controllers, manager, stop } = await demo('n1', 'n2');
  await sets.create(agent());
  await settled('both are available', async () => (await statusOf())['numberAvailable'] === 2);
  assert.equal(await placed(), 'n1 n2');
  const [revision] = await listed(controllerRevisions);
  const hash = revision?.metadata.labels?.['controller-revision-hash'];
  const [pod] = await listed(pods);
  assert.ok(pod);
  assert.deepEqual(pod.metadata.labels, {
    app: 'agent',
    'controller-revision-hash': hash,
    'pod-template-generation': '1',
  });
  const { tolerations = [], affinity } = asPod(pod).spec;
  assert.deepEqual(
    tolerations.map(({ key, effect }) => `${key}:${effect}`.replace('node.kubernetes.io/', '')),
    [
      'not-ready:NoExecute',
      'unreachable:NoExecute',
      'disk-pressure:NoSchedule',
      'memory-pressure:NoSchedule',
      'pid-pressure:NoSchedule',
      'unschedulable:NoSchedule',
    ],
  );
  assert.ok(JSON.stringify(affinity).includes('"matchFields":[{"key":"metadata.name","operator":"In","values":["n'));
  assert.equal(revision?.metadata.annotations?.['team'], 'metrics');
  assert.deepEqual(await statusOf(), {
    currentNumberScheduled: 2,
    desiredNumberScheduled: 2,
    numberAvailable: 2,
    numberMisscheduled: 0,
    numberReady: 2,
    observedGeneration: 1,
    updatedNumberScheduled: 2,
  });

  const before = writes.length;
  controllers.find(({ name }) => name === 'daemonset')?.queue.add('demo/agent');
  await eventually('the resync is over', async () => manager.idle);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(writes.slice(before), []);
  await stop();
});

test('nodes come, change and go, and pods with them', async () => {
  const { client, sets, statusOf, placed, settled, stop } = await demo('n1');
  const nodeClient = client.resource(nodes);
  await sets.create(agent({}, { nodeSelector: { disk: 'ssd' } }));
  await settled('the set was seen', async () => (await statusOf())['observedGeneration'] === 1);
  assert.equal((await statusOf())['desiredNumberScheduled'], 0);
  await nodeClient.create(node('n2', { disk: 'ssd' }));
  await settled('the new node has a pod', async () => (await statusOf())['numberReady'] === 1);
  await nodeClient.patch('n1', 'merge', { metadata: { labels: { disk: 'ssd' } } });
  await settled('the changed one too', async () => (await placed()) === 'n1 n2');
  await nodeClient.patch('n2', 'merge', { spec: { taints: [{ key: 'full', effect: 'NoSchedule' }] } });
  await settled('where none would be made, one stays', async () => (await placed()) === 'n1 n2');
  await nodeClient.patch('n2', 'merge', { spec: { taints: [{ key: 'full', effect: 'NoExecute' }] } });
  await settled(
    'it has to go',
    async () => (await placed()) === 'n1' && (await statusOf())['numberMisscheduled'] === 0,
  );
  await nodeClient.delete('n1');
  await settled(
    'the last is gone',
    async () => (await placed()) === '' && (await statusOf())['desiredNumberScheduled'] === 0,
  );
  await stop();
});

test('a new template is rolled out one node at a time; going back takes the old revision again; history is kept short', async () => {
  const { sets, listed, statusOf, images, upgrade, settled, stop } = await demo('n1', 'n2', 'n3');
  await sets.create(agent({ revisionHistoryLimit: 1 }));
  const rolledOut = (image: string) =>
    settled(`${image} runs`, async () => {
      const { updatedNumberScheduled, numberAvailable } = await statusOf();
      return updatedNumberScheduled === 3 && numberAvailable === 3 && (await images()) === `${image} ${image} ${image}`;
    });
  await rolledOut('one');
  const names = async () =>
    (await listed(controllerRevisions)).map(({ metadata, revision }) => `${metadata.name}=${Number(revision)}`);
  const [first = ''] = await names();
  await upgrade('two');
  await rolledOut('two');
  await upgrade('one');
  await rolledOut('one');
  assert.ok((await names()).includes(first.replace('=1', '=3')));
  for (const image of ['three', 'four']) {
    await upgrade(image);
    await rolledOut(image);
  }
  await settled('one old revision is left', async () => (await names()).length === 2);
  await stop();
});

test('with a surge the new pod is there before the old one goes', async () => {
  const { client, sets, statusOf, upgrade, images, settled, stop } = await demo('n1');
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
  await sets.create(agent({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } }));
  await settled('it is available', async () => (await statusOf())['numberAvailable'] === 1);
  const seen: number[] = [];
  const abort = new AbortController();
  const { metadata } = await client.resource(pods, 'demo').list();
  const watching = (async () => {
    let count = 1;
    const { resourceVersion = '' } = metadata;
    for await (const { type } of client.resource(pods, 'demo').watch({ resourceVersion, signal: abort.signal })) {
      if (type === 'ADDED') seen.push(++count);
      if (type === 'DELETED') seen.push(--count);
    }
  })();
  await upgrade('two');
  await settled('the new one alone is left', async () => (await images()) === 'two');
  await eventually('both were there', async () => seen.length === 2);
  abort.abort();
  await watching.catch(() => undefined);
  assert.deepEqual(seen, [2, 1]);
  await stop();
});

test('OnDelete: nobody replaces old pods but who deletes them', async () => {
  const { client, sets, listed, statusOf, images, upgrade, settled, stop } = await demo('n1', 'n2');
  await sets.create(agent({ updateStrategy: { type: 'OnDelete' } }));
  await settled('both are available', async () => (await statusOf())['numberAvailable'] === 2);
  await upgrade('two');
  await settled('the new template was seen', async () => (await statusOf())['observedGeneration'] === 2);
  assert.equal(await images(), 'one one');
  assert.equal((await statusOf())['updatedNumberScheduled'], undefined);
  const [pod] = await listed(pods);
  await client.resource(pods, 'demo').delete(pod?.metadata.name ?? '');
  await settled('its successor is new', async () => (await images()).split(' ').toSorted().join() === 'one,two');
  await stop();
});

test('a pod that failed is replaced, and the set tells of it', async () => {
  const { client, sets, listed, statusOf, settled, stop } = await demo('n1');
  await sets.create(agent());
  await settled('it is available', async () => (await statusOf())['numberAvailable'] === 1);
  const [failed] = await listed(pods);
  const name = failed?.metadata.name ?? '';
  await client.resource(pods, 'demo').patch(name, 'merge', { status: { phase: 'Failed' } }, { subresource: 'status' });
  await settled('another is there', async () => {
    const names = (await listed(pods)).map(({ metadata }) => metadata.name);
    return names.length === 1 && names[0] !== name;
  });
  await eventually('that was told', async () => {
    const told = (await listed(events)).filter(
      ({ involvedObject }) => (involvedObject as JsonObject)['name'] === 'agent',
    );
    return told.some(
      ({ reason, type, message }) =>
        reason === 'FailedDaemonPod' &&
        type === 'Warning' &&
        message === `Found failed daemon pod demo/${name} on node n1, will try to kill it`,
    );
  });
  await stop();
});

test('pods and revisions that a set left behind are taken over by its successor without a restart', async () => {
  const { sets, listed, statusOf, placed, settled, stop } = await demo('n1', 'n2');
  await sets.create(agent());
  await settled('both are available', async () => (await statusOf())['numberAvailable'] === 2);
  const uids = async (gvr: typeof pods) => (await listed(gvr)).map(({ metadata }) => metadata.uid ?? '').toSorted();
  const [podsBefore, revisionsBefore] = [await uids(pods), await uids(controllerRevisions)];
  await sets.delete('agent', { propagationPolicy: 'Orphan' });
  await settled('nobody owns them', async () =>
    [...(await listed(pods)), ...(await listed(controllerRevisions))].every(
      ({ metadata }) => !metadata.ownerReferences,
    ),
  );
  await sets.create(agent());
  await settled('they are owned again', async () => (await statusOf())['updatedNumberScheduled'] === 2);
  assert.equal(await placed(), 'n1 n2');
  assert.deepEqual(await uids(pods), podsBefore);
  assert.deepEqual(await uids(controllerRevisions), revisionsBefore);
  await stop();
});

test('of two revisions with one template one stays, and no pod is restarted for it', async () => {
  const { client, sets, listed, statusOf, settled, stop } = await demo('n1');
  await sets.create(agent());
  await settled('it is available', async () => (await statusOf())['numberAvailable'] === 1);
  const [revision] = await listed(controllerRevisions);
  const [pod] = await listed(pods);
  assert.ok(revision && pod);
  const { name: _name, uid: _uid, resourceVersion: _version, ...metadata } = revision.metadata;
  const labels = { ...metadata.labels, 'controller-revision-hash': 'twin' };
  await client
    .resource(controllerRevisions, 'demo')
    .create({ ...revision, revision: 2, metadata: { ...metadata, name: 'agent-twin', labels } });
  await settled(
    'both stay, as long as nothing else happens',
    async () => (await listed(controllerRevisions)).length === 2,
  );
  await client
    .resource(controllerRevisions, 'demo')
    .patch('agent-twin', 'merge', { metadata: { annotations: { seen: 'yes' } } });
  await settled(
    'the newer one is left',
    async () => (await listed(controllerRevisions)).map((one) => one.metadata.name).join() === 'agent-twin',
  );
  await settled('the pod is said to be of it', async () => {
    const [now] = await listed(pods);
    return now?.metadata.uid === pod.metadata.uid && now?.metadata.labels?.['controller-revision-hash'] === 'twin';
  });
  await stop();
});
