/**
 * All keys and certificates of one cluster, kept in one folder: made at the first start, kept at the next ones, renewed in time.
 */
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import {
  certificateExpiry,
  createCertificateAuthority,
  createSigningKey,
  issueCertificate,
  type CertificateRequest,
  type KeyPair,
} from './certificate-authority.ts';
import { readFileIfAny, writeFileAtomically } from './files.ts';

export interface ClusterCredentials {
  readonly authority: KeyPair;
  readonly server: KeyPair;
  /** A client certificate of group `system:masters`. */
  readonly admin: KeyPair;
  /** By whose certificates extension API servers know this API server; it believes them itself, too. */
  readonly frontProxyAuthority: KeyPair;
  readonly frontProxyClient: KeyPair;
  /** PEM; signs service-account tokens. */
  readonly serviceAccountKey: string;
  /** Where each is on disk. */
  readonly files: {
    readonly authority: string;
    readonly serverCertificate: string;
    readonly serverKey: string;
    readonly serviceAccountKey: string;
  };
}

export interface ClusterIdentity {
  /** `sublet-demo`: of the server's certificate; the authority's is derived from it. */
  readonly name: string;
  /** DNS names and addresses that the API server answers to. */
  readonly hosts: readonly string[];
}

/** The common name of the front proxy's certificate. */
const frontProxyName = 'front-proxy-client';

/** What a role in the same folder is told of the front proxy in its configuration. */
export const frontProxyConfig = {
  requestHeaderAuthority: 'front-proxy-ca.crt',
  requestHeader: { allowedNames: [frontProxyName] },
  frontProxyCertificate: 'front-proxy-client.crt',
  frontProxyKey: 'front-proxy-client.key',
};

const authorityDays = 3650;
const certificateDays = 365;
/** Certificates are renewed at a start when they end sooner than this. */
const renewalMs = 90 * 86_400_000;

/** Reads the folder's credentials and makes those that are missing, end soon, or are for other hosts than asked for. */
export async function ensureClusterCredentials(
  clock: Clock,
  folder: string,
  identity: ClusterIdentity,
): Promise<ClusterCredentials> {
  const pair = keyPairKeeper(clock, folder);
  // Of another name than any certificate: one that names itself as its issuer would be taken for self-signed.
  const authorityName = `${identity.name}-ca`;
  const authority = await pair('ca', authorityName, () =>
    createCertificateAuthority(clock, authorityName, authorityDays),
  );
  // Never the same as the users' authority: each of its certificates may say that it is anybody.
  const proxyAuthorityName = `${identity.name}-front-proxy-ca`;
  const frontProxyAuthority = await pair('front-proxy-ca', proxyAuthorityName, () =>
    createCertificateAuthority(clock, proxyAuthorityName, authorityDays),
  );
  const issue = (
    name: string,
    request: Omit<CertificateRequest, 'validityDays'>,
    signer: KeyPair = authority,
  ): Promise<KeyPair> =>
    pair(name, JSON.stringify([request, signer.certificate]), () =>
      issueCertificate(clock, signer, { ...request, validityDays: certificateDays }),
    );
  const keyFile = join(folder, 'service-account.key');
  let serviceAccountKey = readFileIfAny(keyFile);
  if (serviceAccountKey === undefined) writeFileAtomically(keyFile, (serviceAccountKey = await createSigningKey()));
  return {
    authority,
    server: await issue('server', { commonName: identity.name, usage: 'server', hosts: identity.hosts }),
    admin: await issue('admin', { commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client' }),
    frontProxyAuthority,
    frontProxyClient: await issue(
      'front-proxy-client',
      { commonName: frontProxyName, usage: 'client' },
      frontProxyAuthority,
    ),
    serviceAccountKey,
    files: {
      authority: join(folder, 'ca.crt'),
      serverCertificate: join(folder, 'server.crt'),
      serverKey: join(folder, 'server.key'),
      serviceAccountKey: keyFile,
    },
  };
}

/** Keeps a pair in `<name>.crt` and `<name>.key`, beside a note of what it was made for. */
function keyPairKeeper(clock: Clock, folder: string) {
  return async (name: string, purpose: string, make: () => Promise<KeyPair>): Promise<KeyPair> => {
    const file = (extension: string): string => join(folder, `${name}.${extension}`);
    const certificate = readFileIfAny(file('crt'));
    const key = readFileIfAny(file('key'));
    const fresh = certificate !== undefined && certificateExpiry(certificate) - clock.now() > renewalMs;
    if (fresh && key !== undefined && readFileIfAny(file('purpose')) === purpose) return { certificate, key };
    const made = await make();
    writeFileAtomically(file('crt'), made.certificate);
    writeFileAtomically(file('key'), made.key);
    // Written last: a crash in between makes the pair anew.
    writeFileAtomically(file('purpose'), purpose);
    return made;
  };
}
