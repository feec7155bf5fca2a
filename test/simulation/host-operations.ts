/**
 * What others do on the host: its people, its controllers, and somebody who means ill. What they make is theirs: no tenant's syncer may touch
 * it, though it stands under a name that a tenant's copy would have, or bears a tenant's labels.
 */
import type { KubeObject } from '../../src/api/object.ts';
import { nameOn } from '../../src/api/side.ts';
import { hostName } from '../../src/translate/names.ts';
import type { Choices } from './choices.ts';
import { meddling } from './running-operations.ts';
import { configNames, podNames, serviceNames, tenantNamespaces } from './tenant-objects.ts';
import { configmaps, events, pods, secrets, services, type Operation } from './tenant-operations.ts';
import { objectsOn } from './stored-objects.ts';
import type { World } from './world.ts';

/** Made by others: `kind/namespace/name/uid`. */
export type Foreign = Map<string, KubeObject>;

const prefixes = {
  pods: '/registry/pods/',
  services: '/registry/services/specs/',
  configmaps: '/registry/configmaps/',
  secrets: '/registry/secrets/',
} as const;

export const hostPrefixes: readonly string[] = Object.values(prefixes);

export function hostOperation(choose: Choices, world: World, foreign: Foreign): Operation {
  return choose.weighted<(choose: Choices, world: World, foreign: Foreign) => Operation>([
    [4, deletePod],
    [2, evictPod],
    [3, addMarks],
    [2, meddle],
    [2, deleteCopy],
    [2, squat],
    [2, copyMarks],
    [2, tellEvent],
    [1, spoilContent],
    [1, loadBalancer],
    [1, compact],
  ])(choose, world, foreign);
}

const nothing: Operation = { name: 'host: nothing there', run: () => Promise.resolve() };

function aCopy(choose: Choices, world: World, foreign: Foreign, prefix: string): KubeObject | undefined {
  const others = new Set(Array.from(foreign.values(), ({ metadata }) => metadata.uid));
  const copies = objectsOn(world.hostDisk, prefix).filter(
    ({ metadata }) => metadata.labels?.['sublet.dev/tenant'] && !others.has(metadata.uid),
  );
  return copies.length === 0 ? undefined : choose.of(copies);
}

function deletePod(choose: Choices, world: World, foreign: Foreign): Operation {
  const pod = aCopy(choose, world, foreign, prefixes.pods);
  if (!pod) return nothing;
  const options = choose.of([{}, { gracePeriodSeconds: 1 }, { gracePeriodSeconds: 0 }]);
  const { name = '', namespace } = pod.metadata;
  return {
    name: `host: delete pod ${name} ${JSON.stringify(options)}`,
    run: () => world.host.resource(pods, namespace).delete(name, options),
  };
}

function deleteCopy(choose: Choices, world: World, foreign: Foreign): Operation {
  const kind = choose.of(['services', 'configmaps', 'secrets'] as const);
  const copy = aCopy(choose, world, foreign, prefixes[kind]);
  if (!copy) return nothing;
  const { name = '', namespace } = copy.metadata;
  return {
    name: `host: delete ${kind} ${name}`,
    run: () => world.host.resource({ group: '', version: 'v1', resource: kind }, namespace).delete(name),
  };
}

function evictPod(choose: Choices, world: World, foreign: Foreign): Operation {
  const pod = aCopy(choose, world, foreign, prefixes.pods);
  if (!pod) return nothing;
  const { name = '', namespace = '' } = pod.metadata;
  const message = `The node was low on memory; pod ${namespace}/${name} of "${namespace}" is evicted.`;
  const status = { phase: 'Failed', reason: 'Evicted', message };
  return {
    name: `host: evict pod ${name}`,
    run: () => world.host.resource(pods, namespace).patch(name, 'merge', { status }, { subresource: 'status' }),
  };
}

function addMarks(choose: Choices, world: World, foreign: Foreign): Operation {
  const kind = choose.of(['pods', 'services', 'configmaps', 'secrets'] as const);
  const copy = aCopy(choose, world, foreign, prefixes[kind]);
  if (!copy) return nothing;
  const { name = '', namespace } = copy.metadata;
  const mark = { 'host.example/added': String(choose.number(10)) };
  return {
    name: `host: mark ${kind} ${name}`,
    run: () =>
      world.host
        .resource({ group: '', version: 'v1', resource: kind }, namespace)
        .patch(name, 'merge', { metadata: { labels: mark, annotations: mark } }),
  };
}

function meddle(choose: Choices, world: World, foreign: Foreign): Operation {
  const pod = aCopy(choose, world, foreign, prefixes.pods);
  return pod ? meddling(choose, world.host.resource(pods, pod.metadata.namespace), pod) : nothing;
}

function foreignObject(choose: Choices, kind: keyof typeof prefixes, metadata: KubeObject['metadata']): KubeObject {
  const apiVersion = 'v1';
  switch (kind) {
    case 'pods':
      return { apiVersion, kind: 'Pod', metadata, spec: { containers: [{ name: 'c', image: 'foreign' }] } };
    case 'services':
      return { apiVersion, kind: 'Service', metadata, spec: { ports: [{ port: 1 + choose.number(100) }] } };
    case 'configmaps':
      return { apiVersion, kind: 'ConfigMap', metadata, data: { foreign: 'yes' } };
    case 'secrets':
      return { apiVersion, kind: 'Secret', metadata, data: { foreign: 'eWVz' } };
  }
}

function createForeign(world: World, foreign: Foreign, kind: keyof typeof prefixes, object: KubeObject): Operation {
  return {
    name: `host: foreign ${kind} ${object.metadata.name} ${JSON.stringify(object.metadata.labels ?? {})}`,
    run: async () => {
      const gvr = { group: '', version: 'v1', resource: kind };
      const made = await world.host.resource(gvr, object.metadata.namespace).create(object);
      foreign.set(`${kind}/${made.metadata.namespace}/${made.metadata.name}/${made.metadata.uid}`, made);
    },
  };
}

/** Under a name that a tenant's copy would have; sometimes with the tenant's label, which alone proves nothing. */
function squat(choose: Choices, world: World, foreign: Foreign): Operation {
  const kind = choose.of(['pods', 'services', 'configmaps', 'secrets'] as const);
  const tenant = choose.of(world.tenants);
  const names = { pods: podNames, services: serviceNames, configmaps: configNames, secrets: configNames }[kind];
  const name = hostName(
    tenant.name,
    nameOn('tenant', choose.of(tenantNamespaces)),
    nameOn('tenant', choose.of<string>(names)),
  );
  const labels = choose.chance(0.5) ? { 'sublet.dev/tenant': tenant.name } : {};
  return createForeign(
    world,
    foreign,
    kind,
    foreignObject(choose, kind, { name, namespace: tenant.place.hostNamespace, labels }),
  );
}

/** All marks of a copy, copied to another object, as backup tools do. */
function copyMarks(choose: Choices, world: World, foreign: Foreign): Operation {
  const kind = choose.of(['pods', 'services', 'configmaps', 'secrets'] as const);
  const copy = aCopy(choose, world, foreign, prefixes[kind]);
  if (!copy) return nothing;
  const { namespace = '', labels = {} } = copy.metadata;
  // But for what it does: a pod that starts over for ever would never be quiet.
  const annotations = Object.fromEntries(
    Object.entries(copy.metadata.annotations ?? {}).filter(([name]) => !name.startsWith('simulation.')),
  );
  const metadata = { name: `backup-${choose.number(1000)}`, namespace, labels, annotations };
  return createForeign(world, foreign, kind, foreignObject(choose, kind, metadata));
}

/** In a kubelet's words, which name all that they are about. */
function tellEvent(choose: Choices, world: World, foreign: Foreign): Operation {
  const pod = aCopy(choose, world, foreign, prefixes.pods);
  if (!pod) return nothing;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const other = aCopy(choose, world, foreign, choose.of([prefixes.secrets, prefixes.configmaps, prefixes.pods]));
  const isOfSameTenant = other?.metadata.labels?.['sublet.dev/tenant'] === pod.metadata.labels?.['sublet.dev/tenant'];
  const named = (isOfSameTenant && other?.metadata.name) || name;
  const message = choose.of([
    `MountVolume.SetUp failed for volume "c" : secret "${named}" not found`,
    `MountVolume.SetUp failed for volume "c" : object "${namespace}"/"${named}" not registered`,
    `Error: failed to sync configmap cache for ${namespace}/${named}: timed out waiting for the condition`,
    `pods "${name}" is forbidden: exceeded quota in namespace "${namespace}"`,
    `Failed to pull image: ${name}_${namespace}(${uid})`,
    `Back-off in namespace ${namespace} pod=${name} uid=${uid}`,
  ]);
  const event: KubeObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${choose.number(1e9).toString(16)}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
    type: 'Warning',
    reason: 'Trouble',
    message,
    count: 1,
    source: { component: 'kubelet', host: 'node-1' },
  };
  return { name: `host: event ${message}`, run: () => world.host.resource(events, namespace).create(event) };
}

function spoilContent(choose: Choices, world: World, foreign: Foreign): Operation {
  const kind = choose.of(['configmaps', 'secrets'] as const);
  const copy = aCopy(choose, world, foreign, prefixes[kind]);
  if (!copy) return nothing;
  const { name = '', namespace } = copy.metadata;
  return {
    name: `host: spoil ${kind} ${name}`,
    run: () =>
      world.host
        .resource(kind === 'secrets' ? secrets : configmaps, namespace)
        .patch(name, 'merge', { data: { spoiled: 'eWVz' } }),
  };
}

function loadBalancer(choose: Choices, world: World, foreign: Foreign): Operation {
  const copy = aCopy(choose, world, foreign, prefixes.services);
  if (!copy) return nothing;
  const { name = '', namespace } = copy.metadata;
  const status = { loadBalancer: { ingress: [{ ip: `192.0.2.${choose.number(200)}` }] } };
  return {
    name: `host: load balancer of ${name}`,
    run: () => world.host.resource(services, namespace).patch(name, 'merge', { status }, { subresource: 'status' }),
  };
}

/** Watches that were away for long find their revision gone: 410. */
function compact(choose: Choices, world: World): Operation {
  const tenant = choose.of(world.tenants);
  return {
    name: `compact the host's history and ${tenant.name}'s`,
    run: async () => {
      await world.hostStore.compact(world.hostDisk.revision);
      await tenant.compact();
    },
  };
}
