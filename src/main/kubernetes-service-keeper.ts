import type { KubernetesService } from '../apiserver/registry/bootstrap.ts';
import { backoffDelay } from '../lib/backoff.ts';
import { sleep } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { bootstrap, type ComposedApiServer } from './api-server-role.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

const retry = { initialMs: 100, maxMs: 60_000 };

/** Makes a tenant's Service `kubernetes`, and makes it again when somebody deletes it, or where it leads. Its address is the host's to give, so it comes when the host can be reached. */
export class KubernetesServiceKeeper implements Service {
  readonly name = 'kubernetes service';
  readonly #api: ComposedApiServer;
  readonly #wanted: () => Promise<KubernetesService>;
  readonly #logger: Logger;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #again = false;

  /** `wanted` says what it is to be, and rejects as long as that isn't known. */
  constructor(api: ComposedApiServer, wanted: () => Promise<KubernetesService>, logger: Logger) {
    this.#api = api;
    this.#wanted = wanted;
    this.#logger = logger;
  }

  /** Doesn't wait for the host. */
  start(): Promise<void> {
    this.again();
    return Promise.resolve();
  }

  /** It may be gone, or lead elsewhere. */
  again(): void {
    if (this.#again || this.#abort.signal.aborted) return;
    this.#again = true;
    this.#running = this.#running.then(() => this.#keepTrying());
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #keepTrying(): Promise<void> {
    for (let attempt = 0; !this.#abort.signal.aborted; attempt++) {
      this.#again = false;
      try {
        await bootstrap(this.#api, { kubernetesService: await this.#wanted() });
        return;
      } catch (error) {
        this.#logger.info({ err: error }, 'the Service kubernetes has no address of the host yet; trying again');
        await sleep(realClock, backoffDelay(retry, attempt, realRandom), this.#abort.signal);
      }
    }
  }
}
