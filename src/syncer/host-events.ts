/**
 * The host's Events about a tenant's copies, told to the tenant about its own objects: names translated, also inside the texts. An Event
 * keeps its name's last part, so telling it again changes nothing.
 */
import { parseApiVersion } from '../api/gvk.ts';
import { objectKey, type KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Informer } from '../client/informer.ts';
import { Controller, done } from '../controller/controller.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Logger } from '../lib/logger.ts';
import { tenantEvent, type EventSubject } from '../translate/events.ts';
import { namesInPod } from '../translate/host-texts.ts';
import { originOfCopy, tenantSelector, type Place } from '../translate/marks.ts';
import { originOfTokenSecret } from '../translate/pods/tokens.ts';
import type { Hands } from './act.ts';
import type { SyncedKind } from './synced-kind.ts';

const events = { group: '', version: 'v1', resource: 'events' };

const aboutIndex = 'about';

/** The kinds whose Events are told, by kind: where their copies are found. */
type Copies = ReadonlyMap<string, Informer<'host'>>;

export interface LateCopies {
  /** Of the kind, if there is one now. */
  of(group: string, kind: string): Informer<'host'> | undefined;
  /** Told of each copy that is shown. */
  onShown(told: (copy: On<'host', KubeObject>) => void): void;
}

export function createEventLoop(
  hands: Hands,
  hostInformers: InformerFactory<'host'>,
  options: {
    readonly kinds: readonly SyncedKind[];
    readonly tenantPods: Informer<'tenant'>;
    /** Copies of kinds that come and go. */
    readonly late: LateCopies;
    readonly logger: Logger;
    readonly metrics?: WorkQueueMetrics | undefined;
  },
): Controller {
  const { place, clock } = hands;
  const hostEvents = hostInformers.informer({ gvr: events, namespace: place.hostNamespace });
  const copies: Copies = new Map(
    options.kinds
      .filter(({ scope }) => scope !== 'Cluster')
      .map(({ gvr, kind }) => [
        kind,
        hostInformers.informer({ gvr, namespace: place.hostNamespace, labelSelector: tenantSelector(place.tenant) }),
      ]),
  );
  const controller = new Controller({
    name: 'sync events',
    reconcile: async (key) => {
      const event = hostEvents.get(key);
      const subject = event && subjectOf(place, copies, options, event);
      if (event && subject) await tell(hands, subject, event);
      return done;
    },
    clock,
    logger: options.logger,
    retryMaxMs: 60_000,
    ...(options.metrics ? { metrics: options.metrics } : {}),
  });
  const add = (event: On<'host', KubeObject>): void => controller.queue.add(objectKey(event));
  hostEvents.addHandler({ onAdd: add, onUpdate: (_old, event) => add(event) });
  // An Event may be seen before the copy that it is about.
  hostEvents.addIndex(aboutIndex, (event) => {
    const { uid } = involvedObject(event);
    return uid === undefined ? [] : [uid];
  });
  const shown = (copy: On<'host', KubeObject>): void => {
    for (const event of hostEvents.byIndex(aboutIndex, copy.metadata.uid ?? '')) add(event);
  };
  for (const ofKind of copies.values()) ofKind.addHandler({ onAdd: shown });
  options.late.onShown(shown);
  return controller;
}

interface InvolvedObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

/** The typed look. A door: the host's API server has checked its types. */
function involvedObject(event: Readonly<KubeObject>): InvolvedObject {
  return (event['involvedObject'] ?? {}) as InvolvedObject;
}

/** An Event about what is no copy of ours, or no longer there, is nobody's business. */
function subjectOf(
  place: Place,
  copies: Copies,
  { tenantPods, late }: { readonly tenantPods: Informer<'tenant'>; readonly late: LateCopies },
  event: On<'host', KubeObject>,
): EventSubject | undefined {
  const about = involvedObject(event);
  const { group = '' } = parseApiVersion(about.apiVersion ?? '') ?? {};
  // Kinds of one name are told apart by their groups: `Service`.
  const ofKind = late.of(group, about.kind ?? '') ?? copies.get(about.kind ?? '');
  const copy = ofKind?.get(`${place.hostNamespace}/${about.name ?? ''}`);
  const origin = copy && originOfCopy(place, copy);
  if (!copy || !origin || copy.metadata.uid !== about.uid) return undefined;
  const pod = about.kind === 'Pod' ? tenantPods.get(`${origin.namespace}/${origin.name}`) : undefined;
  const inPod = pod && namesInPod(place, pod);
  return { place, origin, lookup: (name) => inPod?.(name) ?? nameOfCopy(place, copies, name) };
}

/** Any copy's, or that of the tokens that stand in for a pod's. */
function nameOfCopy(place: Place, copies: Copies, hostName: string): string | undefined {
  for (const ofKind of copies.values()) {
    const copy = ofKind.get(`${place.hostNamespace}/${hostName}`);
    if (!copy) continue;
    const tokens = originOfTokenSecret(place, copy);
    return tokens ? `${tokens.name}-tokens` : originOfCopy(place, copy)?.name;
  }
  return undefined;
}

/** Looks first: after a restart all Events come again, and most of them have been told. */
async function tell({ tenant }: Hands, subject: EventSubject, event: On<'host', KubeObject>): Promise<void> {
  const wanted = tenantEvent(subject, event);
  const inTenant = tenant.resource(events, subject.origin.namespace);
  const known = await unlessRefused(inTenant.get(wanted.metadata.name ?? ''));
  if (known && known['count'] === wanted['count'] && known['lastTimestamp'] === wanted['lastTimestamp']) return;
  await unlessRefused(known ? inTenant.update({ ...wanted, metadata: known.metadata }) : inTenant.create(wanted));
}

/** A namespace that is going takes no new Events, and lets go of the old ones. */
async function unlessRefused(
  attempt: Promise<On<'tenant', KubeObject>>,
): Promise<On<'tenant', KubeObject> | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof StatusError && (error.status.code === 403 || error.status.code === 404)) return undefined;
    throw error;
  }
}
