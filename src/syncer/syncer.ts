/**
 * Keeps the two sides of one tenant equal. It meets both API servers through clients only, so that any conformant API server can stand on
 * either side.
 */
import type { GroupVersionResource } from '../api/gvk.ts';
import { objectKey, type KubeObject } from '../api/object.ts';
import type { UsageReader } from '../api/usage.ts';
import type { On } from '../api/side.ts';
import { matchesLabelSelector } from '../api/label-selector.ts';
import { nameOf } from '../translate/identity.ts';
import type { Client } from '../client/client.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import type { Informer, InformerSelection } from '../client/informer.ts';
import type { Controller } from '../controller/controller.ts';
import { EventRecorder } from '../controller/event-recorder.ts';
import { Manager, type ControllerApart, type NeededInformer } from '../controller/manager.ts';
import type { WorkQueue, WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metric } from '../lib/metrics/metric-text.ts';
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
import type { AuditedLoop } from './audited-loop.ts';
import type { AuditReport } from './audit-report.ts';
import { auditedSide, Auditor } from './auditor.ts';
import { ClockLeaps } from './clock-leaps.ts';
import type { DefinedKind } from './custom/defined-kind.ts';
import { createDefinedLoops, type DefinedLoops, type DefinedLoopsOptions } from './custom/defined-loops.ts';
import { createEventLoop } from './host-events.ts';
import { createInCluster, planPodsOfNewApi, watchApiEndpoints, type InClusterSettings } from './in-cluster.ts';
import { createMirrorLoops, type MirrorLoops, type Mirrors } from './mirror-loops.ts';
import type { MirrorLoop } from './mirror-loop.ts';
import { createNodeMarks, type NodeMarks } from './node-marks.ts';
import { createNodePods, type NodePods } from './node-pods.ts';
import { createPodCopies, type PodCopies } from './pod-copies.ts';
import { isOurs } from './removal.ts';
import { createServiceAddresses, type AwaitedCopies, type ServiceAddressGiver } from './service-addresses.ts';
import { createSyncLoop, type Naming, type SyncLoop, type SyncLoopOptions } from './sync-loop.ts';
import type { SyncedKind, View } from './synced-kind.ts';
import { createUsageReader, type UsageOptions } from './usage.ts';

export interface SyncerOptions {
  readonly place: Place;
  readonly tenant: Client<'tenant'>;
  readonly host: Client<'host'>;
  readonly kinds: readonly SyncedKind[];
  /** Those that come from definitions. */
  readonly defined?: readonly DefinedKind[];
  readonly mirrors: Mirrors;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Absent: pods are told nothing of their cluster. */
  readonly inCluster?: InClusterSettings;
  readonly metrics?: WorkQueueMetrics;
}

export interface Syncer extends Service {
  /** Gets a Service its addresses before the tenant sees it. */
  readonly serviceAddresses: ServiceAddressGiver;
  /** What the tenant's pods and nodes use. */
  readonly usage: UsageReader;
  /** Compares the two sides now, beside the times at which it does so by itself. @throws StatusError, ConnectionError */
  audit(signal: AbortSignal): Promise<AuditReport>;
  readonly metrics: () => readonly Metric[];
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
  const disturbed = (): void => auditor.disturbed();
  const hostInformers = new InformerFactory({ ...options, client: options.host, disturbed });
  const hostInformer = (gvr: GroupVersionResource, scope?: SyncedKind['scope']): Informer<'host'> =>
    hostInformers.informer(selectionOf(place, gvr, scope));
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
  const recorder = new EventRecorder({ client: options.tenant, clock, logger });
  const common = { hands, tenantPods, disturbed, record: recorder.for('sublet'), view: () => snapshot() };
  const defined = definedLoopsOf(options, tenantInformers, common);
  const naming = [...namingOf(options, tenantInformers), ...defined.naming];
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
  const loops = options.kinds.map((kind) =>
    createSyncLoop({
      ...options,
      ...common,
      kind,
      tenantObjects: tenantInformers.informer({ gvr: kind.gvr }),
      hostObjects: hostInformer(kind.gvr, kind.scope),
      naming,
      followed: followedBy(options, kind, tenantInformers),
    }),
  );
  const podLoop = loops.find(({ audited }) => audited.resource === 'pods')?.controller;
  const leaps = podLoop ? renewTokens(options, podLoop, tenantPods, hostInformer(secrets)) : undefined;
  const events = createEventLoop(hands, hostInformers, { ...options, tenantPods, late: defined });
  const mirrors = createMirrorLoops({ ...options, ...common, tenantInformers, nodePods, metrics });
  if (podLoop) planPodsOfNewNodes(podLoop, tenantNodes, nodePods);
  if (options.inCluster) watchApiEndpoints(options.inCluster, options.kinds, tenantInformers);
  if (podLoop) planPodsOfNewApi(podLoop, tenantInformers.informer({ gvr: services }), tenantPods);
  const auditor = createSyncerAuditor(options, { tenantInformers, hostInformers, loops, defined, mirrors });
  const manager = new Manager({
    name: 'syncer',
    informers: [tenantInformers, hostInformers, ...mirrors.informers],
    controllers: [],
    apart: eachWithItsNeeds(
      [...tenantInformers.informers(), hostInformer(pods), hostInformer(secrets)],
      [...loops, ...mirrors.loops],
      [events],
    ).concat({ controller: auditor.controller, needs: [] }),
    services: [recorder, ...(leaps ? [leaps] : []), ...mirrors.services, ...defined.gates],
  });
  const usage = usageOf(options, { hostPods: hostInformer(pods), tenantPods, tenantNodes });
  return syncerOf(manager, auditor, addresses.give, usage, () => [...defined.queues(), ...mirrors.queues()]);
}

function usageOf(
  options: SyncerOptions,
  informers: Pick<UsageOptions, 'hostPods' | 'tenantPods' | 'tenantNodes'>,
): UsageReader {
  return createUsageReader({
    ...options,
    ...informers,
    realNodes: options.mirrors.fromHost['nodes'] !== undefined,
  });
}

function selectionOf(place: Place, gvr: GroupVersionResource, scope: SyncedKind['scope']): InformerSelection {
  return scope === 'Cluster'
    ? { gvr, labelSelector: clusterSelector(place) }
    : { gvr, namespace: place.hostNamespace, labelSelector: tenantSelector(place.tenant) };
}

function definedLoopsOf(
  options: SyncerOptions,
  followedObjects: InformerFactory<'tenant'>,
  common: DefinedLoopsOptions['common'],
): DefinedLoops {
  return createDefinedLoops({ ...options, kinds: options.defined ?? [], followedObjects, common });
}

function syncerOf(
  manager: Manager,
  auditor: Auditor,
  give: ServiceAddressGiver,
  usage: UsageReader,
  lateQueues: () => readonly WorkQueue[],
): Syncer {
  return {
    name: 'syncer',
    usage,
    start: () => manager.start(),
    stop: () => manager.stop(),
    serviceAddresses: give,
    audit: (signal) => auditor.audit(signal),
    metrics: auditor.counts.metrics,
    nextWakeUp: () => earliest([manager.nextWakeUp(), ...lateQueues().map((queue) => queue.nextWakeUp())]),
    get idle() {
      return manager.idle && lateQueues().every(({ idle }) => idle);
    },
  };
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** What one of them can't read holds up nobody else; `basics` are what all look at. */
function eachWithItsNeeds(
  basics: readonly NeededInformer[],
  loops: readonly (SyncLoop | MirrorLoop)[],
  others: readonly Controller[],
): readonly ControllerApart[] {
  return [
    ...loops.map(({ controller, needs }) => ({ controller, needs: [...basics, ...needs] })),
    ...others.map((controller) => ({ controller, needs: basics })),
  ];
}

function createSyncerAuditor(
  { place, tenant, host, clock, random, logger, metrics }: SyncerOptions,
  of: {
    readonly tenantInformers: InformerFactory<'tenant'>;
    readonly hostInformers: InformerFactory<'host'>;
    readonly loops: readonly SyncLoop[];
    readonly defined: DefinedLoops;
    readonly mirrors: MirrorLoops;
  },
): Auditor {
  const hostObjects = new Set(of.loops.map((loop) => loop.hostObjects));
  const audited = [...of.loops, ...of.mirrors.loops].map((loop) =>
    withTokenSecrets(place, loop.audited, of.hostInformers.informer(selectionOf(place, secrets, undefined))),
  );
  return new Auditor({
    sides: () => [
      auditedSide(tenant, of.tenantInformers),
      ...[of.hostInformers, ...of.mirrors.informers].map((factory) => auditedSide(host, factory)),
      ...of.defined
        .running()
        .flatMap((one) => [auditedSide(tenant, one.tenantInformers), auditedSide(host, one.hostInformers)]),
    ],
    loops: () => [...audited, ...of.defined.running().map(({ loop }) => loop.audited)],
    unproven: () =>
      Array.from(hostObjects, (informer) => informer.list().filter((object) => !isOurs(place, object)).length).reduce(
        (sum, found) => sum + found,
        0,
      ),
    clock,
    random,
    logger,
    metrics,
  });
}

/** Tokens may be left of a pod that neither side has any more. */
function withTokenSecrets(place: Place, audited: AuditedLoop, hostSecrets: Informer<'host'>): AuditedLoop {
  if (audited.resource !== 'pods') return audited;
  return {
    ...audited,
    *keys() {
      yield* audited.keys();
      for (const secret of hostSecrets.list()) {
        const origin = originOfTokenSecret(place, secret);
        if (origin) yield `${origin.namespace}/${origin.name}`;
      }
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

function createView(
  { place, clock, kinds, mirrors, inCluster }: SyncerOptions,
  sources: ViewSources,
): () => Omit<View, 'followed'> {
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
    accountsOnHost: kinds.some(({ kind }) => kind === 'ServiceAccount'),
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
