/** No request but a long-running one takes longer than a minute. Mirrors apiserver endpoints/filters request_deadline.go, server/filters timeout.go. */
import { goQuote } from '../api/go-text.ts';
import { newBadRequest, newTimeout } from '../api/status.ts';
import type { Clock } from '../lib/clock.ts';
import type { RequestContext, RequestInfo } from './request-context.ts';

const requestMsMax = 60_000;
const longRunningVerbs = new Set(['watch', 'proxy']);
const longRunningSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);
const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Resolves as `run` does, or rejects when the client's `timeout`, or ours, is over; what `run` does then goes on unheard.
 * @throws StatusError Timeout; BadRequest for a `timeout` that is none
 */
export async function withDeadline<T>(
  clock: Clock,
  { info, query }: Pick<RequestContext, 'info' | 'query'>,
  run: () => Promise<T>,
): Promise<T> {
  if (isLongRunning(info)) return run();
  const delayMs = deadlineMs(query.get('timeout') ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = clock.after(delayMs, () => {
    reject(newTimeout('request did not complete within the allotted timeout', 0));
  });
  run().then(resolve, reject);
  try {
    return await promise;
  } finally {
    timer.cancel();
  }
}

function isLongRunning(info: RequestInfo): boolean {
  return longRunningVerbs.has(info.verb) || (info.isResourceRequest && longRunningSubresources.has(info.subresource));
}

/** Nothing, nothing sensible, or more than ours: ours. */
function deadlineMs(text: string): number {
  if (text === '') return requestMsMax;
  const durationMs = goDurationMs(text);
  if (durationMs === undefined) {
    const error = `time: invalid duration ${goQuote(text)}`;
    throw newBadRequest(`invalid timeout specified in the request URL - ${error}`);
  }
  return durationMs > 0 ? Math.min(durationMs, requestMsMax) : requestMsMax;
}

/** Mirrors Go's time.ParseDuration. */
function goDurationMs(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let sum = 0;
  for (const [, count = '', unit = ''] of rest.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    sum += Number(count) * (unitMs[unit] ?? 0);
  }
  return sign === '-' ? -sum : sum;
}
