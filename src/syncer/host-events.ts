/**
 * The host's Events about a tenant's copies, told to the tenant about its own objects: names translated, also inside the texts. An Event
 * keeps its name's last part, so telling it again changes nothing.
 */
import { objectKey, type KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Informer } from '../client/informer.ts';
import { Controller, done } from '../controller/controller.ts';
import type { Logger } from '../lib/logger.ts';
import { tenantEvent, type EventSubject } from '../translate/events.ts';
import { originOfCopy, tenantSelector } from '../translate/marks.ts';
import type { Hands } from './act.ts';
import type { SyncedKind } from './synced-kind.ts';

const events = { group: '', version: 'v1', resource: 'events' };

/** The kinds whose Events are told, by kind: where their copies are found. */
type Copies = ReadonlyMap<string, Informer<'host'>>;

export function createEventLoop(
  hands: Hands,
  hostInformers: InformerFactory<'host'>,
  options: { readonly kinds: readonly SyncedKind[]; readonly logger: Logger },
): Controller {
  const { place, clock } = hands;
  const hostEvents = hostInformers.informer({ gvr: events, namespace: place.hostNamespace });
  const copies: Copies = new Map(
    options.kinds.map(({ gvr, kind }) => [
      kind,
      hostInformers.informer({ gvr, namespace: place.hostNamespace, labelSelector: tenantSelector(place.tenant) }),
    ]),
  );
  const controller = new Controller({
    name: 'sync events',
    reconcile: async (key) => {
      const event = hostEvents.get(key);
      if (event) await tell(hands, copies, event);
      return done;
    },
    clock,
    logger: options.logger,
    retryMaxMs: 60_000,
  });
  const add = (event: On<'host', KubeObject>): void => controller.queue.add(objectKey(event));
  hostEvents.addHandler({ onAdd: add, onUpdate: (_old, event) => add(event) });
  return controller;
}

interface InvolvedObject {
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

/** The typed look. A door: the host's API server has checked its types. */
function involvedObject(event: On<'host', KubeObject>): InvolvedObject {
  return (event['involvedObject'] ?? {}) as InvolvedObject;
}

/** An Event about what is no copy of ours, or no longer there, is nobody's business. */
async function tell(hands: Hands, copies: Copies, event: On<'host', KubeObject>): Promise<void> {
  const { place, tenant } = hands;
  const about = involvedObject(event);
  const copy = copies.get(about.kind ?? '')?.get(`${place.hostNamespace}/${about.name ?? ''}`);
  const origin = copy && originOfCopy(place, copy);
  if (!copy || !origin || copy.metadata.uid !== about.uid) return;
  const subject: EventSubject = { place, copy, origin };
  const wanted = tenantEvent(subject, event);
  const inTenant = tenant.resource(events, origin.namespace);
  try {
    await inTenant.create(wanted);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    // A namespace that is going takes no new Events.
    if (error.status.code === 403 || error.status.code === 404) return;
    if (error.status.reason !== 'AlreadyExists') throw error;
    const known = await inTenant.get(wanted.metadata.name ?? '');
    if (known['count'] === wanted['count'] && known['lastTimestamp'] === wanted['lastTimestamp']) return;
    await inTenant.update({ ...wanted, metadata: known.metadata });
  }
}
