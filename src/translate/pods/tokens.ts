/**
 * Service-account tokens in pods. A tenant's pod asks for them in projected volumes; on the host they stand in a Secret of the pod's own, which the
 * syncer fills with real tokens of the tenant (bound to the pod, with the asked-for audience and life) and keeps fresh.
 */
import { isJsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type Name, type On } from '../../api/side.ts';
import { originOf, originOfMade, purposeMarks, type Origin, type Place } from '../marks.ts';
import { derivedHostName } from '../names.ts';
import type { PodSpec, ProjectedSource } from './pod-view.ts';

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

/** Makes the projected volumes read the Secret instead. Changes in place: `spec` is the caller's own copy. */
export function readTokensFromSecret(spec: PodSpec, secretName: Name<'host'>): void {
  const mode = tokenMode(spec);
  for (const { key, source, holder } of tokenSources(spec)) {
    delete holder.serviceAccountToken;
    holder['secret'] = { name: secretName, items: [{ key, path: source.path, ...mode }] };
  }
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

/**
 * The owner's only, where the pod has a group of its own for files: the kubelet then lets the group read, too. Mirrors kubernetes pkg/volume/projected, v1.36, but for
 * tokens that it gives to a user whom all containers have in common: nobody else could read such a Secret.
 */
function tokenMode({ securityContext }: PodSpec): { readonly mode?: number } {
  return isJsonObject(securityContext) && securityContext['fsGroup'] !== undefined ? { mode: 0o600 } : {};
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
