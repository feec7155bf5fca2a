/** A structural schema as the one structure that built-in types have too: for apply, which asks for list and map types. */
import { builtinSchema } from '../builtin/catalog.ts';
import type { Field, ObjectSchema, ScalarSchema, Schema } from '../schema.ts';
import type { CustomDecoder } from './decode-custom.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** Of whole objects; fields are made when they are first asked for. */
export function objectSchema(schema: StructuralSchema, decoder: CustomDecoder, preserveUnknown: boolean): ObjectSchema {
  const root = new CustomObjectSchema({ ...schema, embeddedResource: true }, preserveUnknown);
  return {
    type: 'object',
    name: undefined,
    field: (name) => root.field(name),
    fieldNames: () => root.fieldNames(),
    preserveUnknownFields: root.preserveUnknownFields,
    mapType: 'granular',
    decode: (value) => decoder.decode(value),
  };
}

const text: ScalarSchema = { type: 'string', format: 'plain' };
const anything: Schema = { type: 'any' };

class CustomObjectSchema implements ObjectSchema {
  readonly type = 'object';
  readonly name = undefined;
  readonly preserveUnknownFields: boolean;
  readonly mapType: 'granular' | 'atomic';
  readonly #schema: StructuralSchema;
  readonly #fields = new Map<string, Field>();
  #names: readonly string[] | undefined;

  constructor(schema: StructuralSchema, preserveUnknown = false) {
    this.#schema = schema;
    this.preserveUnknownFields = preserveUnknown || schema.preserveUnknownFields === true;
    this.mapType = schema.mapType ?? 'granular';
  }

  fieldNames(): readonly string[] {
    const { properties, embeddedResource } = this.#schema;
    this.#names ??= [...new Set([...(embeddedResource ? typeAndMetadata.keys() : []), ...(properties?.keys() ?? [])])];
    return this.#names;
  }

  field(name: string): Field | undefined {
    const known = this.#fields.get(name);
    if (known) return known;
    const own = this.#schema.embeddedResource ? typeAndMetadata.get(name)?.() : undefined;
    const property = this.#schema.properties?.get(name);
    const schema = own ?? (property && schemaOf(property));
    if (!schema) return undefined;
    const field: Field = {
      name,
      schema,
      required: this.#schema.required?.includes(name) ?? false,
      default: own ? undefined : property?.default,
      patchStrategy: [],
      patchMergeKey: undefined,
      nullable: property?.nullable === true,
    };
    this.#fields.set(name, field);
    return field;
  }
}

const typeAndMetadata: ReadonlyMap<string, () => Schema> = new Map<string, () => Schema>([
  ['apiVersion', () => text],
  ['kind', () => text],
  ['metadata', () => builtinSchema('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')],
]);

function schemaOf(schema: StructuralSchema): Schema {
  if (schema.intOrString) return { type: 'int-or-string' };
  switch (schema.type) {
    case 'object':
      return ofObject(schema);
    case 'array':
      return {
        type: 'list',
        items: schema.items ? schemaOf(schema.items) : anything,
        listType: schema.listType ?? 'atomic',
        listMapKeys: schema.listMapKeys ?? [],
      };
    case 'string':
      return text;
    case 'integer':
      return { type: 'integer', format: schema.format === 'int32' ? 'int32' : 'int64' };
    case 'number':
    case 'boolean':
      return { type: schema.type };
    case undefined:
    default:
      return anything;
  }
}

function ofObject(schema: StructuralSchema): Schema {
  const { additionalProperties: additional, properties } = schema;
  if (properties || schema.embeddedResource || additional === undefined || additional === false) {
    return new CustomObjectSchema(schema);
  }
  const values = typeof additional === 'object' ? schemaOf(additional) : anything;
  return { type: 'map', values, mapType: schema.mapType ?? 'granular' };
}
