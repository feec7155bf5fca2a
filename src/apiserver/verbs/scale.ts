/**
 * `/scale`: any kind's number of replicas, as one autoscaling/v1 Scale. Mirrors the ScaleREST of kubernetes pkg/registry/apps and
 * autoscaling validation.
 */
import { labelRequirementsOfSet, labelRequirementsText } from '../../api/label-requirement.ts';
import { formatLabelSelector, labelRequirements } from '../../api/label-selector.ts';
import * as field from '../../api/field-error.ts';
import { goQuote } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { subdomainNameRule } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import { newConflict, newInternalError, newInvalid, newNotFound } from '../../api/status.ts';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import { setOwn } from '../../schema/structural/copy-value.ts';
import { ensureNamespace } from '../registry/before-write.ts';
import { validateObjectMeta } from '../registry/object-metadata.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import type { Encoder } from '../negotiation/encoder.ts';
import { defineResource, type ScalePaths } from '../registry/resource-definition.ts';
import { ageColumn, ageOf, countColumn, nameColumn, nameOf, textColumn } from '../registry/resources/columns.ts';
import { managedFieldsAfterUpdate } from '../registry/managed-fields/managed-fields.ts';
import { separateScope, type ManagedScope } from '../registry/managed-fields/scope.ts';
import { parentManagedFields, scaleManagedFields, type ReplicasPath } from '../registry/managed-fields/scale-fields.ts';
import { subresourceOf, type ServedResource } from '../registry/served-resource.ts';
import { fieldElement } from '../../patch/apply/path-element.ts';
import { parseApiVersion } from '../../api/gvk.ts';
import { StoredObject } from '../registry/stored-object.ts';
import type { WriteAdmission } from '../registry/write-context.ts';
import { applyBody } from './apply.ts';
import { isApplyPatch, readApplyConfig } from './apply-config.ts';
import { fieldManagerOf } from './field-manager.ts';
import { setManagedFields } from './object-part.ts';
import { patcherOf } from './patch-object.ts';
import { applyOptions, writeOptions, type WriteOptions } from './query-options.ts';
import { checkName, readObject } from './request-object.ts';
import { admissionOf, encoderOf, objectResponse, writeContextOf, type VerbHandler, type VerbRequest } from './verb.ts';

const gvk = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

const definition = defineResource({
  group: 'autoscaling',
  resource: 'scales',
  table: {
    columns: [textColumn('Name'), countColumn('Desired'), countColumn('Available'), ageColumn],
    row: (scale, context) => [
      nameOf(scale),
      replicasAt(scale, 'spec.replicas'),
      replicasAt(scale, 'status.replicas'),
      ageOf(scale, context),
    ],
  },
});

/** Of custom resources. Mirrors apiextensions-apiserver helpers.go getScaleColumnsForVersion. */
const customDefinition = defineResource({
  group: 'autoscaling',
  resource: 'scales',
  table: {
    columns: [nameColumn, countColumn('Desired'), countColumn('Available'), { name: 'Age', type: 'date' }],
    row: (scale, context) => [
      nameOf(scale),
      replicasAt(scale, 'spec.replicas'),
      replicasAt(scale, 'status.replicas'),
      ageOf(scale, context),
    ],
  },
});

export const getScale: VerbHandler = async (request) => {
  const encoder = scaleEncoder(request);
  const stored = await request.store.get(request);
  const { specReplicas } = pathsOf(request.resource);
  if (!request.resource.protobuf && valueAt(stored.object, specReplicas) === undefined) {
    throw newInternalError(`the spec replicas field ${goQuote(specReplicas)} does not exist`);
  }
  return scaleResponse(encoder, scaleOf(request.resource, stored));
};

export const updateScale: VerbHandler = async (request) => {
  const { context, negotiation, namespace, name } = request;
  const encoder = scaleEncoder(request);
  const options = writeOptions(context.query, 'UpdateOptions');
  const scale = await readObject(context, negotiation, { gvk, schema: scaleSchema() }, options.fieldValidation);
  ensureNamespace(scale.metadata, namespace);
  checkName(scale, name);
  const uid = scale.metadata.uid ?? '';
  const manager = fieldManagerOf(context, options);
  const stored = await writeScale(request, options, uid, (live) => scaleUpdate(live, scale, manager, context.now));
  return scaleResponse(encoder, scaleOf(request.resource, stored));
};

export const patchScale: VerbHandler = async (request) => {
  const { context, namespace, name } = request;
  if (isApplyPatch(context)) return applyScale(request);
  const given = context.query.get('fieldValidation');
  const validation = given === 'Ignore' || given === 'Strict' ? given : 'Warn';
  const patch = patcherOf(context, validation, true);
  const encoder = scaleEncoder(request);
  const options = writeOptions(context.query, 'PatchOptions');
  const manager = fieldManagerOf(context, options);
  const stored = await writeScale(request, options, '', (live) => {
    const scale = patch(live, scaleSchema());
    ensureNamespace(scale.metadata, namespace);
    checkName(scale, name);
    return scaleUpdate(live, scale, manager, context.now);
  });
  return scaleResponse(encoder, scaleOf(request.resource, stored));
};

async function applyScale(request: VerbRequest): Promise<ApiResponse> {
  const { context, namespace, name } = request;
  const encoder = scaleEncoder(request);
  const options = applyOptions(context.query);
  const body = await readApplyConfig(context);
  const stored = await writeScale(request, options, '', (live) => {
    const { object, managedFields } = applyBody(context, body, options, { scope: scaleScope(), live });
    ensureNamespace(object.metadata, namespace);
    checkName(object, name);
    return { scale: object, managedFields };
  });
  return scaleResponse(encoder, scaleOf(request.resource, stored));
}

/** For Scales, whatever is scaled. */
function scaleEncoder(request: VerbRequest): Encoder {
  const shown = request.resource.protobuf ? definition : customDefinition;
  return encoderOf({ ...request, resource: { ...request.resource, gvk, definition: shown } });
}

function scaleResponse(encoder: Encoder, scale: KubeObject): ApiResponse {
  return objectResponse(encoder, 200, new StoredObject(Buffer.from(JSON.stringify(scale)), 0));
}

interface WrittenScale {
  readonly scale: KubeObject;
  readonly managedFields: JsonObject[] | undefined;
}

function scaleScope(): ManagedScope {
  return separateScope(gvk, scaleSchema(), 'scale');
}

function scaleUpdate(live: KubeObject, scale: KubeObject, manager: string, now: number): WrittenScale {
  return { scale, managedFields: managedFieldsAfterUpdate({ scope: scaleScope(), live, next: scale, manager, now }) };
}

/** Where the versions of what is scaled have their number; built-in kinds in one place, whatever the version. */
function replicasPath({ resource, resources }: VerbRequest, apiVersion: string): ReturnType<ReplicasPath> {
  const { group, version } = parseApiVersion(apiVersion) ?? { group: undefined, version: '' };
  if (group !== resource.gr.group) return 'unknown';
  const found = resource.protobuf ? resource : resources.find(group, version, resource.gr.resource);
  if (!found) return 'unknown';
  if (!subresourceOf(found, 'scale')) return undefined;
  return steps(pathsOf(found).specReplicas).map(fieldElement);
}

async function writeScale(
  request: VerbRequest,
  options: WriteOptions,
  uid: string,
  make: (live: KubeObject) => WrittenScale,
): Promise<StoredObject> {
  const { store, resource, namespace, name } = request;
  const { object } = await store.update({
    resource,
    namespace,
    name,
    part: 'object',
    ...(uid === '' ? {} : { uid }),
    make: (old) => {
      if (!old) throw newNotFound(resource.gr, name);
      const pathOf = (apiVersion: string) => replicasPath(request, apiVersion);
      const live = scaleOf(resource, old);
      setManagedFields(live, scaleManagedFields(old.object.metadata, pathOf));
      const { scale, managedFields } = make(live);
      checkScale(request, scale, old);
      const object = withReplicas(resource, old, scale);
      const parent = parentManagedFields(old.object.metadata, managedFields, resource.apiVersion, pathOf);
      return Promise.resolve(setManagedFields(object, parent));
    },
    context: writeContextOf(request, options.dryRun),
    admission: scaleAdmission(resource, admissionOf(request, 'UPDATE', options.dryRun)),
  });
  return object;
}

/** Admission sees Scales, and what it makes of them. Mirrors toScaleUpdateValidation and scaleUpdatedObjectInfo. */
function scaleAdmission(resource: ServedResource, admission: WriteAdmission): WriteAdmission {
  const seen = (object: Readonly<KubeObject> | undefined): KubeObject | undefined =>
    object && scaleOf(resource, { object });
  return {
    async mutate(object, old) {
      const scale = scaleOf(resource, { object });
      const replicas = replicasAt(scale, 'spec.replicas');
      await admission.mutate(scale, seen(old));
      const wanted = replicasAt(scale, 'spec.replicas');
      // Paths never lead into metadata.
      if (wanted !== replicas) setAt(object as JsonObject, steps(pathsOf(resource).specReplicas), wanted);
    },
    validate: (object, old) => admission.validate(seen(object), seen(old)),
  };
}

function checkScale({ resource, name }: VerbRequest, scale: KubeObject, old: StoredObject): void {
  const replicas = replicasAt(scale, 'spec.replicas');
  const errors = validateObjectMeta(scale.metadata, true, subdomainNameRule);
  // A custom resource's own validation says it of the object.
  if (replicas < 0 && resource.protobuf) {
    errors.push(field.invalid('spec.replicas', replicas, 'must be greater than or equal to 0'));
  }
  if (errors.length > 0) throw newInvalid(gvk, name, errors);
  const { uid } = scale.metadata;
  const found = old.object.metadata.uid;
  if (uid && uid !== found) {
    const text = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${found ?? ''}`;
    throw newConflict({ group: resource.gr.group, resource: `${resource.gr.resource}/scale` }, name, text);
  }
}

function withReplicas(resource: ServedResource, old: StoredObject, scale: KubeObject): KubeObject {
  const object = old.decode();
  const path = steps(pathsOf(resource).specReplicas);
  // Paths never lead into metadata.
  setAt(object as JsonObject, path, replicasAt(scale, 'spec.replicas'));
  const { resourceVersion } = scale.metadata;
  const { resourceVersion: current, ...metadata } = object.metadata;
  const wanted = resourceVersion || (resource.protobuf ? undefined : current);
  return { ...object, metadata: wanted ? { ...metadata, resourceVersion: wanted } : metadata };
}

function scaleOf(resource: ServedResource, { object }: Pick<StoredObject, 'object'>): KubeObject {
  const paths = pathsOf(resource);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = replicasAt(object, paths.specReplicas);
  const selector = paths.selector(object);
  return {
    kind: gvk.kind,
    apiVersion: 'autoscaling/v1',
    // Only these of the object's metadata, as upstream has it.
    metadata: JSON.parse(
      JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp }),
    ) as KubeObject['metadata'],
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: replicasAt(object, paths.statusReplicas),
      ...(selector === '' ? {} : { selector }),
    },
  };
}

/** What kinds without a definition have. */
const usualPaths: ScalePaths = {
  specReplicas: '.spec.replicas',
  statusReplicas: '.status.replicas',
  selector(object) {
    const selector = isJsonObject(object['spec']) ? object['spec']['selector'] : undefined;
    if (!isJsonObject(selector)) return '';
    const isSelector = 'matchLabels' in selector || 'matchExpressions' in selector;
    // A plain map of labels is a replication controller's.
    if (!isSelector) return labelRequirementsText(labelRequirementsOfSet(selector as Record<string, string>));
    return formatLabelSelector(selector) === '<error>' ? '' : labelRequirementsText(labelRequirements(selector));
  },
};

function pathsOf(resource: ServedResource): ScalePaths {
  return resource.definition?.scale ?? usualPaths;
}

function replicasAt(object: Readonly<KubeObject>, path: string): number {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : 0;
}

/** Definitions say what the steps are called, whatever that may be. */
function valueAt(object: Readonly<KubeObject>, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object as JsonObject;
  for (const step of steps(path)) value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return value;
}

function setAt(object: JsonObject, path: readonly string[], value: JsonValue): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (rest.length === 0) return setOwn(object, step, value);
  const inner = Object.hasOwn(object, step) ? object[step] : undefined;
  const next = isJsonObject(inner) ? inner : {};
  setOwn(object, step, next);
  setAt(next, rest, value);
}

function steps(path: string): string[] {
  return path.split('.').filter((step) => step !== '');
}

function scaleSchema(): ObjectSchema {
  const schema = schemaForKind(gvk);
  if (!schema) throw new Error('the table of built-in types has no Scale');
  return schema;
}
