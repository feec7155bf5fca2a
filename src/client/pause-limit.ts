/** Ends a body that pauses for too long. */
import type { Clock, Timer } from '../lib/clock.ts';
import { ConnectionError } from './connection-error.ts';

export interface PauseLimits {
  readonly clock: Clock;
  /** Between two pieces of a body, and until the first answer. */
  readonly responseTimeoutMs: number;
}

export class PauseLimit {
  readonly #limits: PauseLimits;
  readonly #end: (error: ConnectionError) => void;
  #timer: Timer | undefined;

  /** `end`: called once, when nothing was heard for the time; what it ends need not be told again. */
  constructor(limits: PauseLimits, end: (error: ConnectionError) => void) {
    this.#limits = limits;
    this.#end = end;
  }

  /** From now on, or from now on again. */
  heard(): void {
    const { clock, responseTimeoutMs } = this.#limits;
    this.#timer?.cancel();
    this.#timer = clock.after(responseTimeoutMs, () =>
      this.#end(new ConnectionError(`the body paused for longer than ${responseTimeoutMs} ms`)),
    );
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
