/**
 * HTTP/2 connections to one server: usually one. A further one is opened when the server's limit of concurrent streams is reached
 * (many watches), when the server is leaving, or when the client certificate has changed.
 */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ApiRequest, ApiResponse, ByteStream } from '../api/exchange.ts';
import type { Timer } from '../lib/clock.ts';
import { ConnectionError, connectionError } from './connection-error.ts';
import { PauseLimit, type PauseLimits } from './pause-limit.ts';
import { StreamChunks } from './stream-chunks.ts';

export interface HttpLimits extends PauseLimits {
  readonly pingIntervalMs: number;
}

interface Connection {
  readonly session: ClientHttp2Session;
  /** Of the client certificate that it was opened with. */
  readonly identity: string;
  streams: number;
  draining: boolean;
  ping: Timer | undefined;
}

/** Streams that a connection carries when the server doesn't say. */
const streamsDefault = 100;
const windowBytes = 4 * 1024 * 1024;
/** MB. At Node's default of 10, a few large bodies under way make every other stream fail. */
const sessionMemoryMax = 1000;
const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
]);

export class Http2Pool {
  readonly #server: URL;
  readonly #connect: () => Promise<TLSSocket>;
  readonly #identity: () => string;
  readonly #limits: HttpLimits;
  readonly #connections = new Set<Connection>();
  #opening: Promise<Connection | undefined> | undefined;

  constructor(server: URL, connect: () => Promise<TLSSocket>, identity: () => string, limits: HttpLimits) {
    this.#server = server;
    this.#connect = connect;
    this.#identity = identity;
    this.#limits = limits;
  }

  /** Which protocol the server agrees on. Opens the first connection. */
  async negotiate(): Promise<'h1' | 'h2'> {
    return (await this.#open()) ? 'h2' : 'h1';
  }

  async send(request: ApiRequest, path: string, headers: Record<string, string>): Promise<ApiResponse> {
    const reused = this.#usable() !== undefined;
    try {
      return await this.#sendOn(await this.#connection(), request, path, headers);
    } catch (error) {
      // A connection that died in silence is noticed by the next request: what changes nothing may be asked again.
      const again = reused && !request.signal.aborted && (request.method === 'GET' || isRefused(error));
      if (!again) throw error;
      return this.#sendOn(await this.#connection(), request, path, headers);
    }
  }

  close(): void {
    for (const connection of this.#connections) this.#drop(connection);
  }

  #usable(): Connection | undefined {
    const identity = this.#identity();
    for (const connection of this.#connections) {
      if (connection.identity !== identity) this.#retire(connection);
      if (connection.draining || connection.session.destroyed || connection.session.closed) continue;
      const max = connection.session.remoteSettings?.maxConcurrentStreams ?? streamsDefault;
      if (connection.streams < max) return connection;
    }
    return undefined;
  }

  async #connection(): Promise<Connection> {
    const connection = this.#usable() ?? (await this.#open());
    if (!connection) throw new ConnectionError(`${this.#server.host} no longer speaks HTTP/2`);
    return connection;
  }

  /** Opens one connection, however many ask at once. `undefined`: the server doesn't speak HTTP/2. */
  async #open(): Promise<Connection | undefined> {
    this.#opening ??= this.#openOne();
    try {
      return await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  async #openOne(): Promise<Connection | undefined> {
    const identity = this.#identity();
    const socket = await this.#connect();
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy();
      return undefined;
    }
    const session = connect(this.#server.origin, {
      createConnection: () => socket,
      maxSessionMemory: sessionMemoryMax,
      settings: { enablePush: false, initialWindowSize: windowBytes },
    });
    session.setLocalWindowSize(windowBytes);
    // Many long watches: no limit of ours on memory that the streams' own windows bound already.
    session.setMaxListeners(0);
    const connection: Connection = { session, identity, streams: 0, draining: false, ping: undefined };
    this.#connections.add(connection);
    session.on('goaway', () => this.#retire(connection));
    // Each stream hears of the error by itself; here it must only not be uncaught.
    session.on('error', () => this.#drop(connection));
    session.on('close', () => this.#drop(connection));
    return connection;
  }

  /** No new streams; closed when the last one ends. */
  #retire(connection: Connection): void {
    connection.draining = true;
    if (connection.streams === 0) this.#drop(connection);
  }

  #drop(connection: Connection): void {
    connection.draining = true;
    connection.ping?.cancel();
    this.#connections.delete(connection);
    if (!connection.session.destroyed) connection.session.destroy();
  }

  #sendOn(
    connection: Connection,
    request: ApiRequest,
    path: string,
    headers: Record<string, string>,
  ): Promise<ApiResponse> {
    return new Promise((resolve, reject) => {
      if (request.signal.aborted) return reject(new ConnectionError('aborted'));
      const stream = connection.session.request(
        { ':method': request.method, ':path': path, ...endToEnd(headers) },
        { endStream: request.body.length === 0 },
      );
      this.#track(connection, stream);
      const timeout = this.#limits.clock.after(this.#limits.responseTimeoutMs, () =>
        stream.destroy(new ConnectionError(`no answer within ${this.#limits.responseTimeoutMs} ms`)),
      );
      const abort = (): void => {
        // Errors with a listener only: a stream without a reader has none once its headers have come.
        stream.close(constants.NGHTTP2_CANCEL);
        reject(new ConnectionError('aborted', { cause: request.signal.reason }));
      };
      request.signal.addEventListener('abort', abort, { once: true });
      let answered = false;
      stream.once('close', () => {
        timeout.cancel();
        request.signal.removeEventListener('abort', abort);
        if (!answered) reject(new ConnectionError('the connection was closed before an answer came'));
      });
      stream.on('error', (error) => reject(connectionError('the connection failed', error)));
      stream.once('response', (answer) => {
        answered = true;
        timeout.cancel();
        const { ':status': status = 0, ...rest } = answer;
        resolve({ status, headers: plainHeaders(rest), body: this.#body(stream, new StreamChunks(stream), request) });
      });
      if (request.body.length > 0) stream.end(request.body);
    });
  }

  /** Counts the stream and keeps the connection under observation while there is one. */
  #track(connection: Connection, stream: ClientHttp2Stream): void {
    if (connection.streams++ === 0) this.#schedulePing(connection);
    stream.once('close', () => {
      connection.streams--;
      if (connection.streams > 0) return;
      connection.ping?.cancel();
      connection.ping = undefined;
      if (connection.draining) this.#drop(connection);
    });
  }

  #schedulePing(connection: Connection): void {
    const { clock, pingIntervalMs } = this.#limits;
    connection.ping = clock.after(pingIntervalMs, () => {
      if (connection.session.destroyed) return;
      const deadline = clock.after(pingIntervalMs / 2, () =>
        connection.session.destroy(new ConnectionError('the server does not answer pings')),
      );
      connection.session.ping((error) => {
        deadline.cancel();
        if (!error && connection.streams > 0) this.#schedulePing(connection);
      });
    });
  }

  async *#body(stream: ClientHttp2Stream, chunks: StreamChunks, request: ApiRequest): ByteStream {
    const endless = isEndless(request);
    const pause = endless ? undefined : new PauseLimit(this.#limits, (error) => stream.destroy(error));
    try {
      pause?.heard();
      for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) {
        yield chunk;
        pause?.heard();
      }
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR && !request.signal.aborted)
        throw new ConnectionError(`the server reset the stream (${stream.rstCode})`);
    } catch (error) {
      // Whoever ends a watch has no complaint.
      if (endless && request.signal.aborted) return;
      throw connectionError('the connection failed', error);
    } finally {
      pause?.stop();
      if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL);
    }
  }
}

/** Bodies that may say nothing for long: watches and followed logs. */
export function isEndless(request: ApiRequest): boolean {
  return /(^|&)(watch|follow)=(1|true)(&|$)/.test(request.query);
}

function endToEnd(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !connectionHeaders.has(name)));
}

/** Node's header objects without the values that aren't there and without HTTP/2's own fields. */
export function plainHeaders(
  headers: Readonly<Record<string, string | readonly string[] | number | undefined>>,
): Record<string, string | readonly string[]> {
  const plain: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    plain[name] = typeof value === 'number' ? String(value) : value;
  }
  return plain;
}

function isRefused(error: unknown): boolean {
  return (
    error instanceof Error && /REFUSED_STREAM|GOAWAY|ERR_HTTP2_(INVALID_SESSION|SESSION_ERROR)/.test(causes(error))
  );
}

function causes(error: Error): string {
  const code = (error as { code?: unknown }).code;
  const own = `${typeof code === 'string' ? code : ''} ${error.message}`;
  return error.cause instanceof Error ? `${own} ${causes(error.cause)}` : own;
}
