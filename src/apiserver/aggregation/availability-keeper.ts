/**
 * Looks whether extension servers can be used, and writes into their APIServices what it found: when one of them, its Service or its endpoints
 * change, and at times while there is any. Without remote APIServices it does nothing at all.
 */
import type { KubeObject } from '../../api/object.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Availability } from './api-service.ts';
import type { RemoteService } from './remote-service.ts';

export interface AvailabilityKeeperOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  check(remote: RemoteService): Promise<Availability>;
  /** Writes the condition; nothing where it says so already. */
  write(remote: RemoteService, availability: Availability): Promise<void>;
}

/** What no watch sees (the network between) is looked at again after it. Mirrors the resync of RemoteAvailabilityController. */
const recheckMs = 30_000;
const retryMsMin = 250;
/** Looks at once; others wait. */
const checksMax = 8;

interface Watched {
  remote: RemoteService;
  running: boolean;
  again: boolean;
  retryMs: number;
  timer: Timer | undefined;
}

export class AvailabilityKeeper {
  readonly #options: AvailabilityKeeperOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #waiting: (() => void)[] = [];
  #checking = 0;
  #stopped = false;

  constructor(options: AvailabilityKeeperOptions) {
    this.#options = options;
  }

  /** Is looked at from now on, and at once. Replaces one of the same name. */
  add(remote: RemoteService): void {
    const known = this.#watched.get(remote.name);
    if (known) known.remote = remote;
    else
      this.#watched.set(remote.name, { remote, running: false, again: false, retryMs: retryMsMin, timer: undefined });
    this.recheck(remote.name);
  }

  remove(name: string): void {
    this.#watched.get(name)?.timer?.cancel();
    this.#watched.delete(name);
  }

  /** A Service, or its endpoints, changed. */
  serviceChanged(namespace: string, name: string): void {
    for (const { remote } of this.#watched.values()) {
      if (remote.service.namespace === namespace && remote.service.name === name) this.recheck(remote.name);
    }
  }

  recheck(name: string): void {
    const watched = this.#watched.get(name);
    if (!watched || this.#stopped) return;
    watched.timer?.cancel();
    watched.again = true;
    if (!watched.running) void this.#run(watched);
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#watched.values()) timer?.cancel();
  }

  async #run(watched: Watched): Promise<void> {
    watched.running = true;
    const { check, write, clock, logger } = this.#options;
    let delayMs = recheckMs;
    while (watched.again && this.#isCurrent(watched)) {
      watched.again = false;
      const { remote } = watched;
      try {
        const availability = await this.#inTurn(() => check(remote));
        if (this.#isCurrent(watched) && watched.remote === remote) await write(remote, availability);
        // What fails by the network is asked again soon; what the store says is known when it changes.
        if (availability.reason === 'FailedDiscoveryCheck') delayMs = this.#retryDelay(watched);
        else {
          delayMs = recheckMs;
          watched.retryMs = retryMsMin;
        }
      } catch (error) {
        logger.warn({ error, name: remote.name }, 'the availability of an APIService cannot be told');
        delayMs = this.#retryDelay(watched);
      }
    }
    watched.running = false;
    if (this.#isCurrent(watched)) watched.timer = clock.after(delayMs, () => this.recheck(watched.remote.name));
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    // Whoever is woken has the place of who ended.
    if (this.#checking >= checksMax) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#checking++;
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#checking--;
    }
  }

  #retryDelay(watched: Watched): number {
    const delayMs = watched.retryMs;
    watched.retryMs = Math.min(delayMs * 2, recheckMs);
    return delayMs;
  }

  #isCurrent(watched: Watched): boolean {
    return !this.#stopped && this.#watched.get(watched.remote.name) === watched;
  }
}

/** Of an EndpointSlice: the Service that it is of. */
export function serviceOfSlice({ metadata }: Readonly<KubeObject>): string {
  return metadata.labels?.['kubernetes.io/service-name'] ?? '';
}
