/**
 * Gives a tenant's Service its addresses before the tenant sees it: its copy is made on the host first, and what the host gave the copy goes into
 * the Service that is about to be stored. Should that never happen (a crash, a refusal later on), the services' loop finds a copy without
 * an original and removes it.
 */
import { objectKey, type KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { newAlreadyExists, newServiceUnavailable, StatusError } from '../api/status.ts';
import type { ResourceClient } from '../client/client.ts';
import { ConnectionError } from '../client/connection-error.ts';
import { unlessNotFound } from '../controller/status-cause.ts';
import type { Clock } from '../lib/clock.ts';
import { scrubber } from '../translate/host-texts.ts';
import { originOf, originOfCopy, type Origin } from '../translate/marks.ts';
import { copyService, serviceAsGiven, updatedServiceCopy, type ServiceSpec } from '../translate/services.ts';
import type { Hands } from './act.ts';
import { fromTenantApi, nameOf, uidOf } from '../translate/identity.ts';

/**
 * Given the Service as it will be stored (uid and all), and as it was; resolves to its spec with addresses. Rejects with the host's StatusError,
 * in the tenant's words, where the host refuses, with ServiceUnavailable where it can't be reached, and with AlreadyExists where the tenant has another Service of that name. `dryRun`: nothing is made on the host.
 */
export type ServiceAddressGiver = (
  service: Readonly<KubeObject>,
  old: Readonly<KubeObject> | undefined,
  dryRun: boolean,
) => Promise<ServiceSpec>;

/** Copies that were made ahead and whose original may not be stored yet. */
export interface AwaitedCopies {
  has(key: string): boolean;
  /** The original has been seen: from now on its absence means that it was deleted. */
  arrived(key: string): void;
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
    give: async (object, _old, dryRun) => {
      const service = fromTenantApi(object);
      try {
        if (dryRun) return serviceAsGiven(service, await tryCopy(hands, service)).spec;
        awaited.add(objectKey(service));
        return serviceAsGiven(service, await ensureCopy(hands, service, triesMax)).spec;
      } catch (error) {
        throw inTenantWords(hands, service, error);
      }
    },
  };
}

function inTenantWords({ place }: Hands, service: On<'tenant', KubeObject>, error: unknown): unknown {
  if (error instanceof ConnectionError) return hostUnreachable(error);
  if (!(error instanceof StatusError)) return error;
  const { status } = error;
  const words = scrubber(place, originOf(service));
  return new StatusError({
    ...status,
    ...(status.message === undefined ? {} : { message: words(status.message) }),
    ...(status.details?.name === undefined ? {} : { details: { ...status.details, name: words(status.details.name) } }),
  });
}

/** Nothing is said of where the host is. */
function hostUnreachable(cause: ConnectionError): StatusError {
  const { status } = newServiceUnavailable('addresses of services cannot be had just now, please try again');
  return new StatusError(status, { cause });
}

/** What the host would give; it may say that such a Service is there already, and then the copy as it is will do. */
async function tryCopy(hands: Hands, service: On<'tenant', KubeObject>): Promise<On<'host', KubeObject>> {
  const onHost = hands.host.resource(services, hands.place.hostNamespace);
  const wanted = copyService(hands.place, service);
  try {
    return await onHost.create(wanted, { dryRun: true });
  } catch (error) {
    return whatIsThere(onHost, nameOf(wanted), error);
  }
}

/** API servers judge the addresses that are asked for before they look whether the name is taken: then the copy's own are said to be in use. */
async function whatIsThere(
  onHost: ResourceClient<'host'>,
  name: string,
  refusal: unknown,
): Promise<On<'host', KubeObject>> {
  const { reason } = refusal instanceof StatusError ? refusal.status : {};
  if (reason !== 'AlreadyExists' && reason !== 'Invalid') throw refusal;
  const found = await unlessNotFound(onHost.get(name));
  if (!found) throw refusal;
  return found;
}

async function ensureCopy(
  hands: Hands,
  service: On<'tenant', KubeObject>,
  triesLeft: number,
): Promise<On<'host', KubeObject>> {
  const { place } = hands;
  const onHost = hands.host.resource(services, place.hostNamespace);
  const wanted = copyService(place, service);
  const name = nameOf(wanted);
  let found: On<'host', KubeObject>;
  try {
    return await onHost.create(wanted);
  } catch (error) {
    if (triesLeft === 0) throw error;
    found = await whatIsThere(onHost, name, error);
  }
  const origin = originOfCopy(place, found);
  // Somebody else's, under a name of ours: not to be touched.
  if (!origin) throw new Error(`the host has a Service ${name} that isn't the tenant's`);
  if (origin.uid === service.metadata.uid) {
    const updated = updatedServiceCopy(found, wanted);
    return updated === found ? found : onHost.update(updated);
  }
  await refuseLiving(hands, origin);
  await onHost.delete(name, { preconditions: { uid: uidOf(found) } });
  return ensureCopy(hands, service, triesLeft - 1);
}

/** The copy of a Service that is there is not in the way of another one of that name: there can't be another one. */
async function refuseLiving({ tenant }: Hands, origin: Origin): Promise<void> {
  try {
    const living = await tenant.resource(services, origin.namespace).get(origin.name);
    if (living.metadata.uid !== origin.uid) return;
  } catch (error) {
    if (error instanceof StatusError && error.status.reason === 'NotFound') return;
    throw error;
  }
  throw newAlreadyExists({ group: '', resource: 'services' }, origin.name);
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

  arrived(key: string): void {
    this.#until.delete(key);
  }

  has(key: string): boolean {
    return (this.#until.get(key) ?? 0) > this.#clock.monotonic();
  }
}
