/** The `Authorization: Bearer …` header, and tokens that are simply listed. Mirrors apiserver authentication/request/bearertoken. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { User } from '../../api/user.ts';
import { noCredentials, type Authenticator, type TokenAuthenticator } from './authenticator.ts';

export function bearerTokenAuthenticator(tokens: TokenAuthenticator): Authenticator {
  return {
    async authenticate({ headers }) {
      const token = bearerToken(headers['authorization']);
      if (token === undefined) return noCredentials;
      const result = await tokens.authenticateToken(token);
      return result.outcome === 'none' ? { outcome: 'failed', error: 'invalid bearer token' } : result;
    },
  };
}

/** For tests and first administrators. Comparing takes the same time, whatever a token has in common with a right one. */
export function staticTokens(users: ReadonlyMap<string, User>): TokenAuthenticator {
  const known = [...users].map(([token, user]) => ({ digest: digestOf(token), user }));
  return {
    authenticateToken(token) {
      const digest = digestOf(token);
      let user: User | undefined;
      // All are compared, whichever it is.
      for (const entry of known) if (timingSafeEqual(entry.digest, digest)) user = entry.user;
      return user ? { outcome: 'authenticated', user } : noCredentials;
    },
  };
}

function bearerToken(header: string | undefined): string | undefined {
  const [scheme = '', token = ''] = (header ?? '').trim().split(' ', 2);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
