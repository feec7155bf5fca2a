/**
 * Requests that each have a connection of their own, over HTTP/1.1: bodies stream both ways, protocols can be switched, and a reader that stands still
 * holds up nobody else. (On a shared HTTP/2 connection, one log that isn't read fills the window of all.) `node:https` is loaded with the
 * first one: most clients have none.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ByteStream } from '../api/exchange.ts';
import type { Clock } from '../lib/clock.ts';
import { ConnectionError, connectionError } from './connection-error.ts';
import { plainHeaders } from './http2-pool.ts';
import { hostOf, portOf, tlsOptions, type TlsCredentials } from './tls-connection.ts';
import { sendBody } from '../lib/send-body.ts';

export interface DirectExchangeOptions {
  /** `https://host:6443`; a path in it is put before all paths. `http://` is for loopback proxies only. */
  readonly server: string;
  /** PEM; absent: the system's. */
  readonly certificateAuthority?: string;
  readonly clientCertificate?: () => { readonly certificate: string; readonly key: string };
  /** A bearer token, asked before each request. */
  readonly token?: () => string | Promise<string>;
  readonly clock: Clock;
  /** Until the server has taken the connection; default 10000. An answer may take its time. */
  readonly connectTimeoutMs?: number;
  /** Open at once; default 500. More are refused. */
  readonly openMax?: number;
}

export interface DirectRequest {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  /** With `connection: Upgrade` to switch the protocol. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array | ByteStream;
  /** Ends everything but a switched connection, which is its owner's. */
  readonly signal: AbortSignal;
}

export type DirectAnswer =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | readonly string[]>>;
      readonly body: ByteStream;
    }
  /** The server has switched: bytes that came early can be read from the connection. Its errors are its owner's to handle. */
  | {
      readonly kind: 'upgraded';
      readonly headers: Readonly<Record<string, string | readonly string[]>>;
      readonly connection: Duplex;
    };

export interface DirectExchange {
  /** Rejects with a ConnectionError, or {@link TooManyOpen}. */
  send(request: DirectRequest): Promise<DirectAnswer>;
  /** Breaks off whatever is open. Idempotent. */
  close(): void;
}

/** The limit of open connections is reached. */
export class TooManyOpen extends Error {
  override readonly name = 'TooManyOpen';
}

const openMaxDefault = 500;
const connectTimeoutDefaultMs = 10_000;
const headerBytesMax = 64 * 1024;
const keepAliveMs = 30_000;

/** No connection is made before the first request. */
export function createDirectExchange(options: DirectExchangeOptions): DirectExchange {
  return new Connections(options);
}

class Connections implements DirectExchange {
  readonly #options: DirectExchangeOptions;
  readonly #server: URL;
  /** What destroys each of those that are open. */
  readonly #open = new Set<() => void>();
  #closed = false;

  constructor(options: DirectExchangeOptions) {
    this.#options = options;
    this.#server = new URL(options.server);
  }

  async send(request: DirectRequest): Promise<DirectAnswer> {
    if (this.#closed) throw new ConnectionError('the connection has been closed');
    if (this.#open.size >= (this.#options.openMax ?? openMaxDefault))
      throw new TooManyOpen('too many connections are open');
    const headers: Record<string, string | string[]> = { ...request.headers };
    const place = (): void => undefined;
    // Taken at once: who waits for a token counts.
    this.#open.add(place);
    try {
      if (this.#options.token) headers['authorization'] = `Bearer ${await this.#options.token()}`;
      if (request.signal.aborted) throw new ConnectionError('aborted');
      return await this.#exchange(await this.#start(request, headers), request);
    } catch (error) {
      throw connectionError(`${request.method} ${this.#server.host}`, error);
    } finally {
      this.#open.delete(place);
    }
  }

  close(): void {
    this.#closed = true;
    for (const destroy of this.#open) destroy();
  }

  async #start(request: DirectRequest, headers: Record<string, string | string[]>): Promise<ClientRequest> {
    const server = this.#server;
    const prefix = server.pathname.replace(/\/$/, '');
    const options: RequestOptions = {
      method: request.method,
      path: prefix + request.target,
      headers,
      maxHeaderSize: headerBytesMax,
      agent: false,
    };
    if (server.protocol === 'http:') {
      const http = await import('node:http');
      return http.request({ ...options, host: hostOf(server), port: portOf(server) });
    }
    const https = await import('node:https');
    return https.request({ ...tlsOptions(server, this.#credentials()), ...options });
  }

  #exchange(outgoing: ClientRequest, { signal, body }: DirectRequest): Promise<DirectAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<DirectAnswer>();
    const abort = (): void => void outgoing.destroy(new ConnectionError('aborted'));
    this.#open.add(abort);
    signal.addEventListener('abort', abort, { once: true });
    outgoing.once('close', () => {
      this.#open.delete(abort);
      signal.removeEventListener('abort', abort);
      reject(new ConnectionError('the connection was closed before an answer came'));
    });
    this.#limitConnecting(outgoing);
    // After the answer: what there is to know is the message's.
    outgoing.on('error', reject);
    outgoing.once('response', (message) => resolve(answered(message)));
    outgoing.once('upgrade', (message, connection, head) => {
      resolve(this.#switched(message, connection, head));
    });
    void sendBody(outgoing, body);
    return promise;
  }

  #switched(message: IncomingMessage, connection: Duplex & { setKeepAlive?: unknown }, head: Buffer): DirectAnswer {
    const destroy = (): void => void connection.destroy();
    this.#open.add(destroy);
    connection.once('close', () => this.#open.delete(destroy));
    // Until its owner has it.
    connection.on('error', () => undefined);
    if (head.length > 0) connection.unshift(head);
    return { kind: 'upgraded', headers: plainHeaders(message.headers), connection };
  }

  #limitConnecting(outgoing: ClientRequest): void {
    const { clock, connectTimeoutMs = connectTimeoutDefaultMs } = this.#options;
    outgoing.once('socket', (socket) => {
      // What is silent for long must still be found out when its other end is lost.
      socket.setKeepAlive(true, keepAliveMs);
      socket.setNoDelay(true);
      const timer = clock.after(connectTimeoutMs, () =>
        outgoing.destroy(new ConnectionError(`connecting took longer than ${connectTimeoutMs} ms`)),
      );
      const done = (): void => timer.cancel();
      socket.once(this.#server.protocol === 'http:' ? 'connect' : 'secureConnect', done);
      socket.once('close', done);
    });
  }

  #credentials(): TlsCredentials {
    const { certificateAuthority, clientCertificate } = this.#options;
    return { certificateAuthority, serverName: undefined, insecureSkipVerify: false, clientCertificate };
  }
}

function answered(message: IncomingMessage): DirectAnswer {
  message.on('error', () => undefined);
  return {
    kind: 'response',
    status: message.statusCode ?? 502,
    headers: plainHeaders(message.headers),
    body: message,
  };
}
