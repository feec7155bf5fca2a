import type { Clock } from '../lib/clock.ts';

/** The machine's clock. Its timers don't keep the process alive: services do, by their sockets. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, timerMsMax));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A longer delay overflows Node's timers and would fire at once. */
const timerMsMax = 2 ** 31 - 1;
