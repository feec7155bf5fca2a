/** What Go's encoder writes of a struct field that is absent or empty. Mirrors encoding/json's omitempty and omitzero. */
import type { JsonObject, JsonValue } from '../api/json.ts';
import type { Field, ObjectSchema, Schema } from './schema.ts';

/** Writes `value` (`undefined`: absent) of `field` into `object`, or leaves it out. */
export function writeField(object: JsonObject, field: Field, value: JsonValue | undefined): void {
  const { go, name, schema } = field;
  if (go === undefined) {
    if (value !== undefined) object[name] = value;
    return;
  }
  if (go.pointer) {
    if (value !== undefined) object[name] = value;
    else if (go.omit === 'never') object[name] = null;
    return;
  }
  // Storage does not tell an empty list or map from an absent one: protobuf writes neither.
  const absent = value === undefined || ((schema.type === 'list' || schema.type === 'map') && isEmptyCollection(value));
  const written = absent ? zeroValue(schema) : value;
  if (go.omit === 'never' || !canBeLeftOut(schema, go.omit, written)) object[name] = written;
}

/** The zero value of a Go type that is no pointer, as its encoder writes it. */
export function zeroValue(schema: Schema): JsonValue {
  switch (schema.type) {
    case 'object':
      return zeroStruct(schema);
    case 'string':
      return schema.format === 'plain'
        ? ''
        : schema.format === 'quantity'
          ? '0'
          : schema.format === 'duration'
            ? '0s'
            : null;
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
    case 'boolean':
      return false;
    case 'map':
    case 'list':
    case 'any':
      return null;
  }
}

function zeroStruct(schema: ObjectSchema): JsonObject {
  const object: JsonObject = {};
  for (const name of schema.fieldNames()) {
    const field = schema.field(name);
    if (field) writeField(object, field, undefined);
  }
  return object;
}

function isEmptyCollection(value: JsonValue): boolean {
  return Array.isArray(value)
    ? value.length === 0
    : typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** `omitempty` never leaves out a struct; `omitzero` does, and so times. */
function canBeLeftOut(schema: Schema, omit: 'empty' | 'zero', written: JsonValue): boolean {
  switch (schema.type) {
    case 'object':
      return omit === 'zero' && isEmptyCollection(written);
    case 'string':
      if (schema.format === 'plain' || schema.format === 'byte') return written === '' || written === null;
      return omit === 'zero' && (written === null || written === '0');
    case 'int-or-string':
    case 'any':
      return omit === 'zero' && (written === null || written === 0);
    case 'integer':
    case 'number':
    case 'boolean':
    case 'map':
    case 'list':
      return written === null || written === 0 || written === false;
  }
}
