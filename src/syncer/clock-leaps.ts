/** Notices that the wall clock has leapt ahead of the time that timers count: a machine that slept, a clock that was set. */
import type { Clock, Timer } from '../lib/clock.ts';
import type { Service } from '../lib/service.ts';

const lookEveryMs = 60_000;
/** Clocks drift and are corrected; a leap is more than that. */
const leapMsMin = 10_000;

/** Calls `leapt` within a minute after a leap ahead. A leap back makes timers early, which does no harm. */
export class ClockLeaps implements Service {
  readonly name = 'clock leaps';
  readonly #clock: Clock;
  readonly #leapt: () => void;
  #timer: Timer | undefined;
  #stopped = false;
  #offsetMs = 0;

  constructor(clock: Clock, leapt: () => void) {
    this.#clock = clock;
    this.#leapt = leapt;
  }

  start(): Promise<void> {
    this.#offsetMs = this.#offset();
    this.#schedule();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    return Promise.resolve();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.after(lookEveryMs, () => {
      const offsetMs = this.#offset();
      const leap = offsetMs - this.#offsetMs;
      this.#offsetMs = offsetMs;
      if (leap >= leapMsMin) this.#leapt();
      this.#schedule();
    });
  }

  #offset(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}
