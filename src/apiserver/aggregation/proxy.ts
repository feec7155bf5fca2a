/** Passes requests for a group version on to the server that serves it. Mirrors kube-aggregator apiserver/handler_proxy.go, v1.36. */
import type { IncomingMessage } from 'node:http';
import type { ApiRequest, ApiResponse } from '../../api/exchange.ts';
import type { User } from '../../api/user.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { tunnel } from '../connect/tunnel.ts';
import type { RequestContext } from '../request-context.ts';
import { isLongRunning } from '../request-deadline.ts';
import { requestHeaders, responseHeaders } from './proxy-headers.ts';
import type { RemoteService } from './remote-service.ts';
import type { ServiceResolver } from './service-resolver.ts';

export interface ProxyOptions {
  readonly resolve: ServiceResolver;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What isn't long-running must be over by then; the client has been told so before. */
const exchangeMsMax = 61_000;
/** Requests under way to one extension server. */
const inFlightMax = 2_000;
const redirectText = 'the backend attempted to redirect this request, which is not permitted';
const plainText = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

export async function passOn(
  context: Pick<RequestContext, 'request' | 'info' | 'query' | 'user'>,
  remote: RemoteService,
  { resolve, clock, logger }: ProxyOptions,
): Promise<ApiResponse> {
  const { request, info, user } = context;
  if (!remote.available) return plain(503, 'service unavailable');
  if (remote.inFlight >= inFlightMax)
    return { ...plain(429, 'too many requests'), headers: { ...plainText, 'retry-after': '1' } };
  let endpoint;
  try {
    endpoint = await resolve(remote.service);
  } catch (error) {
    logger.warn({ name: remote.name, error }, 'the Service of an APIService cannot be resolved');
    return plain(503, 'service unavailable');
  }
  const limit = request.upgrade !== undefined ? 'answer' : isLongRunning(info) ? 'none' : 'whole';
  const ending = new Ending(request, clock, limit);
  remote.inFlight++;
  ending.onEnd(() => remote.inFlight--);
  try {
    const answer = await remote.server.send({
      endpoint,
      method: request.method,
      target: targetOf(context),
      headers: headersOf(request, user, remote),
      body: request.bodyStream ?? request.body,
      signal: ending.signal,
    });
    if (answer.kind === 'response') {
      const { statusCode = 0 } = answer.message;
      if (request.upgrade === undefined || statusCode >= 400) return streamed(answer.message, ending);
      answer.message.once('close', () => ending.end()).destroy();
      return plain(503, `invalid upgrade response: status code ${statusCode}`);
    }
    const { message, connection, head } = answer;
    ending.answered();
    connection.on('error', () => undefined);
    connection.once('close', () => ending.end());
    ending.signal.addEventListener('abort', () => connection.destroy(), { once: true });
    if (ending.signal.aborted) connection.destroy();
    return {
      status: 101,
      headers: { ...responseHeaders(message.headers), connection: 'Upgrade', upgrade: message.headers.upgrade ?? '' },
      body: new Uint8Array(),
      upgrade(client) {
        if (head.length > 0) connection.unshift(head);
        tunnel(client, connection);
      },
    };
  } catch (error) {
    ending.end();
    return plain(503, `error trying to reach service: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function headersOf(request: ApiRequest, user: User, remote: RemoteService): ReturnType<typeof requestHeaders> {
  const headers = requestHeaders(request, user, {
    host: remote.serverName,
    forwardedFor: request.peer?.address,
  });
  if (request.upgrade !== undefined) Object.assign(headers, { connection: 'Upgrade', upgrade: request.upgrade });
  if (!request.bodyStream) {
    delete headers['content-length'];
    const hasBody = request.body.length > 0 || request.method === 'POST' || request.method === 'PUT';
    if (hasBody) headers['content-length'] = String(request.body.length);
  }
  return headers;
}

/**
 * As it was understood here, encoded anew: the path that is asked for there is the one that was authorized. Mirrors the making of `location`.
 */
function targetOf({ info, query }: Pick<RequestContext, 'info' | 'query'>): string {
  const path = info.path.split('/').map(escapedSegment).join('/');
  const sorted = new URLSearchParams(query);
  sorted.sort();
  const text = sorted.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Mirrors net/url's escaping of paths. */
function escapedSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed())
    .replaceAll(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, (escape) => decodeURIComponent(escape))
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function streamed(message: IncomingMessage, ending: Ending): ApiResponse {
  const status = message.statusCode ?? 502;
  message.once('close', () => ending.end());
  if (status >= 300 && status <= 399 && (message.headers.location ?? '') !== '') {
    message.destroy();
    // Whoever follows it would go where the extension server wants, with what is meant for this server.
    return { status: 502, headers: { 'content-type': plainText['content-type'] }, body: Buffer.from(redirectText) };
  }
  return { status, headers: responseHeaders(message.headers), body: message };
}

/** The text and no Status: this is not the server that was asked. Mirrors proxyError. */
function plain(status: number, text: string): ApiResponse {
  return { status, headers: plainText, body: Buffer.from(`${text}\n`) };
}

/** What must be over in time. */
type TimeLimit = 'whole' | 'answer' | 'none';

/** When an exchange is over: by itself, because the client has gone, or because it takes too long. */
class Ending {
  readonly #abort = new AbortController();
  readonly #endings: (() => void)[] = [];
  readonly #timer: Timer | undefined;
  #over = false;

  constructor(request: ApiRequest, clock: Clock, limit: TimeLimit) {
    const abort = (): void => this.#abort.abort();
    request.signal.addEventListener('abort', abort, { once: true });
    if (request.signal.aborted) abort();
    this.#timer = limit === 'none' ? undefined : clock.after(exchangeMsMax, abort);
    this.onEnd(() => {
      this.#timer?.cancel();
      request.signal.removeEventListener('abort', abort);
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Of what only the answer had to come in time. */
  answered(): void {
    this.#timer?.cancel();
  }

  onEnd(run: () => void): void {
    this.#endings.push(run);
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const run of this.#endings) run();
  }
}
