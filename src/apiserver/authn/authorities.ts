/**
 * Which of several authorities vouches for a certificate. The TLS layer has verified that one of them does, with times, purposes and constraints;
 * it trusts them all alike, and does not say which it was.
 */
import { X509Certificate } from 'node:crypto';
import type { Peer } from '../../api/exchange.ts';

export interface Authorities {
  /** Whether one of these signed the peer's certificate, itself or through intermediates that the peer sent. */
  vouchFor(peer: Peer): boolean;
}

/** Certificates between a client's and its authority's. */
const chainMax = 8;

/** `pem`: one or more certificates. @throws Error when there is none */
export function authoritiesOf(pem: string): Authorities {
  const roots = certificatesOf(pem);
  if (roots.length === 0) throw new Error('there is no certificate in the text of an authority');
  // A connection gives the same bytes with each request.
  const known = new WeakMap<Uint8Array, boolean>();
  return {
    vouchFor({ certificate, intermediates = [] }) {
      if (certificate === undefined) return false;
      let answer = known.get(certificate);
      if (answer === undefined) known.set(certificate, (answer = leadsToRoot(certificate, intermediates, roots)));
      return answer;
    },
  };
}

/** In order. */
function certificatesOf(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

function leadsToRoot(
  certificate: Uint8Array,
  intermediates: readonly Uint8Array[],
  roots: readonly X509Certificate[],
): boolean {
  const between = intermediates.slice(0, chainMax).map((der) => new X509Certificate(der));
  let current = new X509Certificate(certificate);
  for (let length = 0; length <= chainMax; length++) {
    if (roots.some((root) => isSignedBy(current, root))) return true;
    const next = between.find((one) => one.ca && isSignedBy(current, one));
    if (!next || next.raw.equals(current.raw)) return false;
    current = next;
  }
  return false;
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
