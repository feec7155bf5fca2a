/** The certificates that callers of the cases prove themselves with: good ones, and all that must be refused. */
import type { Clock } from '../../src/lib/clock.ts';
import { realClock } from '../../src/main/real-clock.ts';
import {
  createCertificateAuthority,
  issueCertificate,
  type CertificateRequest,
  type KeyPair,
} from '../../src/tenancy/certificate-authority.ts';

export interface Authorities {
  /** Of users. */
  readonly users: KeyPair;
  readonly frontProxies: KeyPair;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 86_400_000;
const shifted = (days: number): Clock => ({ ...realClock, now: () => Date.now() + days * dayMs });

/** All of them, by the names that cases use. */
export async function callerCertificates({ users, frontProxies }: Authorities) {
  const admin = { commonName: 'admin', organizations: ['system:masters'], usage: 'client', validityDays: 1 } as const;
  const proxy = { commonName: 'front-proxy-client', usage: 'client', validityDays: 1 } as const;
  const issue = async (authority: KeyPair, request: CertificateRequest, clock: Clock = realClock) => {
    const { certificate, key } = await issueCertificate(clock, authority, request);
    return { cert: certificate, key };
  };
  const stranger = await createCertificateAuthority(realClock, 'stranger', 1);
  return {
    admin: await issue(users, admin),
    /** May do nothing. */
    user: await issue(users, { commonName: 'alice', organizations: ['developers'], usage: 'client', validityDays: 1 }),
    /** Says that it is nobody. */
    'no-name': await issue(users, { ...admin, commonName: '' }),
    'expired-certificate': await issue(users, admin, shifted(-10)),
    'future-certificate': await issue(users, admin, shifted(10)),
    'stranger-certificate': await issue(stranger, admin),
    'server-certificate': await issue(users, { ...admin, usage: 'server' }),
    'front-proxy': await issue(frontProxies, proxy),
    'front-proxy-of-another-name': await issue(frontProxies, { ...proxy, commonName: 'somebody' }),
    /** What users' authority signs is no front proxy. */
    'front-proxy-by-users-authority': await issue(users, proxy),
    'front-proxy-expired': await issue(frontProxies, proxy, shifted(-10)),
    'front-proxy-as-server': await issue(frontProxies, { ...proxy, usage: 'server' }),
    /** What the proxies' authority signs is no user. */
    'admin-by-proxies-authority': await issue(frontProxies, admin),
  };
}

export type CertificateName = keyof Awaited<ReturnType<typeof callerCertificates>>;
