/**
 * Every place where a pod names a ConfigMap, a Secret or a claim of its namespace: one list, read to know what must be on the host, and written to
 * rename it there. A place that is not listed is not synced, and the sentinel test says so.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { containersOf, type PodSpec } from './pod-view.ts';

export type ReferencedKind = 'configmaps' | 'secrets' | 'persistentvolumeclaims' | 'endpoints';

/** Asked at each place; what it returns is written there. */
export type Rename = (kind: ReferencedKind, name: string) => string;

type Place = readonly [kind: ReferencedKind, holder: string, field: string];

/** Volume sources that name an object, and the field in which they do. */
const volumePlaces: readonly Place[] = [
  ['configmaps', 'configMap', 'name'],
  ['secrets', 'secret', 'secretName'],
  ['persistentvolumeclaims', 'persistentVolumeClaim', 'claimName'],
  ['secrets', 'azureFile', 'secretName'],
  ['endpoints', 'glusterfs', 'endpoints'],
];

/** Volume sources that name a secret one level deeper, by the field that holds the reference. */
const volumeSecretPlaces: readonly (readonly [source: string, field: string])[] = [
  ['csi', 'nodePublishSecretRef'],
  ['rbd', 'secretRef'],
  ['cephfs', 'secretRef'],
  ['cinder', 'secretRef'],
  ['iscsi', 'secretRef'],
  ['flexVolume', 'secretRef'],
  ['scaleIO', 'secretRef'],
  ['storageos', 'secretRef'],
];

const projectedPlaces: readonly Place[] = [
  ['configmaps', 'configMap', 'name'],
  ['secrets', 'secret', 'name'],
];

const environmentPlaces: readonly Place[] = [
  ['configmaps', 'configMapKeyRef', 'name'],
  ['secrets', 'secretKeyRef', 'name'],
];

const environmentSourcePlaces: readonly Place[] = [
  ['configmaps', 'configMapRef', 'name'],
  ['secrets', 'secretRef', 'name'],
];

/** Renames in place: `spec` is the caller's own copy. */
export function renameReferences(spec: PodSpec, rename: Rename): void {
  for (const container of containersOf(spec)) {
    for (const variable of container.env ?? []) renameAt(variable.valueFrom, environmentPlaces, rename);
    for (const source of container.envFrom ?? []) renameAt(source, environmentSourcePlaces, rename);
  }
  for (const volume of spec.volumes ?? []) {
    renameAt(volume, volumePlaces, rename);
    for (const [source, field] of volumeSecretPlaces) renameAt(volume[source], [['secrets', field, 'name']], rename);
    for (const source of volume.projected?.sources ?? []) renameAt(source, projectedPlaces, rename);
  }
  for (const reference of spec.imagePullSecrets ?? []) {
    if (reference.name !== '') reference.name = rename('secrets', reference.name);
  }
}

/** Everything of one kind that the pod names, each once. */
export function referencedNames(spec: PodSpec, wanted: ReferencedKind): readonly string[] {
  const names = new Set<string>();
  renameReferences(spec, (kind, name) => {
    if (kind === wanted) names.add(name);
    return name;
  });
  return [...names];
}

function renameAt(container: JsonValue | object | undefined, places: readonly Place[], rename: Rename): void {
  if (!isJsonObject(container)) return;
  for (const [kind, holder, field] of places) {
    const reference: JsonValue | undefined = container[holder];
    if (isJsonObject(reference)) renameField(reference, kind, field, rename);
  }
}

function renameField(reference: JsonObject, kind: ReferencedKind, field: string, rename: Rename): void {
  const name = reference[field];
  if (typeof name !== 'string' || name === '') return;
  const renamed = rename(kind, name);
  // Reading a frozen object goes through here too: what is the same isn't written.
  if (renamed !== name) reference[field] = renamed;
}
