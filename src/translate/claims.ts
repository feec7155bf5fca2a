/**
 * A tenant's PersistentVolumeClaim on the host, and what the host says of it. The volume is the host's to choose: a claim that could name one would get at
 * what other tenants have left. Pure.
 */
import { createHash } from 'node:crypto';
import { cloneJson, equalJson, isJsonObject, type JsonObject } from '../api/json.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { markOn, nameOn, type Name, type On } from '../api/side.ts';
import { scrubber } from './host-texts.ts';
import { originOf, ownPrefix, type Origin, type Place } from './marks.ts';
import { copyMetadata, updatedMetadata } from './metadata.ts';
import { hostName } from './names.ts';
import { pinLabelSelector, type LabelSelector } from './selectors.ts';

export interface ClaimSpec extends JsonObject {
  storageClassName?: string;
  volumeName?: string;
  volumeAttributesClassName?: string;
  resources?: JsonObject & { requests?: JsonObject };
  selector?: LabelSelector;
  dataSource?: DataSource;
  dataSourceRef?: DataSource;
}

interface DataSource extends JsonObject {
  name: string;
  namespace?: string;
}

interface ClaimStatus extends JsonObject {
  conditions?: (JsonObject & { type: string; message?: string })[];
}

/** With these a cluster's own controllers talk to each other: the host's take the tenant's word for nothing, nor does the tenant hear theirs. */
const controllerPrefix = /^(pv\.kubernetes\.io|volume\.kubernetes\.io|volume\.beta\.kubernetes\.io)\//;
/** What claims said before there was a field for it; it still goes before the field. */
const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
/** The note, upstream's, that a claim has its volume and keeps it. */
const boundAnnotation = 'pv.kubernetes.io/bind-completed';
/** Tells whether the tenant has asked for something else since the copy was last written. */
const changeableAnnotation = `${ownPrefix}changeable`;

/** Types of the host's conditions: what it says no more is gone. All others are for the tenant's own controllers to write. */
const hostConditions = new Set([
  'Resizing',
  'FileSystemResizePending',
  'ControllerResizeError',
  'NodeResizeError',
  'ModifyVolumeError',
  'ModifyingVolume',
]);

/** The typed look. A door: the object's own API server has checked its types. */
function claimSpec(claim: Readonly<KubeObject>): ClaimSpec {
  return (claim['spec'] ?? {}) as ClaimSpec;
}

/** Whether the tenant was told of a volume of the host's. */
export function hasVolume(claim: On<'tenant', KubeObject>): boolean {
  return Boolean(claimSpec(claim).volumeName) && claim.metadata.annotations?.[boundAnnotation] !== undefined;
}

/** The class that a claim asks for; the empty string: none; `undefined`: the default. */
export function classOf(claim: Readonly<KubeObject>): string | undefined {
  return claim.metadata.annotations?.[classAnnotation] ?? claimSpec(claim).storageClassName;
}

/** Why no copy of the claim can be made, in words for its owner; `undefined`: nothing is in the way. */
export function claimObstacle(claim: On<'tenant', KubeObject>): string | undefined {
  const { volumeName, dataSourceRef } = claimSpec(claim);
  if (volumeName) return `the volume ${volumeName} is none of the host's; leave volumeName out and the host gives one`;
  const { namespace } = dataSourceRef ?? {};
  if (namespace !== undefined && namespace !== claim.metadata.namespace)
    return `a volume can't be filled from another namespace, ${namespace}`;
  return undefined;
}

/** The copy as it is created on the host. `ownClass`: what the host calls it, if its class is the tenant's own. */
export function copyClaim(
  place: Place,
  claim: On<'tenant', KubeObject>,
  ownClass?: Name<'host'>,
): On<'host', KubeObject> {
  const origin = originOf(claim);
  const { volumeName: _, ...spec } = cloneJson(claimSpec(claim));
  const storageClassName = ownClass ?? classOf(claim);
  if (storageClassName !== undefined) spec.storageClassName = storageClassName;
  if (spec.selector) spec.selector = pinLabelSelector(place.tenant, origin.namespace, spec.selector);
  for (const source of [spec.dataSource, spec.dataSourceRef]) {
    if (source) renameSource(place, origin, source);
  }
  const metadata = copyMetadata(place, { ...claim, metadata: withoutControllers(claim.metadata, ownClass) });
  const annotations = { ...metadata.annotations, [changeableAnnotation]: changeableDigest(spec) };
  return markOn('host', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...metadata, annotations },
    spec,
  });
}

/**
 * The existing copy, brought up to date with what may change in a claim: how much it asks for, and the class of its volume's attributes. Only what has
 * changed in the tenant since is written. Gives `current` itself when nothing is to be done.
 */
export function updatedClaimCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  const metadata = updatedMetadata(current.metadata, wanted.metadata);
  const sameMarks =
    equalJson(metadata.labels ?? {}, current.metadata.labels ?? {}) &&
    equalJson(metadata.annotations ?? {}, current.metadata.annotations ?? {});
  if (sameMarks) return current;
  const changed =
    current.metadata.annotations?.[changeableAnnotation] !== wanted.metadata.annotations?.[changeableAnnotation];
  return markOn('host', { ...current, metadata, ...(changed ? { spec: changedSpec(current, wanted) } : {}) });
}

/** The tenant's claim with the volume that the host gave its copy; `claim` itself: it knows already, or there is none yet. */
export function claimAsBound(claim: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): On<'tenant', KubeObject> {
  const { volumeName } = claimSpec(copy);
  if (!volumeName || claimSpec(claim).volumeName) return claim;
  const annotations = { ...claim.metadata.annotations, [boundAnnotation]: 'yes' };
  return markOn('tenant', {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claimSpec(claim), volumeName },
  });
}

/** What the tenant's claim shows of its copy's status. */
export function claimStatus(place: Place, claim: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): JsonObject {
  const own = viewStatus(claim);
  const scrub = scrubber(place, originOf(claim));
  const { conditions: given = [], ...status } = cloneJson(viewStatus(copy));
  const types = new Set(given.map(({ type }) => type));
  const kept = (own.conditions ?? []).filter(({ type }) => !types.has(type) && !hostConditions.has(type));
  const told = given.map((condition) =>
    condition.message === undefined ? condition : { ...condition, message: scrub(condition.message) },
  );
  const conditions = [...cloneJson(kept), ...told];
  return { ...status, ...(conditions.length > 0 ? { conditions } : {}) };
}

/** Of a claim whose copy is gone, and its volume with it. Mirrors what the binder of volumes says, v1.36. */
export function lostStatus(claim: On<'tenant', KubeObject>): JsonObject {
  const { accessModes: _, capacity: __, ...status } = cloneJson(viewStatus(claim));
  return { ...status, phase: 'Lost' };
}

function viewStatus(claim: Readonly<KubeObject>): ClaimStatus {
  // The typed look, as above.
  return (claim['status'] ?? {}) as ClaimStatus;
}

/** What isn't a claim is renamed like one: at least it is nobody else's. */
function renameSource({ tenant }: Place, { namespace }: Origin, source: DataSource): void {
  source.name = hostName(tenant, namespace, nameOn('tenant', source.name));
  delete source.namespace;
}

function withoutControllers(metadata: Readonly<ObjectMeta>, ownClass: Name<'host'> | undefined): ObjectMeta {
  const kept = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => !controllerPrefix.test(key) && (ownClass === undefined || key !== classAnnotation),
  );
  return { ...metadata, annotations: Object.fromEntries(kept) };
}

function changeableDigest({ resources, volumeAttributesClassName }: ClaimSpec): string {
  const requests = isJsonObject(resources?.requests) ? resources.requests : {};
  const changeable = [
    Object.entries(requests).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    volumeAttributesClassName ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(changeable)).digest('hex').slice(0, 16);
}

function changedSpec(current: On<'host', KubeObject>, wanted: On<'host', KubeObject>): ClaimSpec {
  const spec = cloneJson(claimSpec(current));
  const { resources, volumeAttributesClassName } = claimSpec(wanted);
  if (resources?.requests) spec.resources = { ...spec.resources, requests: { ...resources.requests } };
  if (volumeAttributesClassName !== undefined) spec.volumeAttributesClassName = volumeAttributesClassName;
  return spec;
}
