/** What holds for the objects of one version of a custom resource. Mirrors apiextensions-apiserver pkg/registry/customresource. */
import * as field from '../../api/field-error.ts';
import type { FieldError } from '../../api/field-error.ts';
import { goQuote } from '../../api/go-text.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { pathSegmentNameRule, qualifiedName } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import { newForbidden } from '../../api/status.ts';
import { copyValue } from '../../schema/structural/copy-value.ts';
import { Correlation } from '../../schema/structural/correlation.ts';
import { validateEmbedded } from '../../schema/structural/validate-embedded.ts';
import { noPath, validateInstance } from '../../schema/structural/validate-instance.ts';
import { validateListTypes } from '../../schema/structural/validate-list-types.ts';
import { validateObjectMeta } from '../registry/object-metadata.ts';
import type { Strategy } from '../registry/strategy.ts';
import type { DefinitionVersion } from './definition.ts';
import type { VersionSchema } from './definition-schemas.ts';
import { validateScaleSpec, validateScaleStatus } from './scale-paths.ts';

export interface CustomStrategyOptions {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly version: DefinitionVersion;
  /** Asked for only while a request is answered. */
  schema(): VersionSchema;
  /** Its definition is being deleted. */
  isTerminating(): boolean;
}

/** Errors that keep rules from being evaluated. */
const blocking: ReadonlySet<FieldError['type']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const standardFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

export function customStrategy(options: CustomStrategyOptions): Strategy {
  const { version, schema } = options;
  return {
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: false,
    tracksGeneration: true,
    prepareForCreate(object) {
      if (!options.isTerminating()) return;
      const text = 'create not allowed while custom resource definition is terminating';
      throw newForbidden({ group: options.group, resource: options.plural }, object.metadata.name ?? '', text);
    },
    validate(object) {
      const { structural } = schema();
      const value = jsonOf(object);
      const wrong = validateType(object, options);
      const errors = wrong.length > 0 ? wrong : validateObject(object, version, schema());
      const all = [
        ...errors,
        ...validateEmbedded(value, structural, field.path(), validateMetadata),
        ...validateListTypes(value, structural, field.path()),
      ];
      return [...all, ...validateRules(schema(), value, undefined, all)];
    },
    validateUpdate(object, old) {
      const { structural } = schema();
      const [value, before] = [jsonOf(object), jsonOf(old)];
      const wrong = validateType(object, options);
      const correlation = new Correlation(value, before, structural);
      const errors = wrong.length > 0 ? wrong : validateObject(object, version, schema(), correlation);
      const all = [
        ...errors,
        ...validateEmbedded(value, structural, field.path(), validateMetadata),
        ...newListErrors(value, before, schema()),
      ];
      return [...all, ...validateRules(schema(), value, before, all)];
    },
    prepareForStatusUpdate(object, old) {
      // Nothing but status and the record of who manages what can be written this way.
      const { managedFields, resourceVersion } = object.metadata;
      object.metadata = { ...(copyValue(jsonOf(old.metadata)) as KubeObject['metadata']) };
      if (managedFields === undefined) delete object.metadata['managedFields'];
      else object.metadata['managedFields'] = managedFields;
      if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion;
    },
    validateStatusUpdate(object, old) {
      const [value, before] = [jsonOf(object), jsonOf(old)];
      const wrong = validateType(object, options);
      const errors = wrong.length > 0 ? wrong : validateStatus(value, before, object, version, schema());
      const all = [...errors, ...newListErrors(value, before, schema())];
      return [...all, ...validateRules(schema(), value, before, all)];
    },
    warnings: finalizerWarnings,
  };
}

function validateType({ kind, apiVersion }: Readonly<KubeObject>, expected: CustomStrategyOptions): FieldError[] {
  return [
    ...(kind === expected.kind ? [] : [field.invalid('kind', kind, `must be ${expected.kind}`)]),
    ...(apiVersion === expected.apiVersion
      ? []
      : [field.invalid('apiVersion', apiVersion, `must be ${expected.apiVersion}`)]),
  ];
}

function validateObject(
  object: Readonly<KubeObject>,
  version: DefinitionVersion,
  { structural }: VersionSchema,
  correlation?: Correlation,
): FieldError[] {
  return [
    ...validateInstance(jsonOf(object), structural, '', correlation),
    ...validateScaleSpec(object, version.scale),
    ...validateScaleStatus(object, version.scale),
  ];
}

function validateStatus(
  value: JsonObject,
  old: JsonObject,
  object: Readonly<KubeObject>,
  version: DefinitionVersion,
  { structural }: VersionSchema,
): FieldError[] {
  const status = structural.properties?.get('status');
  const present = value['status'];
  const correlation = new Correlation(value, old, structural).key('status');
  return [
    ...(status && present !== undefined ? validateInstance(present, status, 'status', correlation) : []),
    ...validateScaleStatus(object, version.scale),
  ];
}

/** What was wrong before stays as it is. */
function newListErrors(value: JsonObject, old: JsonObject, { structural }: VersionSchema): FieldError[] {
  const errors = validateListTypes(value, structural, field.path());
  return errors.length === 0 || validateListTypes(old, structural, field.path()).length > 0 ? [] : errors;
}

function validateRules(
  { validateRules: rules }: VersionSchema,
  value: JsonObject,
  old: JsonObject | undefined,
  errors: readonly FieldError[],
): readonly FieldError[] {
  if (!rules) return [];
  if (!errors.some(({ type }) => blocking.has(type))) return rules(value, old);
  const text =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [field.invalid(noPath, null, text)];
}

function validateMetadata(metadata: JsonObject, path: field.Path): FieldError[] {
  const namespaced = typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '';
  return validateObjectMeta(metadata as KubeObject['metadata'], namespaced, pathSegmentNameRule).map((error) => ({
    ...error,
    field: error.field.replace(/^metadata/, String(path)),
  }));
}

/** Mirrors generateWarningsFromObj. */
function finalizerWarnings(object: Readonly<KubeObject>, old: Readonly<KubeObject> | undefined): readonly string[] {
  const before = new Set(old?.metadata.finalizers);
  const added = [...new Set(object.metadata.finalizers)].filter((name) => !before.has(name)).toSorted();
  const about = 'to avoid accidental conflicts with other finalizer writers';
  return added.flatMap((name) => {
    const where = `metadata.finalizers: ${goQuote(name)}`;
    const warnings = qualifiedName(name).map((message) => `${where}: ${message}`);
    if (name.includes('/') || standardFinalizers.has(name)) return warnings;
    const how = name.includes('.') ? 'finalizer name including a path (/)' : 'finalizer name';
    return [...warnings, `${where}: prefer a domain-qualified ${how} ${about}`];
  });
}

/** Objects are plain JSON. */
function jsonOf(object: object): JsonObject {
  return object as Record<string, JsonValue>;
}
