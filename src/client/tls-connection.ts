/** A TLS connection that has agreed on a protocol. */
import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import { ConnectionError } from './connection-error.ts';

export interface TlsCredentials {
  readonly certificateAuthority: string | undefined;
  readonly serverName: string | undefined;
  readonly insecureSkipVerify: boolean;
  readonly clientCertificate: (() => { readonly certificate: string; readonly key: string }) | undefined;
}

/** What `node:tls` and `node:https` take. */
export function tlsOptions(server: URL, credentials: TlsCredentials): ConnectionOptions {
  const host = hostOf(server);
  const name = credentials.serverName ?? (isIP(host) === 0 ? host : undefined);
  const client = credentials.clientCertificate?.();
  return {
    host,
    port: portOf(server),
    rejectUnauthorized: !credentials.insecureSkipVerify,
    ...(name === undefined ? {} : { servername: name }),
    ...(credentials.certificateAuthority === undefined ? {} : { ca: credentials.certificateAuthority }),
    ...(client ? { cert: client.certificate, key: client.key } : {}),
  };
}

/** Resolves when the handshake is done. Rejects with a ConnectionError. `alpnProtocol` of the socket says what was agreed on. */
export function connectTls(
  server: URL,
  credentials: TlsCredentials,
  clock: Clock,
  timeoutMs: number,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...tlsOptions(server, credentials), ALPNProtocols: ['h2', 'http/1.1'] });
    socket.setNoDelay(true);
    const timer = clock.after(timeoutMs, () => {
      socket.destroy();
      reject(new ConnectionError(`connecting to ${server.host} took longer than ${timeoutMs} ms`));
    });
    const failed = (error: Error): void => {
      timer.cancel();
      reject(new ConnectionError(`connecting to ${server.host}: ${error.message}`, { cause: error }));
    };
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      timer.cancel();
      socket.removeListener('error', failed);
      resolve(socket);
    });
  });
}

export function hostOf(server: URL): string {
  return server.hostname.replace(/^\[(.*)\]$/, '$1');
}

export function portOf(server: URL): number {
  if (server.port !== '') return Number(server.port);
  return server.protocol === 'http:' ? 80 : 443;
}
