/** What a TLS connection proves of its client. */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Peer } from '../../api/exchange.ts';

/**
 * A certificate that the client authority didn't sign, or that has ended, doesn't break the connection: the request is answered with
 * 401, as upstream does.
 */
export function peerOf(socket: TLSSocket): Peer {
  const address = socket.remoteAddress === undefined ? {} : { address: socket.remoteAddress };
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) return address;
  if (socket.authorized) return { ...address, certificate: leaf.raw, ...intermediatesOf(leaf) };
  // Node types it as an Error, and gives OpenSSL's code.
  return { ...address, certificateError: String(socket.authorizationError) };
}

/** Longer chains are no client's. */
const intermediatesMax = 8;

function intermediatesOf(leaf: X509Certificate): Pick<Peer, 'intermediates'> {
  const intermediates: Uint8Array[] = [];
  let issuer = leaf.issuerCertificate;
  while (issuer && issuer !== leaf && intermediates.length < intermediatesMax) {
    intermediates.push(issuer.raw);
    issuer = issuer.issuerCertificate;
  }
  return intermediates.length === 0 ? {} : { intermediates };
}
