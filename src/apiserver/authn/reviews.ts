/** TokenReview and SelfSubjectReview. Mirrors kubernetes pkg/registry/authentication. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { newBadRequest } from '../../api/status.ts';
import type { User } from '../../api/user.ts';
import { timestamp } from '../../lib/clock.ts';
import type { VirtualResource } from '../registry/virtual-resource.ts';
import type { TokenAuthenticator } from './authenticator.ts';

const group = 'authentication.k8s.io';

/** `audiences`: the API server's own, which a review that names none asks about. */
export function tokenReviews(tokens: TokenAuthenticator, audiences: readonly string[]): VirtualResource {
  return {
    group,
    version: 'v1',
    resource: 'tokenreviews',
    async create(_context, object) {
      const spec = isJsonObject(object['spec']) ? object['spec'] : {};
      const token = spec['token'];
      if (typeof token !== 'string' || token === '') {
        throw newBadRequest('token is required for TokenReview in authentication');
      }
      const asked = textsOf(spec['audiences']);
      const result = await tokens.authenticateToken(token, asked.length > 0 ? asked : audiences);
      const { kind, apiVersion, metadata } = object;
      return { kind, apiVersion, metadata, spec, status: statusOf(result) };
    },
  };

  function statusOf(result: Awaited<ReturnType<TokenAuthenticator['authenticateToken']>>): JsonObject {
    if (result.outcome === 'authenticated') {
      return {
        authenticated: true,
        user: userInfo(result.user),
        ...(result.audiences ? { audiences: [...result.audiences] } : {}),
      };
    }
    // Upstream asks twice, once without its cache, and tells both answers.
    const invalid = 'invalid bearer token';
    return { user: {}, error: result.outcome === 'failed' ? `[${invalid}, ${result.error}]` : invalid };
  }
}

/** Tells callers who they are. */
export const selfSubjectReviews: VirtualResource = {
  group,
  version: 'v1',
  resource: 'selfsubjectreviews',
  create: ({ user, now }, { kind, apiVersion }) =>
    Promise.resolve({
      kind,
      apiVersion,
      metadata: { creationTimestamp: timestamp(now) },
      status: { userInfo: userInfo(user) },
    }),
};

function userInfo({ name, uid = '', groups, extra = {} }: User): JsonObject {
  const info: JsonObject = {};
  if (name !== '') info['username'] = name;
  if (uid !== '') info['uid'] = uid;
  if (groups.length > 0) info['groups'] = [...groups];
  const keys = Object.keys(extra).toSorted();
  if (keys.length > 0) info['extra'] = Object.fromEntries(keys.map((key) => [key, [...(extra[key] ?? [])]]));
  return info;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
