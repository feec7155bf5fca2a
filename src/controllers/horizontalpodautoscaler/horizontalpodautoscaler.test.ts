/** Autoscalers over the real API server, with metrics that are made up and a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { timestamp } from '../../lib/clock.ts';
import {
  deployments,
  horizontalPodAutoscalers,
  namespaces,
  pods,
  replicationControllers,
  serviceAccounts,
} from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { asAutoscaler, type Autoscaler } from './autoscaler.ts';
import { horizontalPodAutoscalerController } from './horizontalpodautoscaler-controller.ts';
import { FakeMetricsServer } from './metrics-server.test-double.ts';

const syncMs = 15_000;
const customPath = '/apis/custom.metrics.k8s.io/v1beta2/namespaces/demo';
const externalPath = '/apis/external.metrics.k8s.io/v1beta1/namespaces/demo';
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

test('a target whose pods use too much is scaled up; an Event and the status tell', async () => {
  const { use, look, autoscaler, replicas, events, stop } = await scaled({ maxReplicas: 10, metrics: [cpu(50)] });
  use({ 'web-0': '90m', 'web-1': '90m' });
  await look();
  assert.equal(await replicas(), 4);
  const { status, metadata } = await autoscaler();
  assert.deepEqual(
    { ...status, lastScaleTime: undefined, conditions: undefined },
    {
      currentReplicas: 2,
      desiredReplicas: 4,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 90, averageValue: '90m' } } },
      ],
      lastScaleTime: undefined,
      conditions: undefined,
    },
  );
  assert.ok(status?.lastScaleTime);
  assert.equal(metadata.generation, undefined);
  assert.deepEqual(
    status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]),
    [
      ['AbleToScale', 'True', 'SucceededRescale', 'the HPA controller was able to update the target scale to 4'],
      [
        'ScalingActive',
        'True',
        'ValidMetricFound',
        'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
      ],
      ['ScalingLimited', 'False', 'DesiredWithinRange', 'the desired count is within the acceptable range'],
    ],
  );
  assert.deepEqual(await events(), [
    'Normal SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target',
  ]);
  await stop();
});

test('before a target is scaled down, five minutes must have asked for no more', async () => {
  const { use, look, autoscaler, replicas, stop } = await scaled({ maxReplicas: 10, metrics: [cpu(50)] });
  use({ 'web-0': '5m', 'web-1': '5m' });
  await look();
  const conditions = (await autoscaler()).status?.conditions ?? [];
  assert.deepEqual(
    conditions.map(({ reason }) => reason),
    ['ScaleDownStabilized', 'ValidMetricFound', 'DesiredWithinRange'],
  );
  for (let looks = 0; looks < 19; looks++) await look();
  assert.equal(await replicas(), 2);
  for (let looks = 0; looks < 3; looks++) await look();
  assert.equal(await replicas(), 1);
  await stop();
});

test('what nothing changes writes nothing', async () => {
  const { use, look, writes, replicas, stop } = await scaled({ maxReplicas: 10, metrics: [cpu(50)] });
  use({ 'web-0': '50m', 'web-1': '51m' });
  await look();
  const before = writes.length;
  for (let looks = 0; looks < 5; looks++) await look();
  assert.deepEqual(writes.slice(before), []);
  assert.equal(await replicas(), 2);
  await stop();
});

test('without a metrics server it says that there is none', async () => {
  const { look, autoscaler, events, stop } = await scaled({ maxReplicas: 10, metrics: [cpu(50)] });
  await look();
  const text =
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
  const { status } = await autoscaler();
  assert.deepEqual(
    status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]),
    [
      ['AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale"],
      ['ScalingActive', 'False', 'FailedGetResourceMetric', `the HPA was unable to compute the replica count: ${text}`],
    ],
  );
  assert.deepEqual(status?.currentMetrics, [{ type: '' }]);
  assert.deepEqual(await events(), [
    `Warning FailedGetResourceMetric ${text}`,
    `Warning FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${text}`,
  ]);
  await stop();
});

test('metrics of pods, objects and other systems are asked for by their selectors; the most wanted counts', async () => {
  const selector = { matchLabels: { verb: 'GET' } };
  const metrics = [
    {
      type: 'Pods',
      pods: { metric: { name: 'hits', selector }, target: { type: 'AverageValue', averageValue: '10' } },
    },
    {
      type: 'Object',
      object: {
        describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' },
        metric: { name: 'rate' },
        target: { type: 'Value', value: '100' },
      },
    },
    {
      type: 'External',
      external: { metric: { name: 'queue', selector }, target: { type: 'AverageValue', averageValue: '5' } },
    },
  ];
  const { server, look, autoscaler, replicas, events, stop } = await scaled({ maxReplicas: 10, metrics });
  server.customVersions = ['v1beta2'];
  const value = (name: string, amount: string) => ({ describedObject: { name }, metric: { name: 'm' }, value: amount });
  server.answers.set(`${customPath}/pods/*/hits`, { items: [value('web-0', '9500m'), value('web-1', '10')] });
  server.answers.set(`${customPath}/ingresses.networking.k8s.io/main/rate`, { items: [value('main', '120')] });
  server.answers.set(`${externalPath}/queue`, { items: [{ value: '7' }, { value: '8' }] });
  await look();
  assert.equal(await replicas(), 3);
  assert.deepEqual(server.requests, [
    `${customPath}/pods/*/hits?labelSelector=app%3Dweb&metricLabelSelector=verb%3DGET`,
    `${customPath}/ingresses.networking.k8s.io/main/rate?`,
    `${externalPath}/queue?labelSelector=verb%3DGET`,
  ]);
  const current = (await autoscaler()).status?.currentMetrics?.map(
    ({ pods: ofPods, object, external }) => (ofPods ?? object ?? external)?.current,
  );
  assert.deepEqual(current, [{ averageValue: '9750m' }, { value: '120' }, { averageValue: '7500m' }]);
  assert.deepEqual(await events(), ['Normal SuccessfulRescale New size: 3; reason: Ingress metric rate above target']);
  await stop();
});

test('a target that is not there, and one of no kind', async () => {
  const { client, look, autoscaler, events, stop } = await scaled({ maxReplicas: 10, metrics: [cpu(50)] });
  const resource = client.resource(horizontalPodAutoscalers, 'demo');
  await client.resource(deployments, 'demo').delete('web');
  await look();
  const text = 'deployments.apps "web" not found';
  const { status } = await autoscaler();
  assert.deepEqual(
    status?.conditions?.map(({ type, reason, message }) => [type, reason, message]),
    [['AbleToScale', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${text}`]],
  );
  await resource.patch('web', 'merge', { spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Thing' } } });
  await look();
  assert.deepEqual(await events(), [
    `Warning FailedGetScale ${text}`,
    'Warning FailedGetScale no matches for kind "Thing" in group "example.com"',
  ]);
  await stop();
});

test('two autoscalers of the same pods scale nothing', async () => {
  const { client, use, look, autoscaler, replicas, stop } = await scaled({ maxReplicas: 10, metrics: [cpu(50)] });
  await client.resource(replicationControllers, 'demo').create({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'other' },
    spec: { replicas: 1, selector: { app: 'web' }, template: { metadata: { labels: { app: 'web' } }, spec: podSpec } },
  });
  await client.resource(horizontalPodAutoscalers, 'demo').create({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'other' },
    spec: { scaleTargetRef: { apiVersion: 'v1', kind: 'ReplicationController', name: 'other' }, maxReplicas: 3 },
  });
  // The first look finds no metrics, the second one two autoscalers.
  await look();
  use({ 'web-0': '90m', 'web-1': '90m' });
  await look();
  const active = (await autoscaler()).status?.conditions?.find(({ type }) => type === 'ScalingActive');
  assert.deepEqual(
    [active?.status, active?.reason, active?.message],
    ['False', 'AmbiguousSelector', 'pods by selector app=web are controlled by multiple HPAs: [demo/other demo/web]'],
  );
  await client.resource(horizontalPodAutoscalers, 'demo').delete('other');
  assert.equal(await replicas(), 2);
  await look();
  assert.equal(await replicas(), 4);
  await stop();
});

test('limits count without metrics, and zero switches off', async () => {
  const { client, look, autoscaler, replicas, events, stop } = await scaled({ minReplicas: 3, maxReplicas: 5 });
  await look();
  assert.equal(await replicas(), 3);
  const scale = (count: number) =>
    client.resource(deployments, 'demo').patch('web', 'merge', { spec: { replicas: count } });
  await scale(7);
  await look();
  assert.equal(await replicas(), 5);
  await scale(0);
  await look();
  assert.equal(await replicas(), 0);
  const { status } = await autoscaler();
  assert.equal(status?.conditions?.find(({ type }) => type === 'ScalingActive')?.reason, 'ScalingDisabled');
  assert.deepEqual(await events(), [
    'Normal SuccessfulRescale New size: 3; reason: Current number of replicas below Spec.MinReplicas',
    'Normal SuccessfulRescale New size: 5; reason: Current number of replicas above Spec.MaxReplicas',
  ]);
  await stop();
});

test('others who write the scale at the same time are no hindrance', async () => {
  const conflict = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    reason: 'Conflict',
    code: 409,
    message: 'changed',
  };
  let conflicts = 2;
  const { look, autoscaler, replicas, events, stop } = await scaled(
    { minReplicas: 3, maxReplicas: 5 },
    { refuse: (end) => (end === 'scale' && conflicts-- > 0 ? conflict : undefined) },
  );
  await look();
  assert.equal(await replicas(), 3);
  conflicts = 5;
  await stop();
  const never = await scaled(
    { minReplicas: 3, maxReplicas: 5 },
    { refuse: (end) => (end === 'scale' ? conflict : undefined) },
  );
  await never.look();
  assert.equal(await never.replicas(), 2);
  const [able] = (await never.autoscaler()).status?.conditions ?? [];
  assert.deepEqual(
    [able?.status, able?.reason, able?.message],
    ['False', 'FailedUpdateScale', 'the HPA controller was unable to update the target scale: changed'],
  );
  assert.deepEqual(await never.events(), [
    'Warning FailedRescale New size: 3; reason: Current number of replicas below Spec.MinReplicas; error: changed',
  ]);
  assert.equal((await autoscaler()).metadata.name, 'web');
  assert.deepEqual(await events(), [
    'Normal SuccessfulRescale New size: 3; reason: Current number of replicas below Spec.MinReplicas',
  ]);
  await never.stop();
});

test('what can not be written is told, and tried at the next look', async () => {
  const conflict = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    reason: 'Conflict',
    code: 409,
    message: 'changed',
  };
  let conflicts = 1;
  const { look, autoscaler, events, stop } = await scaled(
    { maxReplicas: 5 },
    { refuse: (end) => (end === 'status' && conflicts-- > 0 ? conflict : undefined) },
  );
  await look();
  assert.equal((await autoscaler()).status?.conditions, undefined);
  assert.ok((await events()).includes('Warning FailedUpdateStatus changed'));
  await look();
  assert.equal((await autoscaler()).status?.conditions?.length, 2);
  await stop();
});

test('a server that breaks down in between is only waited for', async () => {
  let broken = true;
  const { use, look, replicas, stop } = await scaled(
    { maxReplicas: 10, metrics: [cpu(50)] },
    {
      refuse: () => {
        if (broken) throw new Error('no connection');
        return undefined;
      },
    },
  );
  use({ 'web-0': '90m', 'web-1': '90m' });
  await look();
  assert.equal(await replicas(), 2);
  broken = false;
  await look();
  assert.equal(await replicas(), 4);
  await stop();
});

test('no autoscaler, no timer; one that waits for its next look wakes nobody', async () => {
  const { client, look, controllers, stop } = await scaled({ maxReplicas: 5 });
  const [controller] = controllers;
  await look();
  assert.equal(controller?.queue.nextWakeUp(), undefined);
  assert.ok(controller?.queue.idle);
  await client.resource(horizontalPodAutoscalers, 'demo').delete('web');
  await eventually('it is forgotten', async () => controller?.queue.idle ?? false);
  await stop();
});

const podSpec = {
  containers: [{ name: 'app', image: 'i', resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
};

interface Faults {
  /** The answer to a write of what ends so; undefined lets it through. */
  readonly refuse?: (end: 'scale' | 'status') => JsonObject | undefined;
}

/** A Deployment of two running pods, and its autoscaler. */
async function scaled(spec: JsonObject, { refuse }: Faults = {}) {
  const clock = new FakeClock();
  const server = new FakeMetricsServer();
  const made = await world({
    clock,
    only: [horizontalPodAutoscalerController],
    podsStay: true,
    through: (exchange) => {
      const answered = server.through(exchange);
      return async (request) => {
        const end = (['scale', 'status'] as const).find((one) => request.path.endsWith(`/${one}`));
        const refused = request.method === 'PUT' && end ? refuse?.(end) : undefined;
        if (!refused) return answered(request);
        return { status: Number(refused['code']), headers: {}, body: Buffer.from(JSON.stringify(refused)) };
      };
    },
  });
  const { client, stop } = made;
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  await client
    .resource(serviceAccounts, 'demo')
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  const labels = { app: 'web' };
  await client.resource(deployments, 'demo').create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
  });
  await client
    .resource(deployments, 'demo')
    .patch('web', 'merge', { status: { replicas: 2 } }, { subresource: 'status' });
  const long = timestamp(clock.now() - 3_600_000);
  for (const name of ['web-0', 'web-1']) {
    await client
      .resource(pods, 'demo')
      .create({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: podSpec });
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: long }];
    const status = { phase: 'Running', startTime: long, conditions };
    await client.resource(pods, 'demo').patch(name, 'merge', { status }, { subresource: 'status' });
  }
  await client.resource(horizontalPodAutoscalers, 'demo').create({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: target, ...spec },
  });
  const settled = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    await eventually('it is at rest', async () => made.manager.idle);
    await new Promise((resolve) => setTimeout(resolve, 30));
  };
  await settled();
  return {
    ...made,
    server,
    stop,
    use: (usage: Readonly<Record<string, JsonValue>>): void =>
      server.setResources(
        'demo',
        timestamp(clock.now()),
        Object.fromEntries(Object.entries(usage).map(([name, amount]) => [name, { app: { cpu: amount } }])),
      ),
    look: async (): Promise<void> => {
      await clock.advance(syncMs);
      await settled();
    },
    autoscaler: async (): Promise<Autoscaler> =>
      asAutoscaler(await client.resource(horizontalPodAutoscalers, 'demo').get('web')),
    replicas: async (): Promise<number> =>
      ((await client.resource(deployments, 'demo').get('web'))['spec'] as { replicas: number }).replicas,
    events: async (): Promise<string[]> => {
      const { items } = await client.resource({ group: '', version: 'v1', resource: 'events' }, 'demo').list();
      return items
        .toSorted((left, right) => ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1))
        .map((event) => event as unknown as Record<'type' | 'reason' | 'message', string>)
        .map(({ type, reason, message }) => `${type} ${reason} ${message}`);
    },
  };
}
