/** ConfigMaps and Secrets on the host: their content as it is. Pure. */
import { cloneJson, equalJson, type JsonObject, type JsonValue } from '../api/json.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import type { Place } from './marks.ts';
import { copyMetadata, updatedMetadata } from './metadata.ts';

const contentFields = ['data', 'binaryData', 'immutable'] as const;

/** The copy of a ConfigMap as it is created on the host. */
export function copyConfigMap(place: Place, configMap: On<'tenant', KubeObject>): On<'host', KubeObject> {
  return markOn('host', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: copyMetadata(place, configMap),
    ...content(configMap),
  });
}

/**
 * The copy of a Secret as it is created on the host. A token Secret becomes an opaque one: the host's controllers would fill it with a token of
 * the host, or delete it for naming an account that they don't know.
 */
export function copySecret(place: Place, secret: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const type = secret['type'] === 'kubernetes.io/service-account-token' ? 'Opaque' : secret['type'];
  return markOn('host', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: copyMetadata(place, secret),
    ...(typeof type === 'string' ? { type } : {}),
    ...content(secret),
  });
}

/** The existing copy, brought up to date; `current` itself when nothing is to be done. */
export function updatedConfigurationCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  const updated: KubeObject = { ...current, metadata: updatedMetadata(current.metadata, wanted.metadata) };
  for (const field of contentFields) {
    if (wanted[field] === undefined) delete updated[field];
    else updated[field] = wanted[field];
  }
  return equalJson(comparable(updated), comparable(current)) ? current : markOn('host', updated);
}

function comparable(object: KubeObject): JsonObject {
  const { labels = {}, annotations = {} } = object.metadata;
  return { labels, annotations, ...content(object) };
}

function content(object: Readonly<KubeObject>): Record<string, JsonValue> {
  const found: Record<string, JsonValue> = {};
  for (const field of contentFields) {
    const value: JsonValue | ObjectMeta | undefined = object[field];
    // The three are plain JSON; only `metadata` is an ObjectMeta.
    if (value !== undefined) found[field] = cloneJson(value as JsonValue);
  }
  return found;
}
