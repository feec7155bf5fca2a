/** What a TLS connection proves of its client. */
import type { TLSSocket } from 'node:tls';
import type { Peer } from '../../api/exchange.ts';

/**
 * A certificate that the client authority didn't sign, or that has ended, doesn't break the connection: the request is answered with
 * 401, as upstream does.
 */
export function peerOf(socket: TLSSocket): Peer {
  const address = socket.remoteAddress === undefined ? {} : { address: socket.remoteAddress };
  const certificate = socket.getPeerX509Certificate()?.raw;
  if (certificate === undefined) return address;
  if (socket.authorized) return { ...address, certificate };
  // Node types it as an Error, and gives OpenSSL's code.
  return { ...address, certificateError: String(socket.authorizationError) };
}
