/** Whether defaults are what their schemas allow. Mirrors apiextensions-apiserver schema/defaulting ValidateDefaults. */
import * as field from '../../api/field-error.ts';
import { fieldErrorsText, fieldErrorText, type FieldError, type Path } from '../../api/field-error.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { pathSegmentNameRule } from '../../api/names.ts';
import { DecodeError } from '../../schema/decode.ts';
import { copyValue } from '../../schema/structural/copy-value.ts';
import { coerceEmbedded, decodeMetadata } from '../../schema/structural/object-metadata.ts';
import { pruneObject, pruneValue } from '../../schema/structural/prune.ts';
import { sortedKeys } from '../../schema/structural/sorted-keys.ts';
import type { StructuralSchema } from '../../schema/structural/structural-schema.ts';
import { validateEmbedded } from '../../schema/structural/validate-embedded.ts';
import { validateInstance } from '../../schema/structural/validate-instance.ts';
import { validateObjectMeta } from '../registry/object-metadata.ts';

/** Rules of a default's schema, over it. */
export type ValidateDefaultRules = (
  value: JsonValue,
  schema: StructuralSchema,
  isRoot: boolean,
  path: Path,
) => FieldError[];

export interface DefaultValidationOptions {
  readonly requirePruned: boolean;
  readonly rules?: ValidateDefaultRules | undefined;
}

interface Place {
  /** Within kind, version or metadata of an object. */
  readonly insideMeta: boolean;
  /** Of the object around. */
  readonly root: StructuralSchema;
  /** The object around a value at this place. */
  around(value: JsonValue): JsonObject;
}

const metaNames: ReadonlySet<string> = new Set(['metadata', 'apiVersion', 'kind']);

export function validateDefaults(
  schema: StructuralSchema,
  path: Path,
  options: DefaultValidationOptions,
): FieldError[] {
  const root: StructuralSchema = schema.embeddedResource ? schema : { ...schema, embeddedResource: true };
  return validate(root, path, rootPlace(root), options);
}

function rootPlace(root: StructuralSchema): Place {
  return {
    insideMeta: false,
    root,
    around: (value) => ({ kind: 'Validation', apiVersion: 'validation/v1', ...(isJsonObject(value) ? value : {}) }),
  };
}

function validate(schema: StructuralSchema, path: Path, outer: Place, options: DefaultValidationOptions): FieldError[] {
  const place = schema.embeddedResource ? rootPlace(schema) : outer;
  const errors: FieldError[] = [];
  if (schema.default !== undefined) {
    const at = path.child('default');
    errors.push(
      ...(place.insideMeta
        ? validateInsideMeta(schema.default, schema, at, place)
        : validateValue(schema.default, schema, at, options.requirePruned)),
    );
    if (errors.length === 0 && options.rules) {
      errors.push(...options.rules(schema.default, schema, schema === place.root, at));
    }
  }
  if (schema.items) {
    const inner: Place = { ...place, around: (value) => place.around([value]) };
    errors.push(...validate(schema.items, path.child('items'), inner, options));
  }
  for (const [name, property] of schema.properties ?? []) {
    const meta = schema.embeddedResource === true && metaNames.has(name);
    const inner: Place = {
      ...place,
      insideMeta: place.insideMeta || meta,
      around: (value) => place.around({ [name]: value }),
    };
    errors.push(...validate(property, path.child('properties').key(name), inner, options));
  }
  return errors;
}

function validateInsideMeta(
  value: JsonValue,
  schema: StructuralSchema,
  at: Path,
  { root, around }: Place,
): FieldError[] {
  const object = around(copyValue(value));
  const wrong = (text: string): FieldError[] => [
    field.invalid(at, sortedKeys(value), `must result in valid metadata: ${text}`),
  ];
  const problem = coercionProblem(object, root, field.path());
  if (problem !== undefined) return wrong(problem);
  const errors = validateEmbedded(object, root, field.path(), validateMetadata);
  if (errors.length > 0) return wrong(fieldErrorsText(errors));
  return validateInstance(value, schema, String(at));
}

function validateValue(value: JsonValue, schema: StructuralSchema, at: Path, requirePruned: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (requirePruned) {
    const pruned = copyValue(value);
    if (schema.embeddedResource && isJsonObject(pruned)) pruneObject(pruned, schema);
    else pruneValue(pruned, schema);
    if (!equalJson(pruned, value)) errors.push(field.invalid(at, sortedKeys(value), 'must not have unknown fields'));
  }
  const copy = copyValue(value);
  const problem = isJsonObject(copy) ? coercionError(copy, schema, at) : undefined;
  if (problem) return [...errors, problem];
  const embedded = validateEmbedded(value, schema, at, validateMetadata);
  return [...errors, ...(embedded.length > 0 ? embedded : validateInstance(value, schema, String(at)))];
}

/** What is wrong with metadata within; `undefined`: nothing. Changes `object`. */
function coercionProblem(object: JsonObject, schema: StructuralSchema, at: Path): string | undefined {
  const error = coercionError(object, schema, at);
  return error && fieldErrorText(error);
}

function coercionError(object: JsonObject, schema: StructuralSchema, at: Path): FieldError | undefined {
  try {
    const { metadata } = object;
    if (schema.embeddedResource && metadata !== undefined) decodeMetadata(metadata, '', 'throw');
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return field.invalid(at.child('metadata'), sortedKeys(object['metadata'] ?? null), error.message);
  }
  try {
    coerceEmbedded(object, schema, 'throw');
    return undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return field.invalid(at, sortedKeys(object), error.message);
  }
}

function validateMetadata(metadata: JsonObject, path: Path): FieldError[] {
  const namespaced = typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '';
  return validateObjectMeta(metadata, namespaced, pathSegmentNameRule).map((error) => ({
    ...error,
    field: error.field.replace(/^metadata/, String(path)),
  }));
}
