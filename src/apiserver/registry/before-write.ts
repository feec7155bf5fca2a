/**
 * What every write goes through between admission and storage: the system's metadata, the strategy, the checks. Mirrors apiserver
 * registry/rest BeforeCreate and BeforeUpdate.
 */
import type { FieldError } from '../../api/field-error.ts';
import { equalJson } from '../../api/json.ts';
import { generatedName, pathSegmentNameRule, subdomainNameRule } from '../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { failure, newBadRequest, newInvalid } from '../../api/status.ts';
import { timestamp } from '../../lib/clock.ts';
import { randomSuffix, type Random } from '../../lib/random.ts';
import { canonicalObject } from '../../schema/decode.ts';
import { validateKubeFinalizers, validateObjectMeta, validateObjectMetaUpdate } from './object-metadata.ts';
import { dropsStatusOnCreate, generationFields, hasStatus, tracksGeneration } from './resource-traits.ts';
import type { ServedResource } from './served-resource.ts';
import type { WriteContext } from './write-context.ts';

const generatedSuffixLength = 5;

/** Clears what only the system may set. May mutate. Mirrors rest.WipeObjectMetaSystemFields. */
export function wipeSystemMetadata(meta: ObjectMeta): void {
  delete meta.creationTimestamp;
  delete meta.uid;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta['selfLink'];
}

/** Puts the object into the namespace of the request. May mutate. @throws StatusError BadRequest when it names another one */
export function ensureNamespace(meta: ObjectMeta, namespace: string): void {
  const given = meta.namespace ?? '';
  if (given === namespace) return;
  if (given !== '' && namespace !== '') {
    throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (namespace === '') delete meta.namespace;
  else meta.namespace = namespace;
}

/** Uid, time and name. May mutate. */
export function fillSystemMetadata(meta: ObjectMeta, context: WriteContext, random: Random): void {
  meta.creationTimestamp = timestamp(context.now);
  meta.uid = random.uuid();
  if (meta.generateName && !meta.name) {
    meta.name = generatedName(meta.generateName, randomSuffix(random, generatedSuffixLength));
  }
}

/**
 * The object to be stored, in canonical form. `object` has its system metadata, and may be mutated. Throws StatusErrors.
 */
export function beforeCreate(resource: ServedResource, object: KubeObject, context: WriteContext): KubeObject {
  const strategy = resource.definition?.strategy;
  const { resourceVersion = '' } = object.metadata;
  delete object.metadata.resourceVersion;
  if (dropsStatusOnCreate(resource)) delete object['status'];
  if (tracksGeneration(resource)) object.metadata.generation = 1;
  strategy?.prepareForCreate?.(object, context);
  const whole = canonical(resource, object);
  const nameRule = strategy?.nameRule ?? subdomainNameRule;
  throwInvalid(resource, whole, [
    ...validateObjectMeta(whole.metadata, resource.namespaced, nameRule),
    ...(checksFinalizers(resource) ? validateKubeFinalizers(whole.metadata.finalizers ?? []) : []),
    ...(strategy?.validate?.(whole, context) ?? []),
  ]);
  context.warnings.push(...(strategy?.warnings?.(whole, undefined) ?? []));
  // Upstream's storage refuses it, after all that looks at the object itself.
  if (/^\d+$/.test(resourceVersion) && /[1-9]/.test(resourceVersion)) {
    throw failure(500, '', 'resourceVersion should not be set on objects to be created');
  }
  return whole;
}

/**
 * The same for an update of the object itself. `old` is what is stored, with its resourceVersion. `other`: a subresource of some other
 * kind made the object (scale, binding, finalize…), and knows what it may change: no strategy prepares it, status is its own.
 */
export function beforeUpdate(
  resource: ServedResource,
  object: KubeObject,
  old: Readonly<KubeObject>,
  context: WriteContext,
  part: 'object' | 'other',
): KubeObject {
  const strategy = resource.definition?.strategy;
  takeOldGeneration(object, old);
  if (part === 'object') {
    if (hasStatus(resource)) takeOldField(object, old, 'status');
    strategy?.prepareForUpdate?.(object, old, context);
  }
  const whole = finishUpdate(resource, object, old);
  if (tracksGeneration(resource) && changed(whole, old, generationFields(resource, { ...old, ...whole }))) {
    whole.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
  throwInvalid(resource, whole, [
    ...validateUpdatedMeta(resource, whole, old),
    ...((part === 'object' ? strategy?.validateUpdate : strategy?.validatePartUpdate)?.(whole, old, context) ?? []),
  ]);
  if (part === 'object') context.warnings.push(...(strategy?.warnings?.(whole, old) ?? []));
  return whole;
}

/** The same for an update of `/status`: everything but status and metadata stays as it was. */
export function beforeStatusUpdate(
  resource: ServedResource,
  object: KubeObject,
  old: Readonly<KubeObject>,
  context: WriteContext,
): KubeObject {
  const strategy = resource.definition?.strategy;
  takeOldGeneration(object, old);
  for (const name of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (name !== 'status' && name !== 'metadata') takeOldField(object, old, name);
  }
  strategy?.prepareForStatusUpdate?.(object, old, context);
  const whole = finishUpdate(resource, object, old);
  throwInvalid(resource, whole, [
    ...validateUpdatedMeta(resource, whole, old),
    ...(strategy?.validateStatusUpdate?.(whole, old, context) ?? []),
  ]);
  return whole;
}

/** In stored form again, after code has changed it. */
export function canonical(resource: ServedResource, object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  // An object's schema keeps these three.
  return canonicalObject(resource.storageSchema, { kind, apiVersion, metadata, ...rest } as never) as KubeObject;
}

function validateUpdatedMeta(
  resource: ServedResource,
  object: Readonly<KubeObject>,
  old: Readonly<KubeObject>,
): FieldError[] {
  return [
    ...validateObjectMeta(object.metadata, resource.namespaced, pathSegmentNameRule),
    ...validateObjectMetaUpdate(object.metadata, old.metadata),
    ...(checksFinalizers(resource) ? validateKubeFinalizers(object.metadata.finalizers ?? []) : []),
  ];
}

function finishUpdate(resource: ServedResource, object: KubeObject, old: Readonly<KubeObject>): KubeObject {
  const meta = object.metadata;
  delete meta['selfLink'];
  if (!meta.uid && old.metadata.uid !== undefined) meta.uid = old.metadata.uid;
  if (old.metadata.creationTimestamp) meta.creationTimestamp = old.metadata.creationTimestamp;
  if (old.metadata.deletionTimestamp) meta.deletionTimestamp = old.metadata.deletionTimestamp;
  if (old.metadata.deletionGracePeriodSeconds !== undefined && meta.deletionGracePeriodSeconds === undefined) {
    meta.deletionGracePeriodSeconds = old.metadata.deletionGracePeriodSeconds;
  }
  return canonical(resource, object);
}

function takeOldGeneration(object: KubeObject, old: Readonly<KubeObject>): void {
  if (old.metadata.generation === undefined) delete object.metadata.generation;
  else object.metadata.generation = old.metadata.generation;
}

function takeOldField(object: KubeObject, old: Readonly<KubeObject>, name: string): void {
  const value = old[name];
  if (value === undefined) delete object[name];
  else object[name] = structuredClone(value);
}

function changed(object: Readonly<KubeObject>, old: Readonly<KubeObject>, fields: readonly string[]): boolean {
  // Metadata is never among the fields, so these are plain JSON.
  return fields.some((name) => !equalJson(object[name] as never, old[name] as never));
}

/** Definitions and APIServices are of servers that don't. */
function checksFinalizers({ protobuf, gr }: ServedResource): boolean {
  return protobuf && gr.group !== 'apiextensions.k8s.io' && gr.group !== 'apiregistration.k8s.io';
}

function throwInvalid(resource: ServedResource, object: Readonly<KubeObject>, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  // Upstream names its internal type: events of both groups are of one.
  const kind = { group: resource.storageGvk.group, kind: object.kind || resource.kind };
  throw newInvalid(kind, object.metadata.name ?? '', errors);
}
