/**
 * Pods that ask before the host shows them: containers run a moment before the kubelet has told their address. Their questions wait for it, within limits,
 * since nobody knows yet whose they are.
 */
import type { Clock, Timer } from '../../lib/clock.ts';

export interface NewcomerLimits {
  /** How long a question waits. Resolvers ask again, or give up, after five seconds. */
  readonly waitMs: number;
  /** How many questions wait at a time. */
  readonly questionsMax: number;
}

interface Waiting {
  readonly timer: Timer;
  readonly resolve: (isThere: boolean) => void;
}

export class Newcomers {
  readonly #limits: NewcomerLimits;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting[]>();
  #questions = 0;

  constructor(limits: NewcomerLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Resolves with whether a pod with the address has come; `undefined`: too many wait already. */
  wait(address: string): Promise<boolean> | undefined {
    const { waitMs, questionsMax } = this.#limits;
    if (waitMs <= 0 || this.#questions >= questionsMax) return undefined;
    this.#questions++;
    return new Promise((resolve) => {
      const timer = this.#clock.after(waitMs, () => this.#giveUp(address, waiting));
      const waiting = { timer, resolve };
      const others = this.#waiting.get(address);
      if (others) others.push(waiting);
      else this.#waiting.set(address, [waiting]);
    });
  }

  /** Somebody has the address now. */
  arrived(address: string): void {
    const all = this.#waiting.get(address);
    if (!all) return;
    this.#waiting.delete(address);
    this.#questions -= all.length;
    for (const { timer, resolve } of all) {
      timer.cancel();
      resolve(true);
    }
  }

  #giveUp(address: string, waiting: Waiting): void {
    const left = (this.#waiting.get(address) ?? []).filter((one) => one !== waiting);
    if (left.length > 0) this.#waiting.set(address, left);
    else this.#waiting.delete(address);
    this.#questions--;
    waiting.resolve(false);
  }
}
