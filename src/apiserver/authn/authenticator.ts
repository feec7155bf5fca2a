/** Who makes a request. Mirrors apiserver authentication/authenticator and authentication/request/union. */
import type { ApiRequest } from '../../api/exchange.ts';
import type { User } from '../../api/user.ts';

export type Authentication =
  | {
      readonly outcome: 'authenticated';
      readonly user: User;
      /** Of the token, as far as they were asked for; absent where the proof has none. */
      readonly audiences?: readonly string[];
    }
  /** No credentials that this authenticator knows. */
  | { readonly outcome: 'none' }
  /** Credentials that are wrong. The error is for logs and TokenReviews. */
  | { readonly outcome: 'failed'; readonly error: string };

/** Never rejects for what a client did wrong. */
export interface Authenticator {
  authenticate(request: ApiRequest): Authentication | Promise<Authentication>;
}

export interface TokenAuthenticator {
  /** `audiences`: at least one must be the token's; absent: the API server's own. */
  authenticateToken(token: string, audiences?: readonly string[]): Authentication | Promise<Authentication>;
}

export const noCredentials: Authentication = { outcome: 'none' };

const anonymousUser: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

export const authenticatedGroup = 'system:authenticated';

/**
 * Takes the first that knows the caller; fails if one failed and none succeeded. Who is known is in `system:authenticated`; who shows
 * no credentials is anonymous. Callers in the same process are who they say.
 */
export function unionAuthenticator(authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(request) {
      if (request.user) return known({ outcome: 'authenticated', user: request.user });
      const errors: string[] = [];
      for (const authenticator of authenticators) {
        const result = await authenticator.authenticate(request);
        if (result.outcome === 'authenticated') return known(result);
        if (result.outcome === 'failed') errors.push(result.error);
      }
      if (errors.length > 0) return { outcome: 'failed', error: aggregateText(errors) };
      return { outcome: 'authenticated', user: anonymousUser };
    },
  };
}

/** The same of several kinds of tokens. */
export function unionTokens(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const errors: string[] = [];
      for (const authenticator of authenticators) {
        const result = await authenticator.authenticateToken(token, audiences);
        if (result.outcome === 'authenticated') return known(result);
        if (result.outcome === 'failed') errors.push(result.error);
      }
      return errors.length > 0 ? { outcome: 'failed', error: aggregateText(errors) } : noCredentials;
    },
  };
}

/** Adds `system:authenticated`. Mirrors apiserver authentication/group AuthenticatedGroupAdder. */
function known(result: Extract<Authentication, { outcome: 'authenticated' }>): Authentication {
  const { user } = result;
  if (user.name === anonymousUser.name || user.groups.includes(authenticatedGroup)) return result;
  if (user.groups.includes('system:unauthenticated')) return result;
  return { ...result, user: { ...user, groups: [...user.groups, authenticatedGroup] } };
}

function aggregateText(errors: readonly string[]): string {
  const texts = [...new Set(errors)];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
