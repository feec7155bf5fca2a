/** Schemas for tests, as short as they can be said. */
import type { JsonValue } from '../../api/json.ts';
import type { Field, ListSchema, MapSchema, ObjectSchema, Schema } from '../../schema/schema.ts';

export const text: Schema = { type: 'string', format: 'plain' };
export const number: Schema = { type: 'integer', format: 'int64' };
export const boolean: Schema = { type: 'boolean' };
export const anything: Schema = { type: 'any' };

interface Defaulted {
  readonly schema: Schema;
  readonly default: JsonValue;
}

export function object(fields: Readonly<Record<string, Schema | Defaulted>>, atomic = false): ObjectSchema {
  const compiled = new Map(Object.entries(fields).map(([name, given]) => [name, fieldOf(name, given)]));
  return {
    type: 'object',
    name: undefined,
    field: (name) => compiled.get(name),
    fieldNames: () => [...compiled.keys()],
    preserveUnknownFields: false,
    mapType: atomic ? 'atomic' : 'granular',
  };
}

export function withDefault(schema: Schema, value: JsonValue): Defaulted {
  return { schema, default: value };
}

export function mapOf(values: Schema, atomic = false): MapSchema {
  return { type: 'map', values, mapType: atomic ? 'atomic' : 'granular' };
}

export function atomicList(items: Schema): ListSchema {
  return { type: 'list', items, listType: 'atomic', listMapKeys: [] };
}

export function setOf(items: Schema): ListSchema {
  return { type: 'list', items, listType: 'set', listMapKeys: [] };
}

export function keyed(items: ObjectSchema, ...keys: readonly string[]): ListSchema {
  return { type: 'list', items, listType: 'map', listMapKeys: keys };
}

function fieldOf(name: string, given: Schema | Defaulted): Field {
  const isDefaulted = 'default' in given;
  return {
    name,
    schema: isDefaulted ? given.schema : given,
    required: false,
    default: isDefaulted ? given.default : undefined,
    patchStrategy: [],
    patchMergeKey: undefined,
    nullable: false,
  };
}
