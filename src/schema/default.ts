/**
 * Fills in defaults: what the schema says of a field, and for built-in types what upstream has in code. Mirrors the generated
 * SetObjectDefaults_X functions: a type's code first, then its fields' defaults, then what is inside; and apiextensions
 * structural/defaulting for CRDs.
 */
import type { GroupVersionKind } from '../api/gvk.ts';
import { cloneJson, isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import type { Field, ObjectSchema, Schema } from './schema.ts';

export interface DefaultsContext {
  /** Of the whole object. */
  readonly gvk: GroupVersionKind;
}

/** Hand-written defaults by definition name (`io.k8s.api.core.v1.PodSpec`). Each changes the value that it is given. */
export type TypeDefaults = Readonly<Record<string, (value: JsonObject, context: DefaultsContext) => void>>;

/** The one named type that is no struct and has defaults of its own: known by its Go name. */
const namedMaps: Readonly<Record<string, string>> = { 'v1.ResourceList': 'io.k8s.api.core.v1.ResourceList' };

/** Changes `object`. It must have been decoded: values of wrong types are passed by, not reported. */
export function applyDefaults(
  schema: ObjectSchema,
  object: JsonObject,
  context: DefaultsContext,
  typeDefaults: TypeDefaults,
): void {
  defaultValue(schema, object, context, typeDefaults);
}

function defaultValue(schema: Schema, value: JsonValue, context: DefaultsContext, typeDefaults: TypeDefaults): void {
  if (schema.type === 'list') {
    if (isScalar(schema.items) || !Array.isArray(value)) return;
    for (const item of value) defaultValue(schema.items, item, context, typeDefaults);
    return;
  }
  if (!isJsonObject(value)) return;
  if (schema.type === 'map') {
    typeDefaults[namedMaps[schema.goType ?? ''] ?? '']?.(value, context);
    if (isScalar(schema.values)) return;
    for (const item of Object.values(value)) defaultValue(schema.values, item, context, typeDefaults);
    return;
  }
  if (schema.type !== 'object') return;
  if (schema.name !== undefined) typeDefaults[schema.name]?.(value, context);
  for (const name of schema.fieldNames()) {
    const field = schema.field(name);
    if (field === undefined) continue;
    const present = Object.hasOwn(value, name) ? value[name] : undefined;
    if (field.default !== undefined && isAbsent(field, present) && !isUnseen(field)) {
      value[name] = cloneJson(field.default);
    }
    const inner = Object.hasOwn(value, name) ? value[name] : undefined;
    if (inner !== undefined && inner !== null) defaultValue(field.schema, inner, context, typeDefaults);
  }
}

function isScalar(schema: Schema): boolean {
  return schema.type !== 'object' && schema.type !== 'list' && schema.type !== 'map';
}

/** A default that Go's encoder leaves out again: nobody is to manage such a field. */
function isUnseen({ go, default: value }: Field): boolean {
  return value === 0 && go?.pointer === false && go.omit === 'empty';
}

/** A Go field that is no pointer can't tell its zero value from absence. */
function isAbsent(field: Field, value: JsonValue | undefined): boolean {
  if (value === undefined) return true;
  if (value === null) return !field.nullable;
  return field.go?.pointer === false && (value === '' || value === 0 || value === false);
}
