import { backoffDelay } from '../lib/backoff.ts';
import { sleep } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { advertisedAddress, bootstrap, type ComposedApiServer } from './api-server-role.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

const retry = { initialMs: 100, maxMs: 60_000 };

/** Makes a tenant's Service `kubernetes`. Its address is the host's to give, so it comes when the host can be reached. */
export class KubernetesServiceKeeper implements Service {
  readonly name = 'kubernetes service';
  readonly #api: ComposedApiServer;
  readonly #port: number;
  readonly #logger: Logger;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(api: ComposedApiServer, port: number, logger: Logger) {
    this.#api = api;
    this.#port = port;
    this.#logger = logger;
  }

  /** Doesn't wait for the host. */
  start(): Promise<void> {
    this.#running = this.#keepTrying();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #keepTrying(): Promise<void> {
    for (let attempt = 0; !this.#abort.signal.aborted; attempt++) {
      try {
        const kubernetesService = { clusterIp: '', address: advertisedAddress(), port: this.#port };
        await bootstrap(this.#api, { kubernetesService });
        return;
      } catch (error) {
        this.#logger.info({ err: error }, 'the Service kubernetes has no address of the host yet; trying again');
        await sleep(realClock, backoffDelay(retry, attempt, realRandom), this.#abort.signal);
      }
    }
  }
}
