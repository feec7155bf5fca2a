/**
 * A connection to one extension server: TLS by what its APIService says, the front proxy's certificate, HTTP/1.1 kept alive. Bodies stream both
 * ways; redirects are the client's to follow. `node:https` is loaded when the first one is called: most tenants have none.
 */
import type { Agent } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { ByteStream } from '../../api/exchange.ts';
import type { ApiServiceSpec } from './api-service.ts';
import type { OutgoingHeaders } from './proxy-headers.ts';
import type { Endpoint } from './service-resolver.ts';
import { sendBody } from '../../lib/send-body.ts';

/** PEM: says to extension servers that this is the API server. */
export interface FrontProxyCredentials {
  readonly certificate: string;
  readonly key: string;
}

export interface ExtensionRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly headers: OutgoingHeaders;
  readonly body: Uint8Array | ByteStream;
  /** Ends everything, whatever stage it is at. */
  readonly signal: AbortSignal;
}

export type ExtensionAnswer =
  | { readonly kind: 'response'; readonly message: IncomingMessage }
  /** The protocol was switched. */
  | {
      readonly kind: 'upgraded';
      readonly message: IncomingMessage;
      readonly connection: Duplex;
      readonly head: Buffer;
    };

const headerBytesMax = 64 * 1024;
const freeConnectionsMax = 8;
const idleMs = 90_000;
const connectMs = 30_000;

export class ExtensionServer {
  readonly #tls: ConnectionOptions;
  #agent: Agent | undefined;

  /** `serverName`: what its certificate must be for. */
  constructor(
    { insecureSkipTLSVerify, caBundle }: ApiServiceSpec,
    serverName: string,
    frontProxy: FrontProxyCredentials | undefined,
  ) {
    this.#tls = {
      servername: serverName,
      rejectUnauthorized: insecureSkipTLSVerify !== true,
      // Without a bundle the system's authorities count, as in Go.
      ...(caBundle ? { ca: Buffer.from(caBundle, 'base64').toString() } : {}),
      ...(frontProxy ? { cert: frontProxy.certificate, key: frontProxy.key } : {}),
    };
  }

  /** Rejects when there is no answer; later failures are the message's. */
  async send(request: ExtensionRequest): Promise<ExtensionAnswer> {
    const https = await import('node:https');
    this.#agent ??= new https.Agent({
      keepAlive: true,
      maxFreeSockets: freeConnectionsMax,
      timeout: idleMs,
      maxCachedSessions: 1,
      ...this.#tls,
    });
    const { endpoint, method, target, headers, body, signal } = request;
    const { promise, resolve, reject } = Promise.withResolvers<ExtensionAnswer>();
    const outgoing = https.request({
      agent: this.#agent,
      host: endpoint.host,
      port: endpoint.port,
      method,
      path: target,
      headers,
      maxHeaderSize: headerBytesMax,
      // Of a server that takes nothing; not of one that answers slowly.
      timeout: connectMs,
    });
    const abort = (): void => void outgoing.destroy(new Error('context canceled'));
    signal.addEventListener('abort', abort, { once: true });
    outgoing.once('close', () => signal.removeEventListener('abort', abort));
    outgoing.once('error', reject);
    // After the answer: what there is to know is the message's.
    outgoing.on('error', () => undefined);
    outgoing.once('response', (message) => resolve({ kind: 'response', message }));
    outgoing.once('upgrade', (message, connection, head) => {
      signal.removeEventListener('abort', abort);
      resolve({ kind: 'upgraded', message, connection, head });
    });
    limitConnecting(outgoing);
    if (signal.aborted) abort();
    void sendBody(outgoing, body);
    return promise;
  }

  /** Connections that are in use go on. */
  close(): void {
    const agent = this.#agent;
    this.#agent = undefined;
    for (const sockets of Object.values(agent?.freeSockets ?? {})) for (const socket of sockets ?? []) socket.destroy();
  }
}

/** A server that never finishes its handshake is given up; one that is connected may take its time. */
function limitConnecting(outgoing: ClientRequest): void {
  outgoing.once('timeout', () => {
    if (!outgoing.reusedSocket && outgoing.socket?.connecting !== false) outgoing.destroy(new Error('i/o timeout'));
  });
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return void outgoing.setTimeout(0);
    socket.once('secureConnect', () => void outgoing.setTimeout(0));
    socket.setTimeout(connectMs, () => outgoing.destroy(new Error('TLS handshake timeout')));
  });
}
