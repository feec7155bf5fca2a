/**
 * What expressions know of a built-in kind, as the type checker of policies does. Quantities and other unions of types have no type there,
 * and types that contain themselves end where they do. Mirrors apiserver pkg/cel/openapi/resolver and SchemaDeclType over upstream's
 * generated definitions.
 */
import type { ObjectSchema, ScalarSchema, Schema } from '../../schema.ts';
import { unreachable } from '../../../lib/unreachable.ts';
import {
  boolType,
  bytesType,
  doubleType,
  dynType,
  intType,
  stringType,
  timestampType,
  type CelType,
} from '../cel-type.ts';
import { escapeProperty } from '../rules/property-name.ts';
import type { SchemaType } from '../rules/schema-type.ts';

const unsized = { elementsMax: 0, serializedMin: 0 };
const empty: SchemaType = { kind: 'object', fields: new Map(), ...unsized };
/** Those of the types without fields that upstream says to be objects. */
const objectTypes: ReadonlySet<string> = new Set(['runtime.RawExtension', 'v1.FieldsV1']);

/** Undefined: expressions don't see it. */
export function builtinType(schema: Schema, within: readonly string[] = []): SchemaType | undefined {
  switch (schema.type) {
    case 'object':
      return objectType(schema, within);
    case 'map': {
      const element = builtinType(schema.values, within);
      return element && { kind: 'map', element, ...unsized };
    }
    case 'list': {
      const element = builtinType(schema.items, within);
      return element && { kind: 'list', element, ...unsized };
    }
    case 'any':
      return objectTypes.has(schema.goType ?? '') ? empty : undefined;
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'int-or-string': {
      const type = scalarType(schema);
      return type && { kind: 'simple', type, ...unsized };
    }
    default:
      return unreachable(schema);
  }
}

function objectType(schema: ObjectSchema, within: readonly string[]): SchemaType {
  const { name } = schema;
  if (name !== undefined && within.includes(name)) return empty;
  const inner = name === undefined ? within : [...within, name];
  const fields = new Map<string, SchemaType>();
  for (const field of schema.fieldNames()) {
    const declared = schema.field(field);
    const escaped = escapeProperty(field);
    const type = declared && builtinType(declared.schema, inner);
    if (type !== undefined && escaped !== undefined) fields.set(escaped, type);
  }
  return { kind: 'object', fields, ...unsized };
}

function scalarType(schema: ScalarSchema): CelType | undefined {
  switch (schema.type) {
    case 'integer':
      return intType;
    case 'number':
      return doubleType;
    case 'boolean':
      return boolType;
    case 'int-or-string':
      return dynType;
    case 'string':
      break;
    default:
      return unreachable(schema);
  }
  const { format } = schema;
  switch (format) {
    case 'byte':
      return bytesType;
    case 'date-time':
    case 'micro-time':
      return timestampType;
    case 'quantity':
      return undefined;
    case 'plain':
    case 'duration':
      return stringType;
    default:
      return unreachable(format);
  }
}
