/** Wakes those who wait for something to happen to a pod. */
import type { Clock } from '../../lib/clock.ts';

export class PodChanges {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Something has happened to the pod with this UID. */
  changed(uid: string): void {
    for (const wake of this.#waiting.get(uid) ?? []) wake();
  }

  /** Resolves at the next change, when the time is over, or when `signal` aborts. */
  wait(uid: string, clock: Clock, forMs: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = forMs === undefined ? undefined : clock.after(Math.max(1, forMs), () => wake());
      const waiting = this.#waiting.get(uid) ?? new Set();
      const wake = (): void => {
        timer?.cancel();
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0 && this.#waiting.get(uid) === waiting) this.#waiting.delete(uid);
        resolve();
      };
      if (signal.aborted) return wake();
      signal.addEventListener('abort', wake, { once: true });
      waiting.add(wake);
      this.#waiting.set(uid, waiting);
    });
  }
}
