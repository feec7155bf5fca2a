/** Users by client certificate. Mirrors apiserver authentication/request/x509, CommonNameUserConversion. */
import { createHash, X509Certificate } from 'node:crypto';
import type { User } from '../../api/user.ts';
import { subjectOf, type DistinguishedName } from '../../lib/x509/distinguished-name.ts';
import { DerError } from '../../lib/x509/der-reader.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Authorities } from './authorities.ts';
import { noCredentials, type Authentication, type Authenticator } from './authenticator.ts';

interface Identity {
  /** Absent: the certificate names nobody. */
  readonly user: User | undefined;
  readonly error: string | undefined;
  readonly commonName: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What is read of a certificate at a time. */
export interface ReadCertificate extends Pick<Identity, 'user' | 'error' | 'commonName'> {
  /** Why it isn't good at this time. */
  readonly timeError: string | undefined;
}

/**
 * The TLS layer has verified who signed the certificate; here it is read, and its time checked again: connections live long. `authorities`: whose
 * certificates make users, where the TLS layer trusts others too.
 */
export function certificateAuthenticator(clock: Clock, authorities?: Authorities): Authenticator {
  const read = certificateReader(clock);
  return {
    authenticate({ peer }): Authentication {
      if (peer?.certificateError !== undefined) return failed(peer.certificateError);
      if (peer?.certificate === undefined) return noCredentials;
      if (authorities && !authorities.vouchFor(peer)) return failed('certificate signed by unknown authority');
      const { user, error, timeError } = read(peer.certificate);
      if (timeError !== undefined) return failed(timeError);
      if (error !== undefined) return failed(error);
      return user === undefined ? noCredentials : { outcome: 'authenticated', user };
    },
  };
}

/** Reads each certificate once: a connection gives the same bytes with each request. */
export function certificateReader(clock: Clock): (der: Uint8Array) => ReadCertificate {
  const identities = new WeakMap<Uint8Array, Identity>();
  return (der) => {
    let identity = identities.get(der);
    if (identity === undefined) {
      identity = identityOf(der);
      identities.set(der, identity);
    }
    const now = clock.now();
    const { user, error, commonName } = identity;
    const timeError =
      now > identity.notAfter
        ? 'certificate has expired'
        : now < identity.notBefore
          ? 'certificate is not yet valid'
          : undefined;
    return { user, error, commonName, timeError };
  };
}

function failed(error: string): Authentication {
  return { outcome: 'failed', error: `x509: ${error}` };
}

function identityOf(der: Uint8Array): Identity {
  const { validFromDate, validToDate } = new X509Certificate(der);
  const times = { notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() };
  const unreadable = (error: string): Identity => ({ user: undefined, error, commonName: '', ...times });
  let subject: DistinguishedName;
  try {
    subject = subjectOf(der);
  } catch (error) {
    if (error instanceof DerError) return unreadable(`malformed subject: ${error.message}`);
    throw error;
  }
  const uids = subject.attributes.filter(({ type }) => type === uidAttribute);
  const [uid] = uids;
  if (uids.length > 1) return unreadable('expected 1 UID, but found multiple');
  if (uid && !uid.value) return unreadable('UID cannot be an empty string');
  const name = subject.commonName;
  const credential = `X509SHA256=${createHash('sha256').update(der).digest('hex')}`;
  const user: User = {
    name,
    ...(uid?.value ? { uid: uid.value } : {}),
    groups: subject.organizations,
    extra: { 'authentication.kubernetes.io/credential-id': [credential] },
  };
  return { user: name === '' ? undefined : user, error: undefined, commonName: name, ...times };
}

/** Kubernetes' own attribute. Mirrors apimachinery apis/asn1 X509UID. */
const uidAttribute = '1.3.6.1.4.1.57683.2';
