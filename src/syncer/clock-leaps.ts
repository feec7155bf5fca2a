/** Notices that the wall clock has leapt ahead of the time that timers count: a machine that slept, a clock that was set. */
import type { Clock, Timer } from '../lib/clock.ts';
import type { Service } from '../lib/service.ts';

const lookEveryMs = 60_000;
/** Clocks drift and are corrected; a leap is more than that. */
const leapMsMin = 10_000;

/**
 * Calls `leapt` within a minute after a leap ahead, as long as something is due some time: a syncer at rest has no timer. A leap back makes
 * timers early, which does no harm.
 */
export class ClockLeaps implements Service {
  readonly name = 'clock leaps';
  readonly #clock: Clock;
  readonly #isAnythingDue: () => boolean;
  readonly #leapt: () => void;
  #timer: Timer | undefined;
  #stopped = false;
  #offsetMs: number;

  constructor(clock: Clock, isAnythingDue: () => boolean, leapt: () => void) {
    this.#clock = clock;
    this.#isAnythingDue = isAnythingDue;
    this.#leapt = leapt;
    this.#offsetMs = this.#offset();
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    return Promise.resolve();
  }

  /** To be called whenever something may have become due at some time. */
  watch(): void {
    if (this.#stopped || this.#timer) return;
    this.#timer = this.#clock.after(lookEveryMs, () => {
      this.#timer = undefined;
      const offsetMs = this.#offset();
      const leap = offsetMs - this.#offsetMs;
      this.#offsetMs = offsetMs;
      if (leap >= leapMsMin) this.#leapt();
      if (this.#isAnythingDue()) this.watch();
    });
  }

  #offset(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}
