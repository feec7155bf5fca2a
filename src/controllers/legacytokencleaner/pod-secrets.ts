/** The Secrets that a pod names. Mirrors kubernetes pkg/api/v1/pod VisitPodSecretNames, v1.36. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';

export function namesSecret(pod: Readonly<KubeObject>, secret: string): boolean {
  // Plain JSON; only `metadata` is an ObjectMeta.
  const spec = (pod['spec'] ?? {}) as JsonObject;
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) => objectsAt(spec, list));
  return (
    objectsAt(spec, 'imagePullSecrets').some((reference) => textAt(reference, 'name') === secret) ||
    containers.some((container) => containerNames(container, secret)) ||
    objectsAt(spec, 'volumes').some((volume) => volumeNames(volume, secret))
  );
}

function containerNames(container: JsonObject, secret: string): boolean {
  return (
    objectsAt(container, 'envFrom').some((source) => textAt(objectAt(source, 'secretRef'), 'name') === secret) ||
    objectsAt(container, 'env').some(
      (variable) => textAt(objectAt(objectAt(variable, 'valueFrom'), 'secretKeyRef'), 'name') === secret,
    )
  );
}

/** Each kind of volume has its own place for it. */
function volumeNames(volume: JsonObject, secret: string): boolean {
  return Object.values(volume).some((source) => {
    if (!isJsonObject(source)) return false;
    const names = [
      textAt(source, 'secretName'),
      textAt(objectAt(source, 'secretRef'), 'name'),
      textAt(objectAt(source, 'nodePublishSecretRef'), 'name'),
      ...objectsAt(source, 'sources').map((projected) => textAt(objectAt(projected, 'secret'), 'name')),
    ];
    return names.includes(secret);
  });
}
