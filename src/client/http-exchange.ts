/**
 * An {@link Exchange} over the network: TLS with HTTP/2, all requests on one connection; HTTP/1.1 where the server offers nothing
 * better. A connection that the server is leaving (GOAWAY) finishes its streams while new requests go to a new one; one that no
 * longer answers pings is broken off. Nothing is sent while no request is open. Credentials are asked for each time, so that
 * short-lived ones can be renewed.
 */
import type { ApiRequest, ApiResponse, Exchange } from '../api/exchange.ts';
import type { Clock } from '../lib/clock.ts';
import { ConnectionError, connectionError } from './connection-error.ts';
import { Http1Pool } from './http1-pool.ts';
import { Http2Pool } from './http2-pool.ts';
import { connectTls, type TlsCredentials } from './tls-connection.ts';

export interface HttpExchangeOptions {
  /** `https://host:6443`; a path in it is put before all paths. `http://` is for loopback proxies only. */
  readonly server: string;
  /** PEM; absent: the system's. */
  readonly certificateAuthority?: string;
  /** The name in the server's certificate, when it is not the host of `server`. */
  readonly serverName?: string;
  readonly insecureSkipVerify?: boolean;
  /** Client certificate and key, PEM. Asked before each request: a changed certificate opens a new connection. */
  readonly clientCertificate?: () => { readonly certificate: string; readonly key: string };
  /** A bearer token, asked before each request that has no `authorization` header. */
  readonly token?: () => string | Promise<string>;
  readonly clock: Clock;
  /** Default 10000. */
  readonly connectTimeoutMs?: number;
  /** Until the response's headers, and between two pieces of a body that is not a watch. Default 60000. */
  readonly responseTimeoutMs?: number;
  /** While requests are open: how often the connection is tried. Default 30000; half of it is the time for an answer. */
  readonly pingIntervalMs?: number;
}

export interface HttpExchange {
  readonly exchange: Exchange;
  /** Breaks off whatever is open. Idempotent. */
  close(): void;
}

/** How one protocol version sends a request. */
interface HttpPool {
  /** Rejects with a {@link ConnectionError}. */
  send(request: ApiRequest, path: string, headers: Record<string, string>): Promise<ApiResponse>;
  close(): void;
}

/** No connection is made before the first request. */
export function createHttpExchange(options: HttpExchangeOptions): HttpExchange {
  const server = new URL(options.server);
  const prefix = server.pathname.replace(/\/$/, '');
  const credentials: TlsCredentials = {
    certificateAuthority: options.certificateAuthority,
    serverName: options.serverName,
    insecureSkipVerify: options.insecureSkipVerify ?? false,
    clientCertificate: options.clientCertificate,
  };
  const limits = {
    clock: options.clock,
    responseTimeoutMs: options.responseTimeoutMs ?? 60_000,
    pingIntervalMs: options.pingIntervalMs ?? 30_000,
  };
  const http1 = new Http1Pool(server, credentials, limits);
  const connect = (): ReturnType<typeof connectTls> =>
    connectTls(server, credentials, options.clock, options.connectTimeoutMs ?? 10_000);
  const http2 = new Http2Pool(server, connect, () => options.clientCertificate?.().certificate ?? '', limits);
  let version: 'unknown' | 'h1' | 'h2' = server.protocol === 'http:' ? 'h1' : 'unknown';
  let closed = false;

  const negotiated = async (): Promise<HttpPool> => {
    if (version === 'unknown') version = await http2.negotiate();
    return version === 'h2' ? http2 : http1;
  };

  return {
    exchange: async (request) => {
      if (closed) throw new ConnectionError('the connection has been closed');
      const headers: Record<string, string> = { ...request.headers };
      if (options.token && headers['authorization'] === undefined)
        headers['authorization'] = `Bearer ${await options.token()}`;
      const path = prefix + request.path + (request.query === '' ? '' : `?${request.query}`);
      try {
        const pool = await negotiated();
        return await pool.send(request, path, headers);
      } catch (error) {
        throw connectionError(`${request.method} ${server.host}${request.path}`, error);
      }
    },
    close: () => {
      closed = true;
      http1.close();
      http2.close();
    },
  };
}
