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
import { EventRecorder } from '../controller/event-recorder.ts';
import { Manager } from '../controller/manager.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import type { Service } from '../lib/service.ts';
import { tenantSelector, type Place } from '../translate/marks.ts';
import { viewPod } from '../translate/pods/pod-view.ts';
import { referencedNames, type ReferencedKind } from '../translate/pods/references.ts';
import { originOfTokenSecret, tokenSecretName } from '../translate/pods/tokens.ts';
import type { Hands } from './act.ts';
import { ClockLeaps } from './clock-leaps.ts';
import { createEventLoop } from './host-events.ts';
import { createPodCopies, type PodCopies } from './pod-copies.ts';
import { createServiceAddresses, type AwaitedCopies, type ServiceAddressGiver } from './service-addresses.ts';
import { createSyncLoop } from './sync-loop.ts';
import type { SyncedKind, View } from './synced-kind.ts';

export interface SyncerOptions {
  readonly place: Place;
  readonly tenant: Client<'tenant'>;
  readonly host: Client<'host'>;
  readonly kinds: readonly SyncedKind[];
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
const namespaces: GroupVersionResource = { group: '', version: 'v1', resource: 'namespaces' };

export function createSyncer(options: SyncerOptions): Syncer {
  const { place, clock, logger } = options;
  const tenantInformers = new InformerFactory({ ...options, client: options.tenant });
  const hostInformers = new InformerFactory({ ...options, client: options.host });
  const hostInformer = (gvr: GroupVersionResource): Informer<'host'> =>
    hostInformers.informer({ gvr, namespace: place.hostNamespace, labelSelector: tenantSelector(place.tenant) });
  const tenantPods = tenantInformers.informer({ gvr: pods });
  const podCopies = createPodCopies(options, hostInformer(pods), tenantPods);
  const hands: Hands = { ...options, made: (copy) => podCopies.made(copy) };
  const addresses = createServiceAddresses(hands);
  tenantInformers
    .informer({ gvr: services })
    .addHandler({ onAdd: (service) => addresses.awaited.arrived(objectKey(service)) });
  const snapshot = createView(options, {
    tenantPods,
    tenantNamespaces: tenantInformers.informer({ gvr: namespaces }),
    hostSecrets: hostInformer(secrets),
    awaited: addresses.awaited,
    podCopies,
  });
  const recorder = new EventRecorder({ client: options.tenant, clock, logger });
  const record = recorder.for('sublet');
  const loops = options.kinds.map((kind) =>
    createSyncLoop({
      kind,
      hands,
      tenantObjects: tenantInformers.informer({ gvr: kind.gvr }),
      hostObjects: hostInformer(kind.gvr),
      tenantPods,
      view: snapshot,
      record,
      clock,
      logger,
      metrics: options.metrics,
    }),
  );
  const podLoop = loops.find(({ name }) => name === 'sync pods');
  // Delays don't notice that a machine slept: what is due by the wall clock is looked for again.
  const leaps = new ClockLeaps(
    clock,
    () => podLoop?.queue.nextWakeUp() !== undefined,
    () => {
      for (const pod of tenantPods.list()) podLoop?.queue.add(objectKey(pod));
    },
  );
  renewTokensOf(place, hostInformer(secrets), (key) => {
    podLoop?.queue.add(key);
    leaps.watch();
  });
  const events = createEventLoop(hands, hostInformers, {
    kinds: options.kinds,
    tenantPods,
    logger,
    metrics: options.metrics,
  });
  const manager = new Manager({
    name: 'syncer',
    informers: [tenantInformers, hostInformers],
    controllers: [...loops, events],
    services: [recorder, leaps],
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

interface ViewSources {
  readonly tenantPods: Informer<'tenant'>;
  readonly tenantNamespaces: Informer<'tenant'>;
  readonly hostSecrets: Informer<'host'>;
  readonly awaited: AwaitedCopies;
  readonly podCopies: PodCopies;
}

function createView({ place, clock }: SyncerOptions, sources: ViewSources): () => View {
  for (const kind of ['configmaps', 'secrets', 'persistentvolumeclaims'] satisfies ReferencedKind[]) {
    sources.tenantPods.addIndex(kind, (pod) => {
      const { namespace = '' } = pod.metadata;
      return referencedNames(viewPod(pod).spec, kind).map((name) => `${namespace}/${name}`);
    });
  }
  return () => ({
    place,
    now: clock.now(),
    namespacesSelectedBy: (selector) =>
      sources.tenantNamespaces
        .list()
        .filter(({ metadata }) => matchesLabelSelector(selector, metadata.labels ?? {}))
        .map((namespace) => nameOf(namespace)),
    isReferenced: (kind, namespace, name) => sources.tenantPods.byIndex(kind, `${namespace}/${name}`).length > 0,
    tokenSecret: ({ namespace, name }) =>
      sources.hostSecrets.get(`${place.hostNamespace}/${tokenSecretName(place.tenant, namespace, name)}`),
    hasEnded: (uid) => sources.podCopies.hasEnded(uid),
    isOnItsWay: (uid) => sources.podCopies.isOnItsWay(uid),
    isAwaited: (key) => sources.awaited.has(key),
  });
}

/** A change of a pod's token Secret is a matter of the pod's loop. */
function renewTokensOf(place: Place, hostSecrets: Informer<'host'>, addPod: (key: string) => void): void {
  const add = (secret: On<'host', KubeObject>): void => {
    const origin = originOfTokenSecret(place, secret);
    if (origin) addPod(`${origin.namespace}/${origin.name}`);
  };
  hostSecrets.addHandler({ onAdd: add, onUpdate: (_old, secret) => add(secret), onDelete: add });
}
