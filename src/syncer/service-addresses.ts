/**
 * Gives a tenant's Service its addresses before the tenant sees it: its copy is made on the host first, and what the host gave the copy goes into
 * the Service that is about to be stored. Should that never happen (a crash, a refusal later on), the services' loop finds a copy without
 * an original and removes it.
 */
import { objectKey, type KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import type { Clock } from '../lib/clock.ts';
import { originOfCopy } from '../translate/marks.ts';
import { copyService, serviceAsGiven, type ServiceSpec } from '../translate/services.ts';
import type { Hands } from './act.ts';
import { uidOf } from '../translate/identity.ts';

/** Given the Service as it will be stored (uid and all); resolves to its spec with addresses. Rejects with the host's StatusError. */
export type ServiceAddressGiver = (service: On<'tenant', KubeObject>) => Promise<ServiceSpec>;

/** Copies that were made ahead and whose original may not be stored yet. */
export interface AwaitedCopies {
  has(key: string): boolean;
}

const services = { group: '', version: 'v1', resource: 'services' };
/** Longer than any create may take. */
const awaitedMs = 30_000;
/** A copy of an earlier Service of that name is removed first. */
const triesMax = 5;

export function createServiceAddresses(hands: Hands): {
  readonly give: ServiceAddressGiver;
  readonly awaited: AwaitedCopies;
} {
  const awaited = new AwaitedKeys(hands.clock);
  return {
    awaited,
    give: async (service) => {
      awaited.add(objectKey(service));
      return serviceAsGiven(service, await ensureCopy(hands, service, triesMax)).spec;
    },
  };
}

async function ensureCopy(
  hands: Hands,
  service: On<'tenant', KubeObject>,
  triesLeft: number,
): Promise<On<'host', KubeObject>> {
  const { place } = hands;
  const onHost = hands.host.resource(services, place.hostNamespace);
  const wanted = copyService(place, service);
  try {
    return await onHost.create(wanted);
  } catch (error) {
    if (!(error instanceof StatusError) || error.status.reason !== 'AlreadyExists' || triesLeft === 0) throw error;
  }
  const found = await onHost.get(wanted.metadata.name ?? '');
  const origin = originOfCopy(place, found);
  if (origin?.uid === service.metadata.uid) return found;
  // Somebody else's, under a name of ours: not to be touched.
  if (!origin) throw new Error(`the host has a Service ${wanted.metadata.name ?? ''} that isn't the tenant's`);
  await onHost.delete(wanted.metadata.name ?? '', { preconditions: { uid: uidOf(found) } });
  return ensureCopy(hands, service, triesLeft - 1);
}

class AwaitedKeys implements AwaitedCopies {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(key: string): void {
    const now = this.#clock.monotonic();
    for (const [known, until] of this.#until) if (until <= now) this.#until.delete(known);
    this.#until.set(key, now + awaitedMs);
  }

  has(key: string): boolean {
    return (this.#until.get(key) ?? 0) > this.#clock.monotonic();
  }
}
