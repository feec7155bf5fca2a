/** No request but a long-running one takes longer than a minute. Mirrors apiserver endpoints/filters request_deadline.go, server/filters timeout.go. */
import { parseGoDuration } from '../api/duration.ts';
import { newBadRequest, newTimeout } from '../api/status.ts';
import type { Clock } from '../lib/clock.ts';
import type { RequestContext, RequestInfo } from './request-context.ts';

const requestMsMax = 60_000;
const longRunningVerbs = new Set(['watch', 'proxy']);
const longRunningSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);
const nanosecondsPerMs = 1e6;

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

/** What may take as long as it likes: no deadline, no place among the requests in flight. */
export function isLongRunning(info: RequestInfo): boolean {
  return longRunningVerbs.has(info.verb) || (info.isResourceRequest && longRunningSubresources.has(info.subresource));
}

/** Nothing, nothing sensible, or more than ours: ours. */
function deadlineMs(text: string): number {
  if (text === '') return requestMsMax;
  const parsed = parseGoDuration(text);
  if (!parsed.ok) throw newBadRequest(`invalid timeout specified in the request URL - ${parsed.error}`);
  const durationMs = Number(parsed.nanoseconds) / nanosecondsPerMs;
  return durationMs > 0 ? Math.min(durationMs, requestMsMax) : requestMsMax;
}
