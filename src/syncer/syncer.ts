/**
 * Keeps the two sides of one tenant equal. It meets both API servers through clients only, so that any conformant API server can stand on
 * either side.
 */
import type { GroupVersionResource } from '../api/gvk.ts';
import { objectKey, type KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { matchesLabelSelector } from '../api/label-selector.ts';
import { nameOf } from '../translate/identity.ts';
import type { Client } from '../client/client.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import type { Informer } from '../client/informer.ts';
import type { Controller } from '../controller/controller.ts';
import { EventRecorder } from '../controller/event-recorder.ts';
import { Manager } from '../controller/manager.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import type { Service } from '../lib/service.ts';
import { clusterHostName, clusterSelector } from '../translate/cluster-copies.ts';
import { tenantSelector, type Place } from '../translate/marks.ts';
import type { OwnOnHost, SeenFromHost } from '../translate/pods/classes.ts';
import { noteOf } from '../translate/mirrors/note.ts';
import { isApiService, type InCluster } from '../translate/pods/in-cluster.ts';
import { nodeRequirements } from '../translate/pods/node-terms.ts';
import { viewPod } from '../translate/pods/pod-view.ts';
import { referencedNames, type ReferencedKind } from '../translate/pods/references.ts';
import { originOfTokenSecret, tokenSecretName } from '../translate/pods/tokens.ts';
import type { Hands } from './act.ts';
import { ClockLeaps } from './clock-leaps.ts';
import { createEventLoop } from './host-events.ts';
import { createInCluster, planPodsOfNewApi, type InClusterSettings } from './in-cluster.ts';
import { createMirrorLoops, type Mirrors } from './mirror-loops.ts';
import { createNodeMarks, type NodeMarks } from './node-marks.ts';
import { createNodePods, type NodePods } from './node-pods.ts';
import { createPodCopies, type PodCopies } from './pod-copies.ts';
import { createServiceAddresses, type AwaitedCopies, type ServiceAddressGiver } from './service-addresses.ts';
import { createSyncLoop, type Naming, type SyncLoopOptions } from './sync-loop.ts';
import type { SyncedKind, View } from './synced-kind.ts';

export interface SyncerOptions {
  readonly place: Place;
  readonly tenant: Client<'tenant'>;
  readonly host: Client<'host'>;
  readonly kinds: readonly SyncedKind[];
  readonly mirrors: Mirrors;
  /** Absent: pods are told nothing of their cluster. */
  readonly inCluster?: InClusterSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics?: WorkQueueMetrics;
}

export interface Syncer extends Service {
  /** Gets a Service its addresses before the tenant sees it. */
  readonly serviceAddresses: ServiceAddressGiver;
  /** When it must be up again though nothing happens: milliseconds since the epoch. */
  nextWakeUp(): number | undefined;
  /** Nothing waits to be carried over. */
  readonly idle: boolean;
}

const pods: GroupVersionResource = { group: '', version: 'v1', resource: 'pods' };
const secrets: GroupVersionResource = { group: '', version: 'v1', resource: 'secrets' };
const services: GroupVersionResource = { group: '', version: 'v1', resource: 'services' };
const nodes: GroupVersionResource = { group: '', version: 'v1', resource: 'nodes' };
const namespaces: GroupVersionResource = { group: '', version: 'v1', resource: 'namespaces' };

export function createSyncer(options: SyncerOptions): Syncer {
  const { place, clock, logger, metrics } = options;
  const tenantInformers = new InformerFactory({ ...options, client: options.tenant });
  const hostInformers = new InformerFactory({ ...options, client: options.host });
  const hostInformer = (gvr: GroupVersionResource, scope?: SyncedKind['scope']): Informer<'host'> =>
    hostInformers.informer(
      scope === 'Cluster'
        ? { gvr, labelSelector: clusterSelector(place) }
        : { gvr, namespace: place.hostNamespace, labelSelector: tenantSelector(place.tenant) },
    );
  const tenantPods = tenantInformers.informer({ gvr: pods });
  const podCopies = createPodCopies(options, hostInformer(pods), tenantPods);
  const hands: Hands = { ...options, made: (copy) => podCopies.made(copy) };
  const addresses = createServiceAddresses(hands);
  tenantInformers
    .informer({ gvr: services })
    .addHandler({ onAdd: (service) => addresses.awaited.arrived(objectKey(service)) });
  const tenantNodes = tenantInformers.informer({ gvr: nodes });
  const nodePods = createNodePods(place, hostInformer(pods), tenantPods);
  const nodeMarks = createNodeMarks(tenantNodes, () => {
    // Only who has no node yet can be told of others.
    for (const key of nodePods.keysOn('')) podLoop?.queue.add(key);
  });
  const naming = namingOf(options, tenantInformers);
  const snapshot = createView(options, {
    tenantPods,
    naming,
    tenantNodes,
    nodeMarks,
    seenFromHost: (plural, name) => mirrors.isSeen(plural, name),
    ownOnHost: ownOnHost(options, tenantInformers),
    tenantNamespaces: tenantInformers.informer({ gvr: namespaces }),
    hostSecrets: hostInformer(secrets),
    awaited: addresses.awaited,
    podCopies,
    inCluster: options.inCluster && createInCluster(options.inCluster, options.kinds, tenantInformers),
  });
  const recorder = new EventRecorder({ client: options.tenant, clock, logger });
  const record = recorder.for('sublet');
  const loops = options.kinds.map((kind) =>
    createSyncLoop({
      kind,
      hands,
      tenantObjects: tenantInformers.informer({ gvr: kind.gvr }),
      hostObjects: hostInformer(kind.gvr, kind.scope),
      tenantPods,
      naming,
      followed: followedBy(options, kind, tenantInformers),
      view: snapshot,
      record,
      clock,
      logger,
      metrics,
    }),
  );
  const podLoop = loops.find(({ name }) => name === 'sync pods');
  const leaps = podLoop ? renewTokens(options, podLoop, tenantPods, hostInformer(secrets)) : undefined;
  const events = createEventLoop(hands, hostInformers, { kinds: options.kinds, tenantPods, logger, metrics });
  const mirrors = createMirrorLoops({ ...options, hands, tenantInformers, nodePods, metrics });
  if (podLoop) planPodsOfNewNodes(podLoop, tenantNodes, nodePods);
  if (podLoop) planPodsOfNewApi(podLoop, tenantInformers.informer({ gvr: services }), tenantPods);
  const manager = new Manager({
    name: 'syncer',
    informers: [tenantInformers, hostInformers, ...mirrors.informers],
    controllers: [...loops, ...mirrors.controllers, events],
    services: [recorder, ...(leaps ? [leaps] : []), ...mirrors.services],
  });
  return {
    name: 'syncer',
    start: () => manager.start(),
    stop: () => manager.stop(),
    serviceAddresses: addresses.give,
    nextWakeUp: () => manager.nextWakeUp(),
    get idle() {
      return manager.idle;
    },
  };
}

/** Of what a kind follows; classes only where the tenant sees those of its host, or has its own there. */
function followedBy(
  { mirrors: { fromHost }, kinds }: SyncerOptions,
  { follows = [] }: SyncedKind,
  tenantInformers: InformerFactory<'tenant'>,
): SyncLoopOptions['followed'] {
  return follows
    .filter(
      ({ gvr, ifSeenFromHost }) =>
        !ifSeenFromHost ||
        fromHost[gvr.resource] !== undefined ||
        kinds.some((kind) => kind.gvr.resource === gvr.resource && kind.scope === 'Cluster'),
    )
    .map((kind) => ({ kind, objects: tenantInformers.informer({ gvr: kind.gvr }) }));
}

function ownOnHost({ place, kinds }: SyncerOptions, tenantInformers: InformerFactory<'tenant'>): OwnOnHost {
  const objects = new Map(
    kinds
      .filter(({ scope }) => scope === 'Cluster')
      .map(({ gvr }) => [gvr.resource, tenantInformers.informer({ gvr })] as const),
  );
  return (plural, name) => {
    const ofKind = objects.get(plural);
    if (!ofKind) return undefined;
    const found = ofKind.get(name);
    return found !== undefined && noteOf(found) === undefined && clusterHostName(place, nameOf(found));
  };
}

function namingOf({ kinds }: SyncerOptions, tenantInformers: InformerFactory<'tenant'>): readonly Naming[] {
  return kinds.flatMap(({ gvr, names }) => (names ? [{ names, objects: tenantInformers.informer({ gvr }) }] : []));
}

interface ViewSources {
  readonly tenantPods: Informer<'tenant'>;
  readonly naming: readonly Naming[];
  readonly tenantNodes: Informer<'tenant'>;
  readonly nodeMarks: NodeMarks;
  readonly seenFromHost: SeenFromHost;
  readonly ownOnHost: OwnOnHost;
  readonly tenantNamespaces: Informer<'tenant'>;
  readonly hostSecrets: Informer<'host'>;
  readonly awaited: AwaitedCopies;
  readonly podCopies: PodCopies;
  readonly inCluster: InCluster | undefined;
}

function createView({ place, clock, mirrors, inCluster }: SyncerOptions, sources: ViewSources): () => Omit<View, 'followed'> {
  const within = nodeRequirements(mirrors.fromHost['nodes']?.selector ?? '');
  for (const kind of ['configmaps', 'secrets', 'persistentvolumeclaims'] satisfies ReferencedKind[]) {
    sources.tenantPods.addIndex(kind, (pod) => {
      const { namespace = '' } = pod.metadata;
      return referencedNames(viewPod(pod).spec, kind).map((name) => `${namespace}/${name}`);
    });
    for (const { names, objects } of sources.naming)
      objects.addIndex(kind, (object) => names(object).flatMap((named) => (named.kind === kind ? [named.key] : [])));
  }
  return () => ({
    place,
    now: clock.now(),
    namespacesSelectedBy: (selector) =>
      sources.tenantNamespaces
        .list()
        .filter(({ metadata }) => matchesLabelSelector(selector, metadata.labels ?? {}))
        .map((namespace) => nameOf(namespace)),
    isReferenced: (kind, namespace, name) =>
      [sources.tenantPods, ...sources.naming.map(({ objects }) => objects)].some(
        (informer) => informer.byIndex(kind, `${namespace}/${name}`).length > 0,
      ),
    tokenSecret: ({ namespace, name }) =>
      sources.hostSecrets.get(`${place.hostNamespace}/${tokenSecretName(place.tenant, namespace, name)}`),
    hasEnded: (uid) => sources.podCopies.hasEnded(uid),
    lastCopy: (uid) => sources.podCopies.lastCopy(uid),
    isOnItsWay: (uid) => sources.podCopies.isOnItsWay(uid),
    nodeTerms: { marked: sources.nodeMarks.current(), within },
    seenFromHost: sources.seenFromHost,
    ownOnHost: sources.ownOnHost,
    isShown: (node) => sources.tenantNodes.get(node) !== undefined,
    isAwaited: (key) => sources.awaited.has(key),
    inCluster: sources.inCluster,
    isOnHostAlready: (key) => inCluster?.apiIsOnHost === true && isApiService(key),
  });
}

/** Plans a pod again when its tokens are due, by the wall clock, and when somebody changes their Secret. */
function renewTokens(
  { place, clock }: SyncerOptions,
  { queue }: Controller,
  tenantPods: Informer<'tenant'>,
  hostSecrets: Informer<'host'>,
): ClockLeaps {
  // Delays don't notice that a machine slept: what is due is looked for again.
  const leaps = new ClockLeaps(
    clock,
    () => queue.nextWakeUp() !== undefined,
    () => {
      for (const pod of tenantPods.list()) queue.add(objectKey(pod));
    },
  );
  const add = (secret: On<'host', KubeObject>): void => {
    const origin = originOfTokenSecret(place, secret);
    if (!origin) return;
    queue.add(`${origin.namespace}/${origin.name}`);
    leaps.watch();
  };
  hostSecrets.addHandler({ onAdd: add, onUpdate: (_old, secret) => add(secret), onDelete: add });
  return leaps;
}

/** A pod is bound when its node is there to be seen. */
function planPodsOfNewNodes({ queue }: Controller, tenantNodes: Informer<'tenant'>, nodePods: NodePods): void {
  tenantNodes.addHandler({
    onAdd: (node) => {
      for (const key of nodePods.keysOn(nameOf(node))) queue.add(key);
    },
  });
}
