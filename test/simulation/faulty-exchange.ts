/** The network between a tenant's process and its host, and a host that has bad days. What happens is decided by a seed. */
import type { ApiRequest, ApiResponse, ByteStream, Exchange } from '../../src/api/exchange.ts';
import { sleep } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import type { MachineClock } from './virtual-clock.ts';

export interface Faults {
  /** Share of requests that something happens to, 0…1; 0: all is well. */
  share: number;
  /** Share of events that watches swallow in silence, 0…1, as if nothing had happened; some of these watches never tell anything any more. */
  lies: number;
}

export interface FaultyExchangeOptions {
  readonly exchange: Exchange;
  readonly clock: MachineClock;
  readonly random: Random;
  readonly faults: Faults;
}

const latencyMsMax = 20;
const slowMsMax = 5_000;
const timeoutMs = 10_000;
const lateMsMax = 4_000;
const frozenShare = 0.2;

type Fault =
  | 'lost before'
  | 'lost after'
  | 'conflict'
  | 'too many'
  | 'broken before'
  | 'broken after'
  | 'unavailable'
  | 'timeout'
  | 'slow';

const faultsOfWrites: readonly Fault[] = [
  'lost before',
  'lost after',
  'conflict',
  'too many',
  'broken before',
  'broken after',
  'unavailable',
  'timeout',
  'slow',
];
const faultsOfReads: readonly Fault[] = ['lost before', 'too many', 'broken before', 'unavailable', 'slow'];

export function faultyExchange(options: FaultyExchangeOptions): Exchange {
  const { exchange, clock, random, faults } = options;
  const latency = (): Promise<void> => sleep(clock, random.next() * latencyMsMax);
  return async (request) => {
    await latency();
    const fault = random.next() < faults.share ? pick(random, request) : undefined;
    const before = await beforeExecution(options, fault);
    if (before) return before;
    const response = await exchange(request);
    await latency();
    await afterExecution(options, fault);
    if (fault === 'broken after') return failure(500, 'InternalError', 'broke after it was done');
    if (fault === 'timeout') return failure(504, 'Timeout', 'took too long');
    if (response.body instanceof Uint8Array || !isWatch(request)) return response;
    return { ...response, body: unreliable(options, request, response.body) };
  };
}

async function beforeExecution(
  { clock, random }: FaultyExchangeOptions,
  fault: Fault | undefined,
): Promise<ApiResponse | undefined> {
  switch (fault) {
    case 'lost before':
      await sleep(clock, random.next() * timeoutMs);
      throw new Error('the connection broke');
    case 'conflict':
      return failure(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version');
    case 'too many':
      return failure(429, 'TooManyRequests', 'too many requests', 1 + Math.floor(random.next() * 3));
    case 'broken before':
      return failure(500, 'InternalError', 'broke before it was done');
    case 'unavailable':
      return failure(503, 'ServiceUnavailable', 'not now');
    case 'slow':
      await sleep(clock, random.next() * slowMsMax);
      return undefined;
    case 'lost after':
    case 'broken after':
    case 'timeout':
    case undefined:
      return undefined;
  }
}

async function afterExecution({ clock, random }: FaultyExchangeOptions, fault: Fault | undefined): Promise<void> {
  if (fault === 'slow') await sleep(clock, random.next() * slowMsMax);
  if (fault === 'timeout') await sleep(clock, timeoutMs);
  if (fault !== 'lost after') return;
  await sleep(clock, random.next() * timeoutMs);
  throw new Error('the connection broke');
}

/** A watch's stream: late, cut in the middle, ended with 410. */
async function* unreliable(
  { clock, random, faults }: FaultyExchangeOptions,
  request: ApiRequest,
  body: ByteStream,
): ByteStream {
  for await (const chunk of body) {
    await sleep(clock, random.next() * latencyMsMax, request.signal);
    const chance = random.next();
    if (chance < faults.share) await sleep(clock, random.next() * lateMsMax, request.signal);
    else if (chance < faults.share * 1.5) throw new Error('the stream was cut');
    else if (chance < faults.share * 1.75) {
      yield chunk.subarray(0, chunk.length >> 1);
      throw new Error('the stream was cut in the middle of a line');
    } else if (chance < faults.share * 2) {
      yield Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired', 'too old') })}\n`);
      return;
    }
    if (request.signal.aborted) return;
    if (faults.lies > 0 && isChange(chunk) && random.next() < faults.lies) {
      if (random.next() < frozenShare) await aborted(request.signal);
      continue;
    }
    yield chunk;
  }
}

/** Bookmarks are not swallowed: a watch that never says that all has been told is one that is slow. */
function isChange(chunk: Uint8Array): boolean {
  return !Buffer.from(chunk).includes('"BOOKMARK"');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function isWatch({ query }: ApiRequest): boolean {
  return new URLSearchParams(query).has('watch');
}

function pick(random: Random, { method }: ApiRequest): Fault {
  const possible = method === 'GET' ? faultsOfReads : faultsOfWrites;
  return possible[Math.floor(random.next() * possible.length)] ?? 'slow';
}

function status(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function failure(code: number, reason: string, message: string, retryAfterSeconds?: number): ApiResponse {
  return {
    status: code,
    headers: {
      'content-type': 'application/json',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: Buffer.from(JSON.stringify(status(code, reason, message))),
  };
}
