/** What the listener answers by itself, before or instead of the exchange: a Status in JSON. */
import type { ApiResponse } from '../../api/exchange.ts';
import { newInternalError, type StatusError } from '../../api/status.ts';

/** `error` absent: something of ours failed, and the client needn't know what. */
export function failureResponse(error: StatusError = newInternalError()): ApiResponse {
  const retryAfter = error.retryAfterSeconds;
  return {
    status: error.status.code ?? 500,
    headers: {
      'cache-control': 'no-cache, private',
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: Buffer.from(`${JSON.stringify(error.status)}\n`),
  };
}
