/**
 * The rules of `metadata` that hold for every kind: what the system fills in, and what must hold on create and on update.
 * Mirrors apimachinery api/validation ValidateObjectMetaAccessor(Update) and apiserver registry/rest.
 */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import { parseApiVersion } from '../../api/gvk.ts';
import { validateLabels } from '../../api/label-selector.ts';
import { equalJson, isJsonObject, type JsonValue } from '../../api/json.ts';
import { dns1123Label, qualifiedName } from '../../api/names.ts';
import type { ObjectMeta, OwnerReference } from '../../api/object.ts';
import type { NameRule } from './strategy.ts';

/** Keys and values together. */
const annotationsBytesMax = 256 * 1024;

/** Of a field manager's name. */
export const fieldManagerBytesMax = 128;
const subresourceBytesMax = 256;

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';
const standardFinalizers = new Set([orphanFinalizer, foregroundFinalizer, 'kubernetes']);
const immutable = 'field is immutable';
const root = field.path('metadata');

/** After names have been generated. */
export function validateObjectMeta(meta: Readonly<ObjectMeta>, namespaced: boolean, nameRule: NameRule): FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName) {
    for (const message of nameRule(meta.generateName, true)) {
      errors.push(field.invalid(root.child('generateName'), meta.generateName, message));
    }
  }
  if (!meta.name) errors.push(field.required(root.child('name'), 'name or generateName is required'));
  else {
    for (const message of nameRule(meta.name, false)) {
      errors.push(field.invalid(root.child('name'), meta.name, message));
    }
  }
  errors.push(...validateNamespace(meta.namespace ?? '', namespaced));
  if ((meta.generation ?? 0) < 0) {
    const text = 'must be greater than or equal to 0';
    errors.push(field.invalid(root.child('generation'), meta.generation ?? 0, text));
  }
  return [...errors, ...validateMaps(meta), ...validateFinalizers(meta.finalizers ?? [])];
}

/**
 * What built-in kinds ask of finalizers beyond their form: a name without a domain must be one of upstream's own. Mirrors
 * kubernetes core/validation ValidateKubeFinalizerName.
 */
export function validateKubeFinalizers(finalizers: readonly string[]): FieldError[] {
  const text = 'name is neither a standard finalizer name nor is it fully qualified';
  return finalizers.flatMap((name, index) =>
    name.includes('/') || standardFinalizers.has(name)
      ? []
      : [field.invalid(root.child('finalizers').index(index), name, text)],
  );
}

/** What must hold between an object and the one it replaces. */
export function validateObjectMetaUpdate(meta: Readonly<ObjectMeta>, old: Readonly<ObjectMeta>): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) {
    const extra = [...new Set(meta.finalizers)].filter((name) => !old.finalizers?.includes(name)).sort();
    if (extra.length > 0) {
      const list = `[]string{${extra.map((name) => JSON.stringify(name)).join(', ')}}`;
      const text = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      errors.push(field.forbidden(root.child('finalizers'), text));
    }
  }
  if (!meta.resourceVersion) {
    errors.push(field.invalid(root.child('resourceVersion'), '', 'must be specified for an update'));
  }
  for (const name of immutableFields) {
    if (equalJson(emptyIsAbsent(meta[name]), emptyIsAbsent(old[name]))) continue;
    errors.push(field.invalid(root.child(name), immutableValue(name, meta[name]), immutable));
  }
  return [...errors, ...validateMaps(meta)];
}

/**
 * Removes repeated owner references; returns the UIDs that were repeated. May mutate. Mirrors handlers
 * dedupOwnerReferencesAndAddWarning.
 */
export function dropRepeatedOwners(meta: ObjectMeta): readonly string[] {
  const references = meta.ownerReferences ?? [];
  if (references.length < 2) return [];
  const kept: OwnerReference[] = [];
  const repeated: string[] = [];
  for (const reference of references) {
    if (kept.some((other) => other.uid === reference.uid && equalJson(other, reference))) repeated.push(reference.uid);
    else kept.push(reference);
  }
  if (repeated.length > 0) meta.ownerReferences = kept;
  return repeated;
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function emptyIsAbsent(value: JsonValue | undefined): JsonValue | undefined {
  return value === '' || value === null ? undefined : value;
}

function immutableValue(name: string, value: JsonValue | undefined): JsonValue {
  if (value !== undefined) return value;
  return name.endsWith('Timestamp') || name === 'deletionGracePeriodSeconds' ? null : '';
}

function validateNamespace(namespace: string, namespaced: boolean): FieldError[] {
  const path = root.child('namespace');
  if (!namespaced) return namespace === '' ? [] : [field.forbidden(path, 'not allowed on this type')];
  if (namespace === '') return [field.required(path, '')];
  return dns1123Label(namespace).map((message) => field.invalid(path, namespace, message));
}

/** Mirrors apimachinery meta/v1/validation ValidateManagedFields, where what is stored has gone through the field manager. */
function validateManagers(meta: Readonly<ObjectMeta>): FieldError[] {
  const entries = meta['managedFields'];
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry, index) => {
    if (!isJsonObject(entry)) return [];
    const path = root.child('managedFields').index(index);
    const { manager, subresource } = entry;
    return [
      ...(typeof manager === 'string' ? validateManagerName(manager, path.child('manager')) : []),
      ...(typeof subresource === 'string' && Buffer.byteLength(subresource) > subresourceBytesMax
        ? [field.tooLong(path.child('subresource'), subresourceBytesMax)]
        : []),
    ];
  });
}

/** Mirrors meta/v1/validation ValidateFieldManager. */
export function validateManagerName(manager: string, path: Path | string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > fieldManagerBytesMax) errors.push(field.tooLong(path, fieldManagerBytesMax));
  let position = 0;
  for (const character of manager) {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      errors.push(field.invalid(path, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

function validateMaps(meta: Readonly<ObjectMeta>): FieldError[] {
  return [
    ...validateLabels(meta.labels ?? {}, root.child('labels')),
    ...validateAnnotations(meta.annotations ?? {}, root.child('annotations')),
    ...validateOwners(meta.ownerReferences ?? [], root.child('ownerReferences')),
    ...validateManagers(meta),
  ];
}

/** Keys and values together are more than annotations may be. */
export function annotationsTooLong(annotations: Readonly<Record<string, string>>): boolean {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes > annotationsBytesMax;
}

/** Mirrors apimachinery api/validation ValidateAnnotations. */
export function validateAnnotations(annotations: Readonly<Record<string, string>>, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const message of qualifiedName(key.toLowerCase())) errors.push(field.invalid(path, key, message));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > annotationsBytesMax) errors.push(field.tooLong(path, annotationsBytesMax));
  return errors;
}

function validateOwners(owners: readonly OwnerReference[], path: Path): FieldError[] {
  const errors: FieldError[] = [];
  let controller = '';
  for (const owner of owners) {
    errors.push(...validateOwner(owner, path));
    if (owner['controller'] !== true) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (controller === '') controller = name;
    else {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(field.invalid(path, [...owners], text));
    }
  }
  return errors;
}

function validateOwner(owner: OwnerReference, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  // Without a value that can be parsed, upstream sees an empty version.
  const version = parseApiVersion(owner.apiVersion)?.version ?? '';
  if (version === '') {
    errors.push(field.invalid(path.child('apiVersion'), owner.apiVersion, 'version must not be empty'));
  }
  for (const name of ['kind', 'name', 'uid'] as const) {
    if (!owner[name]) errors.push(field.invalid(path.child(name), owner[name], 'must not be empty'));
  }
  if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
    errors.push(field.invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  const path = root.child('finalizers');
  const errors: FieldError[] = [];
  for (const finalizer of finalizers) {
    for (const message of qualifiedName(finalizer)) errors.push(field.invalid(path, finalizer, message));
  }
  if (finalizers.includes(orphanFinalizer) && finalizers.includes(foregroundFinalizer)) {
    const text = `finalizer ${orphanFinalizer} and ${foregroundFinalizer} cannot be both set`;
    errors.push(field.invalid(path, [...finalizers], text));
  }
  return errors;
}
