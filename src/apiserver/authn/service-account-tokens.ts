/**
 * Tokens of service accounts: bound to an audience, a time, and an object that must still be there. Mirrors kubernetes
 * pkg/serviceaccount (claims.go, jwt.go), v1.36.
 */
import { LRUCache } from 'lru-cache';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { noCredentials, type Authentication, type TokenAuthenticator } from './authenticator.ts';
import { keySetOf, readToken, signatureError, signingKey, signToken } from './json-web-token.ts';
import { serviceAccountUser } from './service-account-names.ts';
import { serviceAccountUserOf, type TokenRef, type TokenSubject } from './token-subject.ts';

interface IssuedToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** What stands where a token is bound to it. */
export interface BoundObject {
  readonly uid: string;
  /** Milliseconds since the epoch. */
  readonly deletionTime?: number;
  /** All of it. */
  readonly object?: Readonly<KubeObject>;
}

export interface BoundObjects {
  /** `namespace` is empty for nodes. `undefined`: not there. */
  find(
    resource: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes',
    namespace: string,
    name: string,
  ): Promise<BoundObject | undefined>;
}

export interface ServiceAccountTokensOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** PEM; the first signs (unless it is public), all verify. */
  readonly keys: readonly string[];
  /** `https://kubernetes.default.svc.cluster.local` */
  readonly issuer: string;
  /** Whose tokens are accepted too: what the issuer was called before. */
  readonly formerIssuers?: readonly string[];
  /** The API server's own; default: the issuer. */
  readonly audiences?: readonly string[];
  readonly objects: BoundObjects;
}

export interface ServiceAccountTokens extends TokenAuthenticator {
  /** Of tokens that are for the API server itself. */
  readonly audiences: readonly string[];
  readonly issuer: string;
  /** `audiences` empty: the API server's own. `warnAfterSeconds`: from when on its use is a sign of a client that doesn't read its token anew. */
  issue(
    subject: TokenSubject,
    audiences: readonly string[],
    expirationSeconds: number,
    warnAfterSeconds?: number,
  ): IssuedToken;
  /** For who verifies tokens without asking us: `/openid/v1/jwks`. */
  keySet(): JsonObject;
}

/** Clocks differ. Mirrors go-jose jwt.DefaultLeeway. */
const leewayMs = 60_000;
const verifiedMax = 1000;

export function createServiceAccountTokens(options: ServiceAccountTokensOptions): ServiceAccountTokens {
  const { clock, issuer } = options;
  const keys = options.keys.map(signingKey);
  const ownAudiences = options.audiences ?? [issuer];
  const issuers = [issuer, ...(options.formerIssuers ?? [])];
  // Only what the signature says is kept, never whether the account is still there.
  const verified = new LRUCache<string, JsonObject>({ max: verifiedMax });

  function claimsOf(token: string): JsonObject | Authentication {
    const before = verified.get(token);
    if (before) return before;
    const read = readToken(token);
    // Somebody else's token, perhaps: not an error of ours.
    if (!read || !issuers.some((one) => one === read.claims['iss'])) return noCredentials;
    const wrong = signatureError(token, read.header, keys);
    if (wrong !== undefined) return failed(wrong);
    verified.set(token, read.claims);
    return read.claims;
  }

  return {
    audiences: ownAudiences,
    issuer,
    issue(subject, audiences, expirationSeconds, warnAfterSeconds) {
      const [key] = keys;
      if (!key) throw new Error('there is no key for service-account tokens');
      const now = Math.floor(clock.now() / 1000);
      const claims = {
        aud: [...(audiences.length > 0 ? audiences : ownAudiences)],
        exp: now + expirationSeconds,
        iat: now,
        iss: issuer,
        jti: options.random.uuid(),
        'kubernetes.io': {
          ...privateClaims(subject),
          ...(warnAfterSeconds === undefined ? {} : { warnafter: now + warnAfterSeconds }),
        },
        nbf: now,
        sub: serviceAccountUser({ namespace: subject.namespace, name: subject.serviceAccount.name }),
      };
      return { token: signToken(key, claims), expires: claims.exp * 1000 };
    },
    async authenticateToken(token, audiences = ownAudiences) {
      const claims = claimsOf(token);
      if ('outcome' in claims) return claims as Authentication;
      const tokenAudiences = audiencesOf(claims['aud']);
      const common = (tokenAudiences.length > 0 ? tokenAudiences : ownAudiences).filter((one) =>
        audiences.includes(one),
      );
      if (common.length === 0) {
        return failed(
          `token audiences ${goList(tokenAudiences)} is invalid for the target audiences ${goList(audiences)}`,
        );
      }
      const wrong = timeError(claims, clock.now());
      if (wrong !== undefined) return failed(wrong);
      const subject = subjectOf(claims['kubernetes.io']);
      if (!subject) return failed('service account token claims could not be validated');
      const gone = await bindingError(subject, options.objects, clock.now() - leewayMs);
      if (gone !== undefined) return failed(gone);
      return { outcome: 'authenticated', user: serviceAccountUserOf(subject, credentialId(claims)), audiences: common };
    },
    keySet: () => keySetOf(keys),
  };
}

function failed(error: string): Authentication {
  return { outcome: 'failed', error };
}

function goList(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
}

function audiencesOf(claim: JsonValue | undefined): string[] {
  if (typeof claim === 'string') return [claim];
  return Array.isArray(claim) ? claim.filter((one) => typeof one === 'string') : [];
}

function timeError(claims: JsonObject, now: number): string | undefined {
  const time = (name: string): number | undefined => {
    const value = claims[name];
    return typeof value === 'number' ? value * 1000 : undefined;
  };
  const [notBefore, expires, issued] = [time('nbf'), time('exp'), time('iat')];
  if (notBefore !== undefined && now + leewayMs < notBefore) return 'service account token is not valid yet';
  if (expires === undefined || now - leewayMs > expires) return 'service account token has expired';
  if (issued !== undefined && now + leewayMs < issued) return 'service account token is issued in the future';
  return undefined;
}

function privateClaims({ namespace, serviceAccount, pod, secret, node }: TokenSubject): JsonObject {
  const ref = ({ name, uid }: TokenRef): JsonObject => ({ name, uid });
  return {
    namespace,
    ...(node ? { node: ref(node) } : {}),
    ...(pod ? { pod: ref(pod) } : {}),
    ...(secret ? { secret: ref(secret) } : {}),
    serviceaccount: ref(serviceAccount),
  };
}

function subjectOf(claim: JsonValue | undefined): TokenSubject | undefined {
  if (!isJsonObject(claim) || typeof claim['namespace'] !== 'string') return undefined;
  const serviceAccount = refOf(claim['serviceaccount']);
  if (!serviceAccount) return undefined;
  const [pod, secret, node] = [refOf(claim['pod']), refOf(claim['secret']), refOf(claim['node'])];
  return {
    namespace: claim['namespace'],
    serviceAccount,
    ...(pod ? { pod } : {}),
    ...(secret ? { secret } : {}),
    ...(node ? { node } : {}),
  };
}

function refOf(claim: JsonValue | undefined): TokenRef | undefined {
  if (!isJsonObject(claim)) return undefined;
  const { name, uid } = claim;
  return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
}

/** Why what the token is bound to is gone. What was deleted before `invalidBefore` counts as gone. */
async function bindingError(
  subject: TokenSubject,
  objects: BoundObjects,
  invalidBefore: number,
): Promise<string | undefined> {
  const { namespace, serviceAccount, pod, secret, node } = subject;
  const account = await objects.find('serviceaccounts', namespace, serviceAccount.name);
  if (!account) return `serviceaccounts "${serviceAccount.name}" not found`;
  if (account.uid !== serviceAccount.uid) {
    return `service account UID (${account.uid}) does not match claim (${serviceAccount.uid})`;
  }
  if (isGone(account, invalidBefore)) return `service account ${namespace}/${serviceAccount.name} has been deleted`;
  const bound = [
    { word: 'secret', resource: 'secrets', ref: secret, namespace },
    { word: 'pod', resource: 'pods', ref: pod, namespace },
    // A pod's token names its node, but is not bound to it.
    { word: 'node', resource: 'nodes', ref: pod ? undefined : node, namespace: '' },
  ] as const;
  for (const { word, resource, ref, namespace: where } of bound) {
    if (!ref) continue;
    const object = await objects.find(resource, where, ref.name);
    if (!object || isGone(object, invalidBefore)) return 'service account token has been invalidated';
    if (object.uid === ref.uid) continue;
    const head = `${word} UID (${object.uid})`;
    return `${head} does not match service account ${word} ref claim (${ref.uid})`;
  }
  return undefined;
}

function isGone(object: BoundObject, invalidBefore: number): boolean {
  return object.deletionTime !== undefined && object.deletionTime < invalidBefore;
}

function credentialId(claims: JsonObject): string | undefined {
  const { jti } = claims;
  return typeof jti === 'string' ? jti : undefined;
}
