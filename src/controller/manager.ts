/**
 * Runs controllers over informers: the informers first, the controllers when all have synced; stops in reverse. Those that run apart wait for what
 * they read themselves, so that what can't be read holds up only who needs it.
 */
import type { Service } from '../lib/service.ts';
import { startAll, stopAll } from '../lib/service.ts';
import type { Controller } from './controller.ts';

/** What a manager needs of an InformerFactory. */
interface ManagedInformers extends Service {
  whenSynced(signal?: AbortSignal): Promise<void>;
}

/** What a controller reads. */
export interface NeededInformer {
  whenSynced(): Promise<void>;
}

export interface ControllerApart {
  readonly controller: Controller;
  readonly needs: readonly NeededInformer[];
}

export interface ManagerOptions {
  readonly name: string;
  readonly informers: readonly ManagedInformers[];
  readonly controllers: readonly Controller[];
  readonly apart?: readonly ControllerApart[];
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
    const { services = [], informers } = this.#options;
    await stopAll([...services, ...informers, ...this.#controllers()]);
  }

  /** The earliest of its queues' (see WorkQueue.nextWakeUp). */
  nextWakeUp(): number | undefined {
    const times = this.#controllers().flatMap(({ queue }) => queue.nextWakeUp() ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** No controller has work now. */
  get idle(): boolean {
    return this.#controllers().every(({ queue }) => queue.idle);
  }

  #controllers(): readonly Controller[] {
    const { controllers, apart = [] } = this.#options;
    return [...controllers, ...apart.map(({ controller }) => controller)];
  }

  async #start(): Promise<void> {
    const { services = [], informers, controllers, apart = [] } = this.#options;
    const { signal } = this.#abort;
    await startAll([...services, ...informers]);
    await Promise.all([
      startWhen(
        informers.map((factory) => factory.whenSynced(signal)),
        controllers,
        signal,
      ),
      ...apart.map(({ controller, needs }) =>
        startWhen(
          needs.map((informer) => informer.whenSynced()),
          [controller],
          signal,
        ),
      ),
    ]);
  }
}

async function startWhen(
  conditions: readonly Promise<void>[],
  controllers: readonly Controller[],
  signal: AbortSignal,
): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const abort = (): void => aborted.resolve();
  if (signal.aborted) return;
  signal.addEventListener('abort', abort, { once: true });
  await Promise.race([Promise.all(conditions), aborted.promise]);
  signal.removeEventListener('abort', abort);
  if (!signal.aborted) await startAll(controllers);
}
