/** Error responses and ERROR events as StatusErrors. */
import { parseJson } from '../api/codec/parse-json.ts';
import type { ApiResponse } from '../api/exchange.ts';
import { isJsonObject } from '../api/json.ts';
import { StatusError, type Status } from '../api/status.ts';

/** The reasons of answers that are no Status of their own. Mirrors apimachinery api/errors NewGenericServerResponse. */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The cause of those that are made of an answer that is no Status. Mirrors meta/v1 CauseTypeUnexpectedServerResponse. */
export const unexpectedResponse = 'UnexpectedServerResponse';

/** Of a response whose status is 400 or more. `Retry-After` is kept in the details. */
export function responseError(response: ApiResponse, body: string): StatusError {
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  const status = parseStatus(body) ?? statusOf(response.status, body);
  if (!Number.isFinite(seconds) || status.details?.retryAfterSeconds !== undefined) return new StatusError(status);
  return new StatusError({ ...status, details: { ...status.details, retryAfterSeconds: seconds } });
}

/** Of the object in an ERROR event. */
export function watchError(object: unknown): StatusError {
  return new StatusError(
    isStatus(object) ? object : statusOf(500, `unexpected watch error: ${JSON.stringify(object)}`),
  );
}

/** How long the server asks to wait; 0 when it doesn't say. */
export function retryAfterMs(error: unknown): number {
  if (!(error instanceof StatusError)) return 0;
  return (error.retryAfterSeconds ?? 0) * 1000;
}

function parseStatus(body: string): Status | undefined {
  try {
    const value = parseJson(body);
    return isStatus(value) ? value : undefined;
  } catch {
    // Not JSON: a proxy's page, plain text.
    return undefined;
  }
}

/** The door where JSON becomes a Status: what else it holds is only passed on. */
function isStatus(value: unknown): value is Status {
  return isJsonObject(value) && value['kind'] === 'Status' && typeof value['code'] === 'number';
}

function statusOf(code: number, message: string): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: message.slice(0, 2048),
    reason: reasons[code] ?? (code >= 500 ? 'InternalError' : 'Unknown'),
    details: { causes: [{ reason: unexpectedResponse, message: message.slice(0, 2048) }] },
    code,
  };
}
