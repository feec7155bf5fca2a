/**
 * The reconcile loop: keys in, level-triggered work out. A reconciler gets a key, never an event; what it returns or throws is the
 * whole protocol. Mirrors controller-runtime's Reconciler.
 */
import { StatusError } from '../api/status.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { unreachable } from '../lib/unreachable.ts';
import { WorkQueue, type DelayOptions, type WorkQueueMetrics } from './work-queue.ts';

export type Result =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'requeue'; readonly afterMs: number } & DelayOptions);

/** Nothing more to do until something changes. */
export const done: Result = { kind: 'done' };

/** Look again after so long, though nothing may have changed. A process that sleeps is woken for it, unless `wakes` is false. */
export function requeueAfter(afterMs: number, options: DelayOptions = {}): Result {
  return { kind: 'requeue', afterMs, ...options };
}

/** A throw means: again, later and later. `signal` aborts when the controller stops. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<Result>;

export interface ControllerOptions {
  /** `deployment`: for logs, metrics and switching off. */
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How many keys are worked on at a time. Default 5. */
  readonly concurrency?: number;
  readonly retryInitialMs?: number;
  readonly retryMaxMs?: number;
  readonly metrics?: WorkQueueMetrics;
  /** What else has the controller's life: informers of its own, watches. Started before the loop and stopped after it. */
  readonly services?: readonly Service[];
}

export class Controller implements Service {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly #options: ControllerOptions;
  readonly #abort = new AbortController();
  #workers: Promise<void>[] = [];

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.name = options.name;
    const { clock, retryInitialMs, retryMaxMs, metrics, name } = options;
    this.queue = new WorkQueue({
      name,
      clock,
      ...(retryInitialMs === undefined ? {} : { retryInitialMs }),
      ...(retryMaxMs === undefined ? {} : { retryMaxMs }),
      ...(metrics === undefined ? {} : { metrics }),
    });
  }

  /** Keys may be added before; the informers that the reconciler reads must have synced. */
  async start(): Promise<void> {
    for (const service of this.#options.services ?? []) await service.start();
    for (let worker = 0; worker < (this.#options.concurrency ?? 5); worker++) this.#workers.push(this.#work());
  }

  /** Resolves when work under way has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.queue.close();
    await Promise.all(this.#workers);
    for (const service of (this.#options.services ?? []).toReversed()) await service.stop();
  }

  async #work(): Promise<void> {
    for (let key = await this.queue.take(); key !== undefined; key = await this.queue.take()) {
      await this.#reconcile(key);
      this.queue.done(key);
    }
  }

  async #reconcile(key: string): Promise<void> {
    this.queue.cancelDelay(key);
    try {
      const result = await this.#options.reconcile(key, this.#abort.signal);
      this.queue.forget(key);
      switch (result.kind) {
        case 'done':
          return;
        case 'requeue':
          return this.queue.addAfter(key, result.afterMs, result);
        default:
          unreachable(result);
      }
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#report(key, error);
      this.queue.addRateLimited(key);
    }
  }

  /** Conflicts and vanished objects are the normal course of optimistic writing; the rest is worth a warning. */
  #report(key: string, error: unknown): void {
    const { logger, name } = this.#options;
    const details = { controller: name, key, failures: this.queue.failures(key), err: error };
    if (error instanceof StatusError && (error.status.code === 409 || error.status.code === 404))
      logger.debug(details, 'trying again');
    else logger.warn(details, 'reconciling failed; trying again');
  }
}
