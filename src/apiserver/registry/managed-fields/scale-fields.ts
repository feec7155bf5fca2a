/**
 * Who manages an object's number of replicas, as its Scale says it, and back. Mirrors apimachinery util/managedfields scalehandler.go.
 */
import type { JsonObject } from '../../../api/json.ts';
import type { ObjectMeta } from '../../../api/object.ts';
import { failure } from '../../../api/status.ts';
import { FieldSet, type Path } from '../../../patch/apply/field-set.ts';
import type { OwnedFields } from '../../../patch/apply/managers.ts';
import { decodeManagedFields, encodeManagedFields, ManagedFieldsError, type Managed } from './entry.ts';

/**
 * Where a version of the object has its number: `unknown`: there is no such version, and who speaks it is forgotten; undefined: it has
 * no scale.
 */
export type ReplicasPath = (apiVersion: string) => Path | 'unknown' | undefined;

const scaleVersion = 'autoscaling/v1';
const replicasInScale: Path = ['f:spec', 'f:replicas'];

/** Of the Scale. @throws StatusError */
export function scaleManagedFields(metadata: Readonly<ObjectMeta>, pathOf: ReplicasPath): JsonObject[] | undefined {
  const managed = decoded(metadata);
  const owners = new Map<string, OwnedFields>();
  for (const [identifier, { fields, apiVersion, applied }] of managed.owners) {
    const path = pathOf(apiVersion);
    if (path === undefined || path === 'unknown' || !fields.has(path)) continue;
    owners.set(identifier, { fields: FieldSet.of(replicasInScale), apiVersion: scaleVersion, applied });
  }
  return encodeManagedFields({ owners, times: managed.times });
}

/** Of the object, after its Scale has been written in the version of `apiVersion`. @throws StatusError */
export function parentManagedFields(
  metadata: Readonly<ObjectMeta>,
  scale: JsonObject[] | undefined,
  apiVersion: string,
  pathOf: ReplicasPath,
): JsonObject[] | undefined {
  const managed = decoded(metadata);
  const left = new Map(decodeManagedFields(scale).owners);
  const owners = new Map<string, OwnedFields>();
  for (const [identifier, owned] of managed.owners) {
    const path = pathOf(owned.apiVersion);
    if (path === 'unknown') continue;
    if (path === undefined || !owned.fields.has(path) || left.delete(identifier)) owners.set(identifier, owned);
    else {
      const fields = owned.fields.difference(FieldSet.of(path));
      if (!fields.isEmpty) owners.set(identifier, { ...owned, fields });
    }
  }
  const path = pathOf(apiVersion);
  for (const [identifier, { fields, applied }] of left) {
    if (!fields.has(replicasInScale) || path === undefined || path === 'unknown') continue;
    owners.set(identifier, { fields: FieldSet.of(path), apiVersion, applied });
  }
  // As upstream has it, who is new has no time.
  return encodeManagedFields({ owners, times: managed.times });
}

function decoded(metadata: Readonly<ObjectMeta>): Managed {
  try {
    return decodeManagedFields(metadata['managedFields']);
  } catch (error) {
    if (!(error instanceof ManagedFieldsError)) throw error;
    throw failure(500, '', error.message, undefined, { cause: error });
  }
}
