/** Users by client certificate. Mirrors apiserver authentication/request/x509, CommonNameUserConversion. */
import { createHash, X509Certificate } from 'node:crypto';
import type { User } from '../../api/user.ts';
import type { Clock } from '../../lib/clock.ts';
import { noCredentials, type Authentication, type Authenticator } from './authenticator.ts';

interface Identity {
  readonly user: User | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The TLS layer has verified who signed the certificate; here it is read, and its time checked again: connections live long. */
export function certificateAuthenticator(clock: Clock): Authenticator {
  // A connection gives the same bytes with each request.
  const identities = new WeakMap<Uint8Array, Identity>();
  return {
    authenticate({ peer }): Authentication {
      if (peer?.certificateError !== undefined) return failed(peer.certificateError);
      if (peer?.certificate === undefined) return noCredentials;
      let identity = identities.get(peer.certificate);
      if (identity === undefined) {
        identity = identityOf(peer.certificate);
        identities.set(peer.certificate, identity);
      }
      if (identity.user === undefined) return noCredentials;
      const now = clock.now();
      if (now > identity.notAfter) return failed('certificate has expired');
      if (now < identity.notBefore) return failed('certificate is not yet valid');
      return { outcome: 'authenticated', user: identity.user };
    },
  };
}

function failed(error: string): Authentication {
  return { outcome: 'failed', error: `x509: ${error}` };
}

function identityOf(der: Uint8Array): Identity {
  const certificate = new X509Certificate(der);
  const { CN: commonName, O: organization } = certificate.toLegacyObject().subject;
  // Several common names: the last counts, as in Go.
  const name = texts(commonName).at(-1) ?? '';
  const credential = `X509SHA256=${createHash('sha256').update(der).digest('hex')}`;
  return {
    user:
      name === ''
        ? undefined
        : {
            name,
            groups: texts(organization),
            extra: { 'authentication.kubernetes.io/credential-id': [credential] },
          },
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
  };
}

/** Node gives a text, or several. */
function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? [value] : [];
}
