/**
 * Posts reviews to conversion webhooks over TLS. What may be dialled, and where a Service is, is said by whoever composes the server.
 * `node:https` is loaded when the first one is called: most tenants have none.
 */
import type { IncomingMessage } from 'node:http';
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

const timeoutMs = 30_000;
const answerBytesMax = 64 * 1024 * 1024;
const httpsPort = 443;

export function createWebhookClient(options: WebhookClientOptions): PostReview {
  return async (client, body) => {
    const place = await placeOf(options, client);
    const fail = (error: unknown): ReviewError => {
      const text = error instanceof Error ? error.message : String(error);
      return new ReviewError(`Post "${place.url}?timeout=30s": ${text}`, { cause: error });
    };
    const https = await import('node:https');
    const controller = new AbortController();
    const timer = options.clock.after(timeoutMs, () => controller.abort(new Error('context deadline exceeded')));
    try {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const outgoing = https.request({
        host: place.host,
        port: place.port,
        // An address is no name to ask for.
        servername: isIP(place.serverName) ? '' : place.serverName,
        method: 'POST',
        path: `${place.path}?timeout=30s`,
        headers: {
          host: place.port === httpsPort ? place.serverName : `${place.serverName}:${place.port}`,
          'content-type': 'application/json',
          accept: 'application/json, */*',
          'content-length': body.length,
        },
        ...(client.caBundle === undefined ? {} : { ca: client.caBundle }),
        agent: false,
      });
      controller.signal.addEventListener('abort', () => outgoing.destroy(controller.signal.reason as Error));
      outgoing.once('response', resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
      return await answerOf(await promise);
    } catch (error) {
      if (error instanceof ReviewError) throw error;
      throw fail(error);
    } finally {
      timer.cancel();
    }
  };
}

async function answerOf(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    const part = Buffer.from(chunk as Uint8Array);
    bytes += part.length;
    if (bytes > answerBytesMax) throw new ReviewError('the answer is too large');
    chunks.push(part);
  }
  const { statusCode = 0 } = message;
  if (statusCode >= 200 && statusCode < 300) return Buffer.concat(chunks);
  throw new ReviewError(`the server responded with the status code ${statusCode}`);
}

async function placeOf(options: WebhookClientOptions, { url, service }: WebhookClientConfig): Promise<Place> {
  if (service) {
    const name = `${service.name}.${service.namespace}.svc`;
    const path = service.path === '' ? '/' : service.path.startsWith('/') ? service.path : `/${service.path}`;
    const shown = `https://${name}:${service.port}${path}`;
    try {
      const { host, port } = await options.resolveService(service);
      return { host, port, path, serverName: name, url: shown };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new ReviewError(`Post "${shown}?timeout=30s": ${text}`, { cause: error });
    }
  }
  const parsed = new URL(url ?? '');
  const hostname = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const [host] = await options.resolveHost(hostname);
  if (host === undefined)
    throw new ReviewError(`Post "${parsed.href}?timeout=30s": dial tcp: lookup ${hostname}: no such host`);
  const port = parsed.port === '' ? httpsPort : Number(parsed.port);
  return { host, port, path: parsed.pathname, serverName: hostname, url: parsed.href };
}
