/**
 * Posts reviews to webhooks over TLS. What may be dialled, and where a Service is, is said by whoever composes the server.
 * `node:https` is loaded when the first one is called: most tenants have none.
 */
import type { IncomingMessage } from 'node:http';
import type * as Https from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import type { WebhookClientConfig } from './definition.ts';
import { ReviewError, type PostReview } from './webhook-converter.ts';

export interface WebhookClientOptions {
  readonly clock: Clock;
  /** Rejects with an Error in upstream's words when the Service can't be reached. */
  resolveService(service: {
    readonly namespace: string;
    readonly name: string;
    readonly port: number;
  }): Promise<{ readonly host: string; readonly port: number }>;
  /** IP addresses of a host's name, which may be one; only those that may be dialled. */
  resolveHost(name: string): Promise<readonly string[]>;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly serverName: string;
  /** As messages name it. */
  readonly url: string;
}

/** What a webhook has answered, whatever the status. */
export interface WebhookAnswer {
  readonly status: number;
  /** Empty: it didn't say. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Rejects with a ReviewError in upstream's words where there is no answer. */
export type CallWebhook = (
  client: WebhookClientConfig,
  body: Uint8Array,
  timeoutSeconds: number,
) => Promise<WebhookAnswer>;

const conversionTimeoutSeconds = 30;
/** Connections are kept for the next review, but not for long. */
const idleMs = 20_000;
const freeSocketsMax = 2;
const answerBytesMax = 64 * 1024 * 1024;
const httpsPort = 443;

/** Of conversion webhooks. */
export function createWebhookClient(options: WebhookClientOptions): PostReview {
  const call = createWebhookCaller(options);
  return async (client, body) => {
    const answer = await call(client, body, conversionTimeoutSeconds);
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw new ReviewError(`the server responded with the status code ${answer.status}`);
  };
}

export function createWebhookCaller(options: WebhookClientOptions): CallWebhook {
  /** As long as the configuration is the same. */
  const agents = new WeakMap<WebhookClientConfig, Https.Agent>();
  return async (client, body, timeoutSeconds) => {
    const query = `?timeout=${timeoutSeconds}s`;
    const place = await placeOf(options, client, query);
    const https = await import('node:https');
    let agent = agents.get(client);
    if (agent === undefined) {
      const kept = { keepAlive: true, maxFreeSockets: freeSocketsMax, timeout: idleMs };
      agent = new https.Agent(client.caBundle === undefined ? kept : { ...kept, ca: client.caBundle });
      agents.set(client, agent);
    }
    const controller = new AbortController();
    const timer = options.clock.after(timeoutSeconds * 1000, () =>
      controller.abort(new Error('context deadline exceeded')),
    );
    try {
      return await post(https, agent, place, query, body, controller.signal);
    } catch (error) {
      if (error instanceof ReviewError) throw error;
      throw new ReviewError(`Post "${place.url}${query}": ${failureText(error, place)}`, { cause: error });
    } finally {
      timer.cancel();
    }
  };
}

async function post(
  https: typeof Https,
  agent: Https.Agent,
  place: Place,
  query: string,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = https.request({
    host: place.host,
    port: place.port,
    // An address is no name to ask for.
    servername: isIP(place.serverName) ? '' : place.serverName,
    method: 'POST',
    path: `${place.path}${query}`,
    headers: {
      host: place.port === httpsPort ? place.serverName : `${place.serverName}:${place.port}`,
      'content-type': 'application/json',
      accept: 'application/json, */*',
      'content-length': body.length,
    },
    agent,
  });
  const abort = (): void => void outgoing.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort);
  outgoing.once('response', resolve);
  outgoing.on('error', reject);
  outgoing.end(body);
  try {
    return await answerOf(await promise);
  } catch (error) {
    // The other side had given up a connection that was kept: nothing has been asked.
    const isStale = outgoing.reusedSocket && !signal.aborted && isReset(error);
    if (isStale) return await post(https, agent, place, query, body, signal);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

const unknownAuthority: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** In Go's words, where it has some. */
function failureText(error: unknown, { host, port }: Place): string {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const address = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  if (code === 'ECONNREFUSED') return `dial tcp ${address}: connect: connection refused`;
  if (code === 'ECONNRESET') return 'EOF';
  if (!unknownAuthority.has(code)) return text;
  return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
}

async function answerOf(message: IncomingMessage): Promise<WebhookAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    const part = Buffer.from(chunk as Uint8Array);
    bytes += part.length;
    if (bytes > answerBytesMax) throw new ReviewError('the answer is too large');
    chunks.push(part);
  }
  const contentType = message.headers['content-type'] ?? '';
  return { status: message.statusCode ?? 0, contentType, body: Buffer.concat(chunks) };
}

async function placeOf(
  options: WebhookClientOptions,
  { url, service }: WebhookClientConfig,
  query: string,
): Promise<Place> {
  if (service) {
    const name = `${service.name}.${service.namespace}.svc`;
    const path = service.path === '' ? '/' : service.path.startsWith('/') ? service.path : `/${service.path}`;
    const shown = `https://${name}:${service.port}${path}`;
    try {
      const { host, port } = await options.resolveService(service);
      return { host, port, path, serverName: name, url: shown };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new ReviewError(`Post "${shown}${query}": ${text}`, { cause: error });
    }
  }
  const parsed = new URL(url ?? '');
  const hostname = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const [host] = await options.resolveHost(hostname);
  if (host === undefined)
    throw new ReviewError(`Post "${parsed.href}${query}": dial tcp: lookup ${hostname}: no such host`);
  const port = parsed.port === '' ? httpsPort : Number(parsed.port);
  return { host, port, path: parsed.pathname, serverName: hostname, url: parsed.href };
}
