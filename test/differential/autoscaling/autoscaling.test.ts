/**
 * Upstream's autoscaler on upstream's API server beside ours on ours, over the same metrics: what becomes of the autoscaler's status, its target and its
 * Events. Nothing else runs: pods are as a scenario has made them, and stay so.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '../../../src/api/json.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import type { Client } from '../../../src/client/client.ts';
import { upstreamUnavailable } from '../../host/upstream.ts';
import { startClusters, type Clusters } from './cluster.ts';
import type { ScaledPod, Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const core = (resource: string) => ({ group: '', version: 'v1', resource });
const deployments = { group: 'apps', version: 'v1', resource: 'deployments' };
const autoscalers = { group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers' };
const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
const resourceOfKind: Readonly<Record<string, { group: string; version: string; resource: string }>> = {
  ReplicationController: core('replicationcontrollers'),
  HorizontalPodAutoscaler: autoscalers,
  Runner: { group: 'diff.example', version: 'v1', resource: 'runners' },
  Plain: { group: 'diff.example', version: 'v1', resource: 'plains' },
};
/** Three looks, and somewhat more. */
const restMs = 5_000;
const patienceMs = 120_000;
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const labels = { app: 'web' };

describe('autoscalers of both sides', { skip: upstreamUnavailable() ?? false, concurrency: 100 }, () => {
  let clusters: Clusters | undefined;

  before(async () => {
    clusters = await startClusters(allAnswers());
    for (const side of sidesOf(clusters)) await defineKinds(side);
  });
  after(() => clusters?.stop());

  for (const [index, [name, scenario]] of Object.entries(scenarios).entries()) {
    test(name, async () => {
      assert.ok(clusters);
      const namespace = `s${index}`;
      const sides = sidesOf(clusters);
      await Promise.all(sides.map((side) => arrange(side, namespace, scenario)));
      await sleep(restMs);
      const deadline = performance.now() + patienceMs;
      for (;;) {
        const [ours, theirs] = await Promise.all(sides.map((side) => stateOf(side, namespace)));
        if (JSON.stringify(ours) === JSON.stringify(theirs)) return;
        if (performance.now() > deadline) return assert.deepEqual(ours, theirs);
        await sleep(500);
      }
    });
  }
});

function sidesOf({ sublet, upstream }: Clusters): Client<'host'>[] {
  return [sublet, upstream];
}

function allAnswers(): Map<string, JsonValue> {
  const answers = new Map<string, JsonValue>();
  for (const [index, { metrics = {} }] of Object.values(scenarios).entries()) {
    for (const [path, answer] of Object.entries(metrics)) {
      answers.set(path.replace(/^(\/apis\/[^/]+\/[^/]+)/, `$1/namespaces/s${index}`), answer);
    }
  }
  return answers;
}

/** `Runner` can be scaled, `Plain` can't. */
async function defineKinds(client: Client<'host'>): Promise<void> {
  for (const [kind, resource] of [
    ['Runner', 'runners'],
    ['Plain', 'plains'],
  ] as const) {
    const scale = {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    };
    await client.resource(definitions).create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${resource}.diff.example` },
      spec: {
        group: 'diff.example',
        names: { kind, plural: resource },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            subresources: kind === 'Runner' ? { scale } : {},
          },
        ],
      },
    });
  }
  for (const { resource } of [{ resource: 'runners' }, { resource: 'plains' }]) {
    for (;;) {
      const listed = await client
        .resource({ group: 'diff.example', version: 'v1', resource })
        .list()
        .catch(() => undefined);
      if (listed) break;
      await sleep(100);
    }
  }
}

async function arrange(client: Client<'host'>, namespace: string, scenario: Scenario): Promise<void> {
  const { spec, replicas = 2, statusReplicas = replicas, pods = [], objects = [] } = scenario;
  await client
    .resource(core('namespaces'))
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await client
    .resource(core('serviceaccounts'), namespace)
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  const podSpec = { containers: [{ name: 'app', image: 'i' }] };
  await client.resource(deployments, namespace).create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
  });
  await client
    .resource(deployments, namespace)
    .patch('web', 'merge', { status: { replicas: statusReplicas } }, { subresource: 'status' });
  for (const [index, pod] of pods.entries()) await createPod(client, namespace, `web-${index}`, pod);
  for (const object of objects) {
    const { kind } = object as unknown as KubeObject;
    const resource = resourceOfKind[kind];
    assert.ok(resource, kind);
    await client.resource(resource, namespace).create(object as unknown as KubeObject);
  }
  await client.resource(autoscalers, namespace).create({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: target, ...spec },
  });
}

async function createPod(client: Client<'host'>, namespace: string, name: string, pod: ScaledPod): Promise<void> {
  const { cpu, memory, phase = 'Running', ready = true, age = 3600, resources } = pod;
  const requests = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  const container = { name: 'app', image: 'i', resources: { requests } };
  const spec = { containers: [container], ...(resources ? { resources } : {}) };
  const resource = client.resource(core('pods'), namespace);
  await resource.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec });
  const since = new Date(Date.now() - age * 1000).toISOString().replace(/\.\d+Z/, 'Z');
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }];
  await resource.patch(name, 'merge', { status: { phase, startTime: since, conditions } }, { subresource: 'status' });
}

/** Without what differs from run to run: times, and how often an Event was told. */
async function stateOf(client: Client<'host'>, namespace: string): Promise<unknown> {
  const { items } = await client.resource(autoscalers, namespace).list();
  const deployment = await client.resource(deployments, namespace).get('web');
  const events = (await client.resource(core('events'), namespace).list()).items.map((event) => {
    const { uid: _uid, resourceVersion: _version, ...involvedObject } = event['involvedObject'] as JsonObject;
    const { type, reason, message, source } = event as unknown as JsonObject;
    return JSON.stringify(timeless({ type, reason, message, source, involvedObject } as JsonObject));
  });
  return {
    replicas: (deployment['spec'] as JsonObject)['replicas'],
    statuses: items.map(({ metadata, status }) => [metadata.name, timeless((status ?? null) as JsonValue)]),
    events: [...new Set(events)].toSorted(),
  };
}

function timeless(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(timeless);
  if (typeof value === 'string') return rivalsSorted(/^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value) ? '<time>' : value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, timeless(inner)]),
  );
}

/** Upstream names several autoscalers in any order. */
function rivalsSorted(text: string): string {
  return text.replace(/(?<=multiple HPAs: \[).*(?=\])/, (keys) => keys.split(' ').toSorted().join(' '));
}
