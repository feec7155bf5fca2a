/**
 * Service-account tokens in pods. A tenant's pod asks for them in projected volumes; on the host they stand in a Secret of the pod's own, which the
 * syncer fills with real tokens of the tenant (bound to the pod, with the asked-for audience and life) and keeps fresh.
 */
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type Name, type On } from '../../api/side.ts';
import { originOf, originOfMade, purposeMarks, type Origin, type Place } from '../marks.ts';
import { derivedHostName } from '../names.ts';
import { containersOf, type PodSpec, type ProjectedSource } from './pod-view.ts';

export interface WantedToken {
  /** Key of the Secret. */
  readonly key: string;
  /** Absent: the tenant's API server itself. */
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
}

const tokenPurpose = 'pod-tokens';
const dueAnnotation = 'sublet.dev/renew-at';
const defaultExpirationSeconds = 3600;

/** The Secret that holds a pod's tokens. */
export function tokenSecretName(tenant: string, namespace: Name<'tenant'>, pod: Name<'tenant'>): Name<'host'> {
  return derivedHostName(tenant, namespace, pod, tokenPurpose);
}

/** What tokens a pod asks for. */
export function wantedTokens(spec: PodSpec): readonly WantedToken[] {
  return tokenSources(spec).map(({ key, source }) => ({
    key,
    audience: source.audience === '' ? undefined : source.audience,
    expirationSeconds: source.expirationSeconds ?? defaultExpirationSeconds,
  }));
}

/**
 * Makes the projected volumes read the Secret instead, in files with the modes that tokens have. Changes in place: `spec` is the caller's own copy.
 */
export function readTokensFromSecret(spec: PodSpec, secretName: Name<'host'>): void {
  const mode = tokenMode(spec);
  for (const { key, source, holder } of tokenSources(spec)) {
    delete holder.serviceAccountToken;
    const item = { key, path: source.path, ...(mode === undefined ? {} : { mode }) };
    holder['secret'] = { name: secretName, items: [item] };
  }
}

/**
 * `undefined`: the volume's own. Mirrors kubelet volume/projected collectData: tokens are for the group of the pod's files, or for the one user as whom all
 * of its containers run. A file out of a Secret can't be given to a user, only to the group; a user that isn't root must be let to read it.
 */
function tokenMode(spec: PodSpec): number | undefined {
  const { fsGroup, runAsUser } = identityOf(spec['securityContext']);
  if (fsGroup !== undefined) return 0o600;
  const users = new Set(
    containersOf(spec).map(({ securityContext }) => identityOf(securityContext).runAsUser ?? runAsUser),
  );
  const [user] = users;
  if (users.size !== 1 || user === undefined) return undefined;
  return user === 0 ? 0o600 : 0o644;
}

function identityOf(context: JsonValue | undefined): { readonly fsGroup?: JsonValue; readonly runAsUser?: JsonValue } {
  return isJsonObject(context) ? context : {};
}

/** Whether the Secret has all of the tokens. */
export function holdsTokens(secret: Readonly<KubeObject>, tokens: readonly WantedToken[]): boolean {
  const data = secret['data'];
  return tokens.every(({ key }) => typeof data === 'object' && data !== null && Object.hasOwn(data, key));
}

/** Tokens are renewed when this share of their life is over, as kubelets do, or at this age. Mirrors kubelet token/token_manager.go. */
const renewalShare = 0.8;
const renewalAgeMaxMs = 24 * 3600 * 1000;
/** Pods that started together don't renew together. */
const spreadShare = 0.1;

/** When a token is to be renewed; all in milliseconds since the epoch. `random`: from 0 to 1. */
export function renewalTime(issuedAt: number, expiresAt: number, random: number): number {
  const age = Math.min((expiresAt - issuedAt) * renewalShare, renewalAgeMaxMs);
  return issuedAt + age * (1 - (spreadShare / renewalShare) * random);
}

/** The Secret with a pod's tokens, by key; `renewAt`: milliseconds since the epoch. */
export function tokenSecret(
  place: Place,
  pod: On<'tenant', KubeObject>,
  tokens: Readonly<Record<string, string>>,
  renewAt: number,
): On<'host', KubeObject> {
  const origin = originOf(pod);
  const { labels, annotations } = purposeMarks(place.tenant, origin, tokenPurpose);
  return markOn('host', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: tokenSecretName(place.tenant, origin.namespace, origin.name),
      namespace: place.hostNamespace,
      labels,
      annotations: { ...annotations, [dueAnnotation]: new Date(renewAt).toISOString() },
    },
    type: 'Opaque',
    data: Object.fromEntries(
      Object.entries(tokens).map(([key, token]) => [key, Buffer.from(token).toString('base64')]),
    ),
  });
}

/** Whose tokens a Secret holds: the way back. */
export function originOfTokenSecret(place: Place, secret: Readonly<KubeObject>): Origin | undefined {
  return originOfMade(place, secret, tokenPurpose, ({ namespace, name }) =>
    tokenSecretName(place.tenant, namespace, name),
  );
}

/** When the tokens must be renewed, milliseconds since the epoch; 0 (now) where the Secret doesn't say. */
export function tokensDueAt(secret: Readonly<KubeObject>): number {
  return Date.parse(secret.metadata.annotations?.[dueAnnotation] ?? '') || 0;
}

function tokenSources(spec: PodSpec) {
  const found: { key: string; source: NonNullable<ProjectedSource['serviceAccountToken']>; holder: ProjectedSource }[] =
    [];
  for (const volume of spec.volumes ?? []) {
    for (const [index, holder] of (volume.projected?.sources ?? []).entries()) {
      const source = holder.serviceAccountToken;
      if (source) found.push({ key: `${volume.name}.${index}`, source, holder });
    }
  }
  return found;
}
