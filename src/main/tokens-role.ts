/** The tokens of service accounts that a role's API server gives and takes. */
import { readFileSync } from 'node:fs';
import { unionTokens, type TokenAuthenticator } from '../apiserver/authn/authenticator.ts';
import { createLegacyTokens, lastUsedLabel, type LegacyTokens } from '../apiserver/authn/legacy-tokens.ts';
import {
  createServiceAccountTokens,
  type BoundObjects,
  type ServiceAccountTokens,
} from '../apiserver/authn/service-account-tokens.ts';
import type { KubeObject } from '../api/object.ts';
import type { GenericStore } from '../apiserver/registry/generic-store.ts';
import type { ResourceRegistry } from '../apiserver/registry/resource-registry.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { ServerConfig } from './role-config.ts';

export interface TokensParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly serviceAccountKeys: readonly string[];
  readonly serviceAccountIssuer: string;
  /** Whose tokens are good still: what the issuer was called before. */
  readonly formerServiceAccountIssuers?: readonly string[];
  /** Of the API server itself; default: its issuer. */
  readonly apiAudiences?: readonly string[];
}

export interface ComposedTokens {
  readonly bound: ServiceAccountTokens;
  readonly legacy: LegacyTokens;
  readonly all: TokenAuthenticator;
}

export function composeTokens(parts: TokensParts, store: GenericStore, resources: ResourceRegistry): ComposedTokens {
  const { clock, random, serviceAccountKeys: keys, formerServiceAccountIssuers, apiAudiences } = parts;
  const objects = boundObjects(store, resources);
  const bound = createServiceAccountTokens({
    clock,
    random,
    keys,
    objects,
    issuer: parts.serviceAccountIssuer,
    ...(formerServiceAccountIssuers ? { formerIssuers: formerServiceAccountIssuers } : {}),
    ...(apiAudiences && apiAudiences.length > 0 ? { audiences: apiAudiences } : {}),
  });
  const { audiences } = bound;
  const used = labelUsed(store, resources);
  const legacy = createLegacyTokens({ clock, keys, audiences, objects, used });
  return { bound, legacy, all: unionTokens([bound, legacy]) };
}

/** @throws Error for a file that can't be read */
export function tokensOf(config: ServerConfig): Omit<TokensParts, 'clock' | 'random'> {
  const { serviceAccountKey, furtherServiceAccountKeys = [], formerServiceAccountIssuers, apiAudiences } = config;
  const files = [serviceAccountKey, ...furtherServiceAccountKeys];
  return {
    serviceAccountKeys: files.map((file) => readFileSync(file, 'utf8')),
    serviceAccountIssuer: config.serviceAccountIssuer,
    ...(formerServiceAccountIssuers ? { formerServiceAccountIssuers } : {}),
    ...(apiAudiences ? { apiAudiences } : {}),
  };
}

/** Tokens are good only while what they are bound to is there. */
function boundObjects(objects: GenericStore, resources: ResourceRegistry): BoundObjects {
  return {
    async find(plural, namespace, name) {
      const resource = resources.find('', 'v1', plural);
      const found = resource && (await objects.find({ resource, namespace, name }));
      if (!found) return undefined;
      const { object } = found;
      const { uid = '', deletionTimestamp } = object.metadata;
      return { uid, object, ...(deletionTimestamp ? { deletionTime: Date.parse(deletionTimestamp) } : {}) };
    },
  };
}

function labelUsed(store: GenericStore, resources: ResourceRegistry) {
  return async ({ metadata }: Readonly<KubeObject>, day: string): Promise<void> => {
    const resource = resources.find('', 'v1', 'secrets');
    const { name = '', namespace = '', uid } = metadata;
    if (!resource || !(await store.find({ resource, namespace, name }))) return;
    await store.rewrite({ resource, namespace, name }, false, (old) => {
      const object = old.decode();
      if (object.metadata.uid !== uid) return undefined;
      object.metadata.labels = { ...object.metadata.labels, [lastUsedLabel]: day };
      return object;
    });
  };
}
