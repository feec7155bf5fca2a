/**
 * The API server's port: TLS with HTTP/2 and HTTP/1.1, client certificates asked for but not demanded. HTTP/2 goes over the core
 * stream API, which costs half of the compatible one.
 */
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Peer } from '../../api/exchange.ts';
import type { Service } from '../../lib/service.ts';
import { answerHttp1 } from './http1-request.ts';
import { answerUpgrade, wantsUpgrade } from './http1-upgrade.ts';
import { answerHttp2 } from './http2-stream.ts';
import {
  defaultListenerLimits,
  type ListenerCredentials,
  type ListenerLimits,
  type ListenerOptions,
} from './listener-options.ts';
import { peerOf } from './peer.ts';
import type { Serving } from './serving.ts';
import { UnreadAnswers } from './unread-answers.ts';

export class Listener implements Service {
  readonly name = 'listener';
  readonly #options: ListenerOptions;
  readonly #limits: ListenerLimits;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Map<ServerHttp2Session, { streams: number }>();
  readonly #sockets = new Set<TLSSocket>();
  /** HTTP/1.1 sockets that carry a request. */
  readonly #busy = new Set<TLSSocket>();
  /** Those that carry another protocol now, or ask to. */
  readonly #upgraded = new Set<Duplex>();
  readonly #stopping = new AbortController();
  readonly #serving: Serving;
  #stopped: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#limits = { ...defaultListenerLimits, ...options.limits };
    const unread = new UnreadAnswers(options.clock, this.#limits);
    this.#serving = { options, limits: this.#limits, unread, stopping: this.#stopping.signal };
    this.#server = createServer(options.credentials, this.#limits);
    this.#attach();
  }

  async start(): Promise<void> {
    const { address = '127.0.0.1', port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        this.#server.removeListener('error', reject);
        this.#server.on('error', (error) => this.#options.logger.error({ error }, 'the listener failed'));
        resolve();
      });
    });
  }

  /** The port that was asked for, or found. Throws before `start` has resolved. */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener is not started');
    return address.port;
  }

  /** New connections get these; the present ones go on. */
  setCredentials(credentials: ListenerCredentials): void {
    this.#server.setSecureContext(secureContext(credentials));
  }

  /** Requests under way are finished (watches ended at once), within the limit. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // GOAWAY; resolves when the streams are done.
    for (const session of this.#sessions.keys()) session.close();
    for (const socket of this.#sockets) {
      if (this.#upgraded.has(socket)) socket.destroySoon();
      else if (socket.alpnProtocol !== 'h2' && !this.#busy.has(socket)) socket.destroySoon();
    }
    const timer = this.#options.clock.after(this.#limits.stopTimeoutMs, () => {
      for (const session of this.#sessions.keys()) session.destroy();
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    timer.cancel();
  }

  #attach(): void {
    const server = this.#server;
    server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      if (this.#stopping.signal.aborted) socket.destroy();
    });
    server.on('session', (session) => this.#addSession(session));
    server.on('request', (request, response) => this.#answerHttp1(request, response));
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!(socket instanceof TLSSocket)) return void socket.destroy();
      void answerUpgrade(this.#serving, this.#upgraded, request, socket, head, peerOf(socket));
    });
    // In no types: Node's HTTP/1.1 side reads it from its server, which is this one. Without it every Upgrade would be taken for one.
    Object.assign(server, {
      shouldUpgradeCallback: (request: IncomingMessage) => wantsUpgrade(this.#serving, request),
    });
    // Node has just put its compatible API on every stream.
    server.removeAllListeners('stream');
    // The types don't know the last one.
    server.on(
      'stream',
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, ...[raw]: string[][]) => {
        const { session } = stream;
        const state = session && this.#sessions.get(session as ServerHttp2Session);
        if (!session || !state) return stream.close();
        state.streams++;
        stream.once('close', () => state.streams--);
        answerHttp2(this.#serving, stream, headers, raw, flags, sessionPeer(session as ServerHttp2Session));
      },
    );
    server.on('sessionError', (error) => this.#options.logger.debug({ error }, 'an HTTP/2 connection failed'));
    server.on('tlsClientError', (error) => this.#options.logger.debug({ error }, 'a TLS handshake failed'));
    server.on('clientError', (error, socket) => {
      this.#options.logger.debug({ error }, 'an HTTP/1.1 connection failed');
      socket.destroy();
    });
  }

  #addSession(session: ServerHttp2Session): void {
    const state = { streams: 0 };
    this.#sessions.set(session, state);
    session.setLocalWindowSize(connectionWindowBytes);
    session.setTimeout(this.#limits.idleTimeoutMs, () => {
      if (state.streams === 0) session.close();
    });
    session.once('close', () => this.#sessions.delete(session));
    session.on('error', () => undefined);
    if (this.#stopping.signal.aborted) session.close();
  }

  #answerHttp1(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
    const { socket } = request;
    if (!(request instanceof IncomingMessage) || !(response instanceof ServerResponse)) return;
    if (!(socket instanceof TLSSocket)) return void socket.destroy();
    this.#busy.add(socket);
    response.once('close', () => {
      this.#busy.delete(socket);
      if (this.#stopping.signal.aborted) socket.destroySoon();
    });
    answerHttp1(this.#serving, request, response, peerOf(socket));
  }
}

/** Uploads in flight, for a connection and for a stream. Mirrors apiserver server/secure_serving. */
const streamWindowBytes = 256 * 1024;
const connectionWindowBytes = 4 * 1024 * 1024;
/** A client that cancels many watches at once is no attack. */
const streamResets = 100_000;
/** MB. Node's default of 10 fails large lists in parallel. */
const sessionMemoryMax = 1000;

const peers = new WeakMap<ServerHttp2Session, Peer>();

function sessionPeer(session: ServerHttp2Session): Peer {
  let peer = peers.get(session);
  if (peer === undefined) {
    // A proxy of the socket, with all that peerOf reads.
    peer = peerOf(session.socket as TLSSocket);
    peers.set(session, peer);
  }
  return peer;
}

function secureContext(credentials: ListenerCredentials): { cert: string; key: string; ca: string[] } {
  const { certificate, key, clientAuthority, proxyAuthority } = credentials;
  return { cert: certificate, key, ca: [clientAuthority, ...(proxyAuthority === undefined ? [] : [proxyAuthority])] };
}

function createServer(credentials: ListenerCredentials, limits: ListenerLimits): Http2SecureServer {
  // Read by the HTTP/1.1 side; not in the types of the function.
  const http1 = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.headersTimeoutMs,
    requestTimeout: limits.headersTimeoutMs + limits.bodyTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    noDelay: true,
  };
  const server = createSecureServer({
    ...secureContext(credentials),
    allowHTTP1: true,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.handshakeTimeoutMs,
    maxSessionMemory: sessionMemoryMax,
    streamResetBurst: streamResets,
    streamResetRate: streamResets,
    settings: {
      maxConcurrentStreams: limits.streamsPerConnectionMax,
      initialWindowSize: streamWindowBytes,
      maxHeaderListSize: limits.headerBytesMax,
    },
    ...http1,
  });
  server.maxConnections = limits.connectionsMax;
  return server;
}
