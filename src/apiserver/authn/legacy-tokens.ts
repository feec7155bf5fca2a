/**
 * Tokens that stand in Secrets of type `kubernetes.io/service-account-token`: without an end, and good as long as the Secret holds them. Mirrors
 * kubernetes pkg/serviceaccount/legacy.go, v1.36.
 */
import { timingSafeEqual } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Clock } from '../../lib/clock.ts';
import { noCredentials, type Authentication, type TokenAuthenticator } from './authenticator.ts';
import { readToken, signatureError, signingKey, signToken } from './json-web-token.ts';
import { serviceAccountOf, serviceAccountUser } from './service-account-names.ts';
import type { BoundObjects } from './service-account-tokens.ts';
import { serviceAccountUserOf, type TokenRef } from './token-subject.ts';

export interface LegacyTokensOptions {
  readonly clock: Clock;
  /** PEM; the first signs, all verify. */
  readonly keys: readonly string[];
  /** The API server's own: these tokens name none. */
  readonly audiences: readonly string[];
  readonly objects: BoundObjects;
  /** The Secret's token was used on that day (`2026-11-21`), for the first time as far as the Secret says. */
  used(secret: Readonly<KubeObject>, day: string): Promise<void>;
}

export interface LegacyTokens extends TokenAuthenticator {
  issue(namespace: string, account: TokenRef, secret: string): string;
}

/** When a Secret's token was last used. */
export const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';

const issuer = 'kubernetes/serviceaccount';
const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';
const claimNames = {
  account: 'kubernetes.io/serviceaccount/service-account.name',
  uid: 'kubernetes.io/serviceaccount/service-account.uid',
  secret: 'kubernetes.io/serviceaccount/secret.name',
  namespace: 'kubernetes.io/serviceaccount/namespace',
};

export function createLegacyTokens(options: LegacyTokensOptions): LegacyTokens {
  const keys = options.keys.map(signingKey);
  return {
    issue(namespace, { name, uid }, secret) {
      const [key] = keys;
      if (!key) throw new Error('there is no key for service-account tokens');
      return signToken(key, {
        iss: issuer,
        sub: serviceAccountUser({ namespace, name }),
        [claimNames.namespace]: namespace,
        [claimNames.secret]: secret,
        [claimNames.account]: name,
        [claimNames.uid]: uid,
      });
    },
    async authenticateToken(token, audiences = options.audiences) {
      const read = readToken(token);
      if (read?.claims['iss'] !== issuer) return noCredentials;
      const wrong = signatureError(token, read.header, keys);
      if (wrong !== undefined) return failed(wrong);
      const common = options.audiences.filter((one) => audiences.includes(one));
      if (common.length === 0) return failed('token audiences are invalid for the target audiences');
      const claims = claimsOf(read.claims);
      if (typeof claims === 'string') return failed(claims);
      const gone = await bindingError(options, claims, token);
      if (gone !== undefined) return failed(gone);
      const { namespace, account, uid } = claims;
      const user = serviceAccountUserOf({ namespace, serviceAccount: { name: account, uid } }, undefined);
      return { outcome: 'authenticated', user, audiences: common };
    },
  };
}

type Claims = Readonly<Record<keyof typeof claimNames, string>>;

/** Or what is wrong with them. */
function claimsOf(given: JsonObject): Claims | string {
  const text = (name: string): string => {
    const value = given[name];
    return typeof value === 'string' ? value : '';
  };
  const claims = {
    namespace: text(claimNames.namespace),
    secret: text(claimNames.secret),
    account: text(claimNames.account),
    uid: text(claimNames.uid),
  };
  if (text('sub') === '') return 'sub claim is missing';
  if (claims.namespace === '') return 'namespace claim is missing';
  if (claims.secret === '') return 'secretName claim is missing';
  if (claims.account === '') return 'serviceAccountName claim is missing';
  if (claims.uid === '') return 'serviceAccountUID claim is missing';
  const subject = serviceAccountOf(text('sub'));
  const same = subject?.namespace === claims.namespace && subject.name === claims.account;
  return same ? claims : 'sub claim is invalid';
}

async function bindingError(options: LegacyTokensOptions, claims: Claims, token: string): Promise<string | undefined> {
  const { namespace, account: name, secret: secretName, uid } = claims;
  const secret = await options.objects.find('secrets', namespace, secretName);
  if (!secret?.object || secret.deletionTime !== undefined) return 'Token has been invalidated';
  if (!holds(secret.object, token)) return "Token does not match server's copy";
  const account = await options.objects.find('serviceaccounts', namespace, name);
  if (!account) return `serviceaccounts "${name}" not found`;
  if (account.deletionTime !== undefined) return `ServiceAccount ${namespace}/${name} has been deleted`;
  if (account.uid !== uid) return `ServiceAccount UID (${account.uid}) does not match claim (${uid})`;
  await markUsed(options, secret.object);
  if (!secret.object.metadata.labels?.[invalidSinceLabel]) return undefined;
  const where = `secret ${namespace}/${secretName} for service account ${namespace}/${name}`;
  return `the token in ${where} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${invalidSinceLabel}' label from the secret to temporarily allow use of this token`;
}

function holds(secret: Readonly<KubeObject>, token: string): boolean {
  const data = isJsonObject(secret['data']) ? secret['data'] : {};
  const held = Buffer.from(typeof data['token'] === 'string' ? data['token'] : '', 'base64');
  const shown = Buffer.from(token);
  return held.length === shown.length && timingSafeEqual(held, shown);
}

/** Once a day. Tomorrow is fine as well: clocks of servers differ. */
async function markUsed({ clock, used }: LegacyTokensOptions, secret: Readonly<KubeObject>): Promise<void> {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const today = day(clock.now());
  const last = secret.metadata.labels?.[lastUsedLabel];
  if (last !== today && last !== day(clock.now() + dayMs)) await used(secret, today);
}

const dayMs = 86_400_000;

function failed(error: string): Authentication {
  return { outcome: 'failed', error };
}
