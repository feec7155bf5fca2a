/**
 * Time, passed in: nothing but `src/main` knows the real clock, so tests and the simulation move it at will.
 */

/** A pending timer. `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall time in milliseconds since the epoch. May jump either way. */
  now(): number;
  /** Monotonic milliseconds, for durations. */
  monotonic(): number;
  /** Calls `run` once after `delayMs` (0 means: in a later turn). A pending timer doesn't keep the process alive. */
  after(delayMs: number, run: () => void): Timer;
}

/** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = clock.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** `2026-11-21T12:00:00Z`: Kubernetes' `Time`, whole seconds. Mirrors apimachinery meta/v1 Time.MarshalJSON. */
export function timestamp(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** `2026-11-21T12:00:00.000000Z`: Kubernetes' `MicroTime`. */
export function microTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
