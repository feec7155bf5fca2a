/** Runs controllers over informers: the informers first, the controllers when all have synced; stops in reverse. */
import type { Service } from '../lib/service.ts';
import { startAll, stopAll } from '../lib/service.ts';
import type { Controller } from './controller.ts';

/** What a manager needs of an InformerFactory. */
interface ManagedInformers extends Service {
  whenSynced(signal?: AbortSignal): Promise<void>;
}

export interface ManagerOptions {
  readonly name: string;
  readonly informers: readonly ManagedInformers[];
  readonly controllers: readonly Controller[];
  /** What controllers use and what must outlive them: event recorders. */
  readonly services?: readonly Service[];
}

export class Manager implements Service {
  readonly name: string;
  readonly #options: ManagerOptions;
  readonly #abort = new AbortController();
  #starting: Promise<void> | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.name = options.name;
  }

  /** Resolves when all informers have synced and all controllers run; at once when `stop` is called meanwhile. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#starting?.catch(() => undefined);
    const { services = [], informers, controllers } = this.#options;
    await stopAll([...services, ...informers, ...controllers]);
  }

  /** The earliest of its queues' (see WorkQueue.nextWakeUp). */
  nextWakeUp(): number | undefined {
    const times = this.#options.controllers.flatMap(({ queue }) => queue.nextWakeUp() ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** No controller has work now. */
  get idle(): boolean {
    return this.#options.controllers.every(({ queue }) => queue.idle);
  }

  async #start(): Promise<void> {
    const { services = [], informers, controllers } = this.#options;
    await startAll([...services, ...informers]);
    await Promise.all(informers.map((factory) => factory.whenSynced(this.#abort.signal)));
    if (this.#abort.signal.aborted) return;
    await startAll(controllers);
  }
}
