/**
 * Types of structural schemas in CEL, with what estimates want to know of them: how many elements there can be, and how small a value
 * can be in JSON. Mirrors apiserver pkg/cel/common/schemas.go and pkg/cel/types.go.
 */
import type { StructuralSchema } from '../../structural/structural-schema.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  stringType,
  structType,
  timestampType,
  type CelType,
} from '../cel-type.ts';
import type { SizeEstimator } from '../estimate.ts';
import { escapeProperty } from './property-name.ts';

export type SchemaType =
  | ({ readonly kind: 'simple'; readonly type: CelType } & Sizes)
  | ({ readonly kind: 'list'; readonly element: SchemaType } & Sizes)
  | ({ readonly kind: 'map'; readonly element: SchemaType } & Sizes)
  | ({
      readonly kind: 'object';
      /** By escaped name. */
      readonly fields: ReadonlyMap<string, SchemaType>;
    } & Sizes);

interface Sizes {
  /** Items, entries, characters; 0 where it doesn't matter. */
  readonly elementsMax: number;
  /** In bytes of JSON. */
  readonly serializedMin: number;
}

const requestBytesMax = 3 * 1024 * 1024;
const timeTextMax = 32;
const dateTextMax = 12;
const minimal = { bool: 4, number: 1, text: 2, duration: 3, date: 12, dateTime: 21 };

const textSchema: StructuralSchema = { type: 'string' };
const metadataSchema: StructuralSchema = {
  type: 'object',
  properties: new Map([
    ['name', textSchema],
    ['generateName', textSchema],
  ]),
};
const rooted = new WeakMap<StructuralSchema, StructuralSchema>();

/** Undefined: expressions don't see what is of this schema. @param isRoot of a resource, or of one that is embedded */
export function schemaType(schema: StructuralSchema, isRoot: boolean): SchemaType | undefined {
  if (schema.intOrString === true) return simple(dynType, 1, fourfold(schema.maxLength) ?? requestBytesMax - 2);
  const known = isRoot ? withObjectMeta(schema) : schema;
  switch (known.type) {
    case 'array':
      return listOf(known);
    case 'object':
      return mapOf(known) ?? objectOf(known);
    case 'string':
      return textOf(known);
    case 'boolean':
      return simple(boolType, minimal.bool, 0);
    case 'number':
      return simple(doubleType, minimal.number, 0);
    case 'integer':
      return simple(intType, minimal.number, 0);
    case undefined:
  }
  return undefined;
}

/**
 * The type with names for its objects, and their fields under these names.
 * @param name of the type, if it is an object; of what is in it otherwise
 */
export function celTypeOf(type: SchemaType, name: string, fields: Map<string, ReadonlyMap<string, CelType>>): CelType {
  switch (type.kind) {
    case 'simple':
      return type.type;
    case 'list':
      return listType(celTypeOf(type.element, `${name}.@idx`, fields));
    case 'map':
      return mapType(stringType, celTypeOf(type.element, `${name}.@elem`, fields));
    case 'object': {
      const types = new Map<string, CelType>();
      fields.set(name, types);
      for (const [field, inner] of type.fields) types.set(field, celTypeOf(inner, `${name}.${field}`, fields));
      return structType(name);
    }
  }
}

/** Sizes of what is below a variable of the type. */
export function sizeEstimator(root: SchemaType): SizeEstimator {
  return (path) => {
    let type: SchemaType | undefined = root;
    for (const step of path.slice(1)) {
      type = stepInto(type, step);
      if (type === undefined) return undefined;
    }
    return { min: 0, max: type.elementsMax };
  };
}

/** How often a value that is at least so large fits into a request. */
export function cardinalityMax({ serializedMin }: SchemaType): number {
  return Math.trunc(requestBytesMax / (serializedMin + 1));
}

/** `kind`, `apiVersion`, `metadata.name` and `metadata.generateName` can be read of all resources. */
export function withObjectMeta(schema: StructuralSchema): StructuralSchema {
  const before = rooted.get(schema);
  if (before !== undefined) return before;
  const { properties } = schema;
  const metadata = properties?.get('metadata');
  const isText = (inner: StructuralSchema | undefined): boolean => inner?.type === 'string';
  const hasAll =
    isText(properties?.get('kind')) &&
    isText(properties?.get('apiVersion')) &&
    metadata?.type === 'object' &&
    isText(metadata.properties?.get('name')) &&
    isText(metadata.properties?.get('generateName'));
  const known: StructuralSchema = hasAll
    ? schema
    : {
        ...schema,
        properties: new Map([
          ...(properties ?? []),
          ['kind', textSchema],
          ['apiVersion', textSchema],
          ['metadata', metadataSchema],
        ]),
      };
  rooted.set(schema, known);
  return known;
}

function stepInto(type: SchemaType, step: string): SchemaType | undefined {
  if (step === '@items' || step === '@values') return 'element' in type ? type.element : undefined;
  if (step === '@keys') return type.kind === 'map' ? simple(stringType, minimal.text, 0) : undefined;
  return type.kind === 'object' ? type.fields.get(step) : undefined;
}

function simple(type: CelType, serializedMin: number, elementsMax: number): SchemaType {
  return { kind: 'simple', type, serializedMin, elementsMax };
}

function listOf({ items, maxItems }: StructuralSchema): SchemaType | undefined {
  const element = items && schemaType(items, items.embeddedResource === true);
  if (element === undefined) return undefined;
  const elementsMax = notNegative(maxItems) ?? Math.trunc((requestBytesMax - 2) / (element.serializedMin + 1));
  return { kind: 'list', element, elementsMax, serializedMin: 2 };
}

/** Undefined: it is no map, or its values are not seen. */
function mapOf({ additionalProperties, maxProperties }: StructuralSchema): SchemaType | undefined {
  if (additionalProperties === undefined || typeof additionalProperties === 'boolean') return undefined;
  const element = schemaType(additionalProperties, additionalProperties.embeddedResource === true);
  if (element === undefined) return undefined;
  // A key of two quotes, a colon and a comma.
  const elementsMax = notNegative(maxProperties) ?? Math.trunc((requestBytesMax - 2) / (element.serializedMin + 6));
  return { kind: 'map', element, elementsMax, serializedMin: 2 };
}

function objectOf({ additionalProperties, properties, required = [] }: StructuralSchema): SchemaType | undefined {
  // Of a map whose values aren't seen, nothing is.
  if (additionalProperties !== undefined && typeof additionalProperties !== 'boolean') return undefined;
  const fields = new Map<string, SchemaType>();
  const needed = new Set(required);
  let serializedMin = 2;
  for (const [name, schema] of properties ?? []) {
    const type = schemaType(schema, schema.embeddedResource === true);
    if (type === undefined) continue;
    const escaped = escapeProperty(name);
    if (escaped !== undefined) fields.set(escaped, type);
    if (needed.has(name) && (schema.default === undefined || schema.default === null)) {
      serializedMin += Buffer.byteLength(name) + type.serializedMin + 4;
    }
  }
  return { kind: 'object', fields, elementsMax: 0, serializedMin };
}

function textOf(schema: StructuralSchema): SchemaType {
  const { format, maxLength } = schema;
  if (format === 'byte') return simple(bytesType, minimal.text, notNegative(maxLength) ?? requestBytesMax - 2);
  if (format === 'duration') return simple(durationType, minimal.duration, timeTextMax);
  if (format === 'date') return simple(timestampType, minimal.date, dateTextMax);
  if (format === 'date-time') return simple(timestampType, minimal.dateTime, timeTextMax);
  return simple(stringType, minimal.text, fourfold(maxLength) ?? longestOf(schema) ?? requestBytesMax - 2);
}

function longestOf({ enum: values }: StructuralSchema): number | undefined {
  if (values === undefined || values.length === 0) return undefined;
  return Math.max(0, ...values.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0)));
}

/** `maxLength` counts characters; upstream's sizes are of bytes. */
function fourfold(maxLength: number | undefined): number | undefined {
  return maxLength === undefined ? undefined : Math.max(0, maxLength) * 4;
}

function notNegative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(0, value);
}
