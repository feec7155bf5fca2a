/**
 * How long a failed pod lies before another takes its place: a node that refuses each of them isn't asked without end. Of each node of each set,
 * anew for each generation of it. Mirrors client-go util/flowcontrol Backoff, as kubernetes pkg/controller/daemon uses it.
 */
import type { Clock } from '../../lib/clock.ts';

interface Failures {
  /** Of which set, and which generation of it. */
  readonly incarnation: string;
  readonly byNode: Map<string, { readonly delayMs: number; readonly at: number }>;
}

const initialMs = 1000;
const maxMs = 15 * 60_000;

export class FailedPodBackoff {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** 0: it may be replaced now. */
  remainingMs(set: string, incarnation: string, node: string): number {
    const failure = this.#known(set, incarnation)?.get(node);
    return failure ? Math.max(0, failure.at + failure.delayMs - this.#clock.monotonic()) : 0;
  }

  /** A pod is replaced: the next one waits for longer. */
  replaced(set: string, incarnation: string, node: string): void {
    const now = this.#clock.monotonic();
    const byNode = this.#known(set, incarnation) ?? new Map<string, { delayMs: number; at: number }>();
    for (const [other, { at }] of byNode) if (now - at > 2 * maxMs) byNode.delete(other);
    const last = byNode.get(node);
    byNode.set(node, { delayMs: last ? Math.min(2 * last.delayMs, maxMs) : initialMs, at: now });
    this.#failures.set(set, { incarnation, byNode });
  }

  forget(set: string): void {
    this.#failures.delete(set);
  }

  #known(set: string, incarnation: string): Failures['byNode'] | undefined {
    const known = this.#failures.get(set);
    return known?.incarnation === incarnation ? known.byNode : undefined;
  }
}
