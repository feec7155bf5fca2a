/**
 * How many requests are worked on at once: more wait for their turn, a while and within bounds, and what is too much is refused with 429. Mirrors
 * the limits of apiserver server/filters WithMaxInFlightLimit, and of WithPriorityAndFairness that requests wait, those of one user behind each other
 * and not in front of everybody else's.
 *
 * The argument: a place is either held by a request under way or free, and nobody waits while one is free. Who waits is in exactly one line, that of
 * its user; lines are served in turn, so a user with a thousand requests delays another's first one by one place.
 */
import type { ApiResponse } from '../../api/exchange.ts';
import type { Clock } from '../../lib/clock.ts';
import { isLongRunning } from '../request-deadline.ts';
import type { RequestContext } from '../request-context.ts';

export interface RequestLimits {
  readonly readsInFlightMax: number;
  readonly writesInFlightMax: number;
  /** Requests that wait, of either kind. */
  readonly waitingMax: number;
  /** Of the bodies of requests that wait. */
  readonly waitingBytesMax: number;
  readonly waitingTimeoutMs: number;
}

/** Upstream's defaults; the waiting as of its priority level for ordinary users: a quarter of the time that a request has. */
const defaultRequestLimits: RequestLimits = {
  readsInFlightMax: 400,
  writesInFlightMax: 200,
  waitingMax: 3000,
  waitingBytesMax: 64 * 1024 * 1024,
  waitingTimeoutMs: 15_000,
};

/** Gives the place back; must be called once. */
export type Leave = () => void;

const readVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
/** Who asks whether we are well must hear it above all when we are busy. */
const probes = /^\/(?:healthz|livez|readyz)(?:\/|$)/;
const retryAfterSeconds = 1;

interface Waiting {
  readonly bytes: number;
  /** `undefined`: it waited in vain. */
  readonly settle: (leave: Leave | undefined) => void;
}

/** All requests of one kind. */
interface Lane {
  readonly inFlightMax: number;
  inFlight: number;
  /** By user, in the order in which they are served next. No line is empty. */
  readonly lines: Map<string, Set<Waiting>>;
}

export class InFlightRequests {
  readonly #clock: Clock;
  readonly #limits: RequestLimits;
  readonly #reads: Lane;
  readonly #writes: Lane;
  #waiting = 0;
  #waitingBytes = 0;

  constructor(clock: Clock, limits: Partial<RequestLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...defaultRequestLimits, ...limits };
    this.#reads = { inFlightMax: this.#limits.readsInFlightMax, inFlight: 0, lines: new Map() };
    this.#writes = { inFlightMax: this.#limits.writesInFlightMax, inFlight: 0, lines: new Map() };
  }

  /** `undefined`: there is too much to do. What is long-running, a probe, or comes from our own process has no limit. */
  enter(context: Pick<RequestContext, 'info' | 'request' | 'user'>): Leave | Promise<Leave | undefined> | undefined {
    const { info, request, user } = context;
    if (request.user !== undefined || isLongRunning(info) || probes.test(info.path)) return () => undefined;
    const lane = readVerbs.has(info.verb) ? this.#reads : this.#writes;
    if (lane.inFlight < lane.inFlightMax) return this.#take(lane);
    const bytes = request.body.length;
    const full = this.#waiting >= this.#limits.waitingMax || this.#waitingBytes + bytes > this.#limits.waitingBytesMax;
    if (full && !this.#makeRoom(lane, user.name, bytes)) return undefined;
    return this.#wait(lane, user.name, bytes, request.signal);
  }

  #take(lane: Lane): Leave {
    lane.inFlight++;
    return () => {
      lane.inFlight--;
      this.#callNext(lane);
    };
  }

  #wait(lane: Lane, user: string, bytes: number, signal: AbortSignal): Promise<Leave | undefined> {
    const { promise, resolve } = Promise.withResolvers<Leave | undefined>();
    const giveUp = (): void => this.#remove(lane, user, waiting);
    const timer = this.#clock.after(this.#limits.waitingTimeoutMs, giveUp);
    const waiting: Waiting = {
      bytes,
      settle: (leave) => {
        timer.cancel();
        signal.removeEventListener('abort', giveUp);
        resolve(leave);
      },
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const line = lane.lines.get(user) ?? new Set();
    lane.lines.set(user, line.add(waiting));
    this.#waiting++;
    this.#waitingBytes += bytes;
    if (signal.aborted) giveUp();
    return promise;
  }

  #callNext(lane: Lane): void {
    const [next] = lane.lines;
    if (next === undefined || lane.inFlight >= lane.inFlightMax) return;
    const [user, line] = next;
    const [first] = line;
    if (first === undefined) return;
    this.#leaveLine(lane, user, line, first);
    // Its user's next one comes after everybody else's.
    lane.lines.delete(user);
    if (line.size > 0) lane.lines.set(user, line);
    first.settle(this.#take(lane));
  }

  /** Sends the last of a longer line away. `false`: there is none but the newcomer's own. */
  #makeRoom(lane: Lane, newcomer: string, bytes: number): boolean {
    const own = lane.lines.get(newcomer)?.size ?? 0;
    let longest: [string, Set<Waiting>] | undefined;
    for (const entry of lane.lines) if (entry[1].size > (longest?.[1].size ?? own + 1)) longest = entry;
    const last = longest && [...longest[1]].at(-1);
    if (longest === undefined || last === undefined) return false;
    this.#remove(lane, longest[0], last);
    return this.#waitingBytes + bytes <= this.#limits.waitingBytesMax;
  }

  #remove(lane: Lane, user: string, waiting: Waiting): void {
    const line = lane.lines.get(user);
    if (!line?.has(waiting)) return;
    this.#leaveLine(lane, user, line, waiting);
    waiting.settle(undefined);
  }

  #leaveLine(lane: Lane, user: string, line: Set<Waiting>, waiting: Waiting): void {
    line.delete(waiting);
    if (line.size === 0) lane.lines.delete(user);
    this.#waiting--;
    this.#waitingBytes -= waiting.bytes;
  }
}

/** Upstream answers this one without a Status. Mirrors apiserver server/filters tooManyRequests. */
export function tooManyRequests(): ApiResponse {
  return {
    status: 429,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'retry-after': String(retryAfterSeconds),
    },
    body: Buffer.from('Too many requests, please try again later.\n'),
  };
}
