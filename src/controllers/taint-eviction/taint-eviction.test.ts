/** Pods on nodes that become tainted, over the real API server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { asPod, podCondition } from '../../controller/pod.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { EventRecorder } from '../../controller/event-recorder.ts';
import { Manager } from '../../controller/manager.ts';
import { silentLogger } from '../../lib/logger.ts';
import { realClock } from '../../main/real-clock.ts';
import { realRandom } from '../../main/real-random.ts';
import { namespaces, nodes, pods, serviceAccounts } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { taintEvictionController } from './taint-eviction-controller.ts';

const events = { group: '', version: 'v1', resource: 'events' };
const broken = { key: 'broken', effect: 'NoExecute' };

async function demo(clock = realClock) {
  const made = await world({ clock });
  const { client, manager, controllers } = made;
  const nextWakeUp = () => controllers.find(({ name }) => name === 'taint-eviction')?.queue.nextWakeUp();
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  const accounts = client.resource(serviceAccounts, 'demo');
  await eventually('pods are let in', () =>
    accounts.get('default').then(
      () => true,
      () => false,
    ),
  );
  const taint = (...taints: JsonObject[]) => client.resource(nodes).patch('n1', 'merge', { spec: { taints } });
  await client
    .resource(nodes)
    .create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { zone: 'a' } } });
  /** Of a finalizer's, so that it can be looked at when it is deleted. */
  const run = (name: string, tolerations: JsonObject[] = []) =>
    client.resource(pods, 'demo').create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, finalizers: ['test/look'] },
      spec: { nodeName: 'n1', tolerations, containers: [{ name: 'c', image: 'one' }] },
    });
  const isEnding = async (name: string): Promise<boolean> =>
    (await client.resource(pods, 'demo').get(name)).metadata.deletionTimestamp !== undefined;
  const told = async (): Promise<string> => {
    const { items } = await client.resource(events, 'demo').list();
    const ours = items.filter(({ reason }) => reason === 'TaintManagerEviction');
    return ours.map(({ message }) => message as string).join(', ');
  };
  const wait = (what: string, check: () => Promise<boolean>) =>
    eventually(what, async () => {
      if (clock instanceof FakeClock) await clock.advance(0);
      return (await check()) && manager.idle;
    });
  return { ...made, nextWakeUp, taint, run, isEnding, told, wait };
}

test('what does not bear the taint is deleted at once, and says why', async () => {
  const { client, taint, run, isEnding, told, wait, stop } = await demo();
  await run('weak');
  await run('strong', [{ key: 'broken', operator: 'Exists' }]);
  await taint(broken);
  await wait('it is deleted', () => isEnding('weak'));
  const pod: Readonly<KubeObject> = await client.resource(pods, 'demo').get('weak');
  const { lastTransitionTime, ...condition } = { ...podCondition(asPod(pod), 'DisruptionTarget') };
  assert.ok(lastTransitionTime);
  assert.deepEqual(
    { ...condition },
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastProbeTime: null,
      observedGeneration: 1,
    },
  );
  await eventually('it is told of', async () => (await told()) === 'Marking for deletion Pod demo/weak');
  assert.equal(await isEnding('strong'), false);
  await stop();
});

test('a pod that comes to a tainted node is deleted too', async () => {
  const { taint, run, isEnding, wait, stop } = await demo();
  await taint(broken);
  await run('late');
  await wait('it is deleted', () => isEnding('late'));
  await stop();
});

test('what bears it for a while is deleted then; the process can sleep until then', async () => {
  const clock = new FakeClock();
  const { nextWakeUp, taint, run, isEnding, told, wait, stop } = await demo(clock);
  await run('patient', [{ key: 'broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 3600 }]);
  await taint(broken);
  await wait('its time is known', async () => nextWakeUp() === clock.now() + 3_600_000);
  assert.equal(await isEnding('patient'), false);
  await clock.advance(3_600_000);
  await wait('it is deleted', () => isEnding('patient'));
  assert.equal(nextWakeUp(), undefined);
  await eventually('it is told of', async () => (await told()) === 'Marking for deletion Pod demo/patient');
  await stop();
});

test('a taint that is taken away in time is forgotten', async () => {
  const { nextWakeUp, taint, run, isEnding, told, wait, stop } = await demo();
  await run('lucky', [{ key: 'broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 3600 }]);
  await taint(broken);
  await wait('its time is known', async () => nextWakeUp() !== undefined);
  await taint();
  await wait('nothing is waited for', async () => nextWakeUp() === undefined);
  await eventually('it is told of', async () => (await told()) === 'Cancelling deletion of Pod demo/lucky');
  assert.equal(await isEnding('lucky'), false);
  await stop();
});

test('a process that begins anew counts on', async () => {
  const clock = new FakeClock();
  const { client, nextWakeUp, taint, run, wait, stop } = await demo(clock);
  await run('patient', [{ key: 'broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 3600 }]);
  await taint(broken);
  const due = clock.now() + 3_600_000;
  await wait('its time is known', async () => nextWakeUp() === due);
  await stop();
  await clock.advance(3_000_000);
  const common = { clock, random: realRandom, logger: silentLogger, client };
  const informers = new InformerFactory(common);
  const events = new EventRecorder(common);
  const controller = taintEvictionController.create({ ...common, informers, events });
  const manager = new Manager({ name: 'again', informers: [informers], controllers: [controller], services: [events] });
  await manager.start();
  // Times are written in whole seconds.
  await wait('its time is known again', async () => manager.nextWakeUp() === due + 1000);
  await manager.stop();
});
