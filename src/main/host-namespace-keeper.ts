/**
 * Sees to it that a tenant's host namespace is there, and the tenant's account in it: somebody may delete it. With it goes all that the tenant has there; its
 * syncer makes the copies again as soon as it may.
 */
import type { Client } from '../client/client.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { backoffDelay } from '../lib/backoff.ts';
import { sleep } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const retry = { initialMs: 500, maxMs: 30_000 };

/** `repair` makes what is missing; it is tried until it succeeds. */
export function keepHostNamespace(
  host: Client<'host'>,
  name: string,
  repair: () => Promise<void>,
  onTrouble: (text: string) => void,
): Service {
  const abort = new AbortController();
  const informers = new InformerFactory({ client: host, clock: realClock, random: realRandom, logger: silentLogger });
  let repairing: Promise<void> | undefined;
  const repairAll = async (): Promise<void> => {
    for (let tries = 0; !abort.signal.aborted; tries++) {
      try {
        return await repair();
      } catch (error) {
        onTrouble(`host namespace ${name} could not be made again: ${String(error)}`);
        await sleep(realClock, backoffDelay(retry, tries, realRandom), abort.signal);
      }
    }
  };
  informers.informer({ gvr: namespaces, fieldSelector: `metadata.name=${name}`, metadataOnly: true }).addHandler({
    onDelete() {
      onTrouble(`host namespace ${name} was deleted, and is made again`);
      repairing = (repairing ?? Promise.resolve()).then(repairAll);
    },
  });
  return {
    name: `host namespace ${name}`,
    start: () => informers.start(),
    async stop() {
      abort.abort();
      await informers.stop();
      await repairing;
    },
  };
}
