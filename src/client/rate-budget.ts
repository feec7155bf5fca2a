/**
 * How many requests at a time, and how often, a client may send: found out, not fixed. It starts generous; when the server says
 * 429 or 503 the rate is halved and nothing is sent before `Retry-After`; with each success it grows back (additive increase,
 * multiplicative decrease). What waits is sorted by urgency, so that pods being started overtake the rest.
 *
 * Watches count when they are opened, not while they last.
 */
import type { ApiRequest, ApiResponse, Exchange } from '../api/exchange.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { ConnectionError } from './connection-error.ts';

export type Urgency = 'urgent' | 'normal' | 'background';

export interface RateBudgetOptions {
  readonly clock: Clock;
  /** Requests per second at the start; default 1000. */
  readonly initialPerSecond?: number;
  /** Default 5: what is left however often the server refuses. */
  readonly minPerSecond?: number;
  /** Default 5000. */
  readonly maxPerSecond?: number;
  /** Requests under way at once; default 64. */
  readonly inFlightMax?: number;
  /** Requests that wait; more are refused with a ConnectionError. Default 20000. */
  readonly waitingMax?: number;
}

export interface RateBudget {
  /** `exchange` within this budget. Several may share one budget, each with its own urgency. */
  limit(exchange: Exchange, urgencyOf: (request: ApiRequest) => Urgency): Exchange;
  /** Requests per second that the budget allows now. */
  perSecond(): number;
  waiting(): number;
}

/** The budget of one client. */
export function createRateBudget(options: RateBudgetOptions): RateBudget {
  const budget = new Budget(options);
  return {
    limit: (exchange, urgencyOf) => async (request) => {
      await budget.enter(urgencyOf(request), request.signal);
      try {
        const response = await exchange(request);
        budget.learn(response);
        return response;
      } finally {
        budget.leave();
      }
    },
    perSecond: () => budget.rate,
    waiting: () => budget.waiting(),
  };
}

interface Waiter {
  readonly go: () => void;
}

const urgencies: readonly Urgency[] = ['urgent', 'normal', 'background'];
/** A burst of a tenth of a second's requests may go at once. */
const burstSeconds = 0.1;
const growthPerSuccess = 1;
/** One refusal is news; the next ones within this time are the same news. */
const sameRefusalMs = 500;
const retryAfterMaxMs = 60_000;

class Budget {
  rate: number;
  readonly #options: Required<RateBudgetOptions>;
  readonly #queues: Record<Urgency, Set<Waiter>> = { urgent: new Set(), normal: new Set(), background: new Set() };
  #tokens: number;
  #filledAt: number;
  #inFlight = 0;
  #notBefore = 0;
  #refusedAt = -Infinity;
  #timer: Timer | undefined;

  constructor(options: RateBudgetOptions) {
    this.#options = {
      initialPerSecond: 1000,
      minPerSecond: 5,
      maxPerSecond: 5000,
      inFlightMax: 64,
      waitingMax: 20_000,
      ...options,
    };
    this.rate = this.#options.initialPerSecond;
    this.#tokens = this.#burst();
    this.#filledAt = options.clock.monotonic();
  }

  waiting(): number {
    return urgencies.reduce((sum, urgency) => sum + this.#queues[urgency].size, 0);
  }

  /** Resolves when a request may be sent; `leave` must follow. */
  enter(urgency: Urgency, signal: AbortSignal): Promise<void> {
    if (this.waiting() >= this.#options.waitingMax)
      return Promise.reject(new ConnectionError('too many requests wait for the rate budget'));
    return new Promise((resolve, reject) => {
      const queue = this.#queues[urgency];
      const aborted = (): void => {
        queue.delete(waiter);
        reject(new ConnectionError('aborted while waiting for the rate budget', { cause: signal.reason }));
      };
      const waiter = {
        go: () => {
          signal.removeEventListener('abort', aborted);
          resolve();
        },
      };
      if (signal.aborted) return aborted();
      signal.addEventListener('abort', aborted, { once: true });
      queue.add(waiter);
      this.#pump();
    });
  }

  leave(): void {
    this.#inFlight--;
    this.#pump();
  }

  learn(response: ApiResponse): void {
    if (response.status !== 429 && response.status !== 503) {
      this.rate = Math.min(this.#options.maxPerSecond, this.rate + growthPerSuccess);
      return;
    }
    const now = this.#options.clock.monotonic();
    this.#notBefore = Math.max(this.#notBefore, now + retryAfterMs(response));
    if (now - this.#refusedAt < sameRefusalMs) return;
    this.#refusedAt = now;
    this.rate = Math.max(this.#options.minPerSecond, this.rate / 2);
    this.#tokens = Math.min(this.#tokens, 0);
  }

  #burst(): number {
    return Math.max(1, this.rate * burstSeconds);
  }

  #pump(): void {
    const now = this.#options.clock.monotonic();
    this.#tokens = Math.min(this.#burst(), this.#tokens + ((now - this.#filledAt) / 1000) * this.rate);
    this.#filledAt = now;
    while (this.#inFlight < this.#options.inFlightMax && this.#tokens >= 1 && now >= this.#notBefore) {
      const waiter = this.#takeFirst();
      if (!waiter) return;
      this.#tokens--;
      this.#inFlight++;
      waiter.go();
    }
    if (this.#inFlight >= this.#options.inFlightMax || this.waiting() === 0) return;
    const forTokens = ((1 - this.#tokens) / this.rate) * 1000;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(Math.max(1, forTokens, this.#notBefore - now), () => this.#pump());
  }

  #takeFirst(): Waiter | undefined {
    for (const urgency of urgencies) {
      for (const waiter of this.#queues[urgency]) {
        this.#queues[urgency].delete(waiter);
        return waiter;
      }
    }
    return undefined;
  }
}

/** What `Retry-After` (seconds) says, bounded; 1 s for a 429 without it. */
function retryAfterMs(response: ApiResponse): number {
  const seconds = Number(response.headers['retry-after'] ?? (response.status === 429 ? 1 : 0));
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, retryAfterMaxMs) : 0;
}
