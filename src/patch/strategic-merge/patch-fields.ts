/**
 * What the schema says of a field that is merged. Mirrors apimachinery strategicpatch PatchMetaFromStruct and
 * third_party/forked/golang/json LookupPatchMetadataForStruct.
 */
import { goQuote } from '../../api/go-text.ts';
import type { Schema } from '../../schema/schema.ts';
import { MergeError } from './merge-error.ts';

export interface PatchField {
  /** Of the field's value; for lists, of an element. */
  readonly schema: Schema;
  /** `retainKeys` aside. */
  readonly strategy: 'merge' | 'replace' | undefined;
  /** Empty: the list's elements are scalars, or it isn't merged. */
  readonly mergeKey: string;
}

export function objectField(schema: Schema, name: string): PatchField {
  const field = schema.type === 'object' ? schema.field(name) : undefined;
  if (field !== undefined) {
    return {
      schema: field.schema,
      strategy: field.patchStrategy.find((strategy) => strategy !== 'retainKeys'),
      mergeKey: field.patchMergeKey ?? '',
    };
  }
  if (schema.type === 'object' || schema.type === 'any') {
    throw new MergeError(
      `unable to find api field in struct ${structName(schema)} for the json field ${goQuote(name)}`,
    );
  }
  throw new MergeError(`merging an object in json but data type is not struct, instead is: ${goKind(schema)}`);
}

export function listField(schema: Schema, name: string): PatchField {
  const field = objectField(schema, name);
  if (field.schema.type !== 'list') {
    throw new MergeError(`expected slice or array type, but got: ${goKind(schema)}`);
  }
  if (field.schema.items.type === 'list') throw new MergeError('unexpected slice of slice');
  return { ...field, schema: field.schema.items };
}

/** As Go's reflect names the kind of type behind a schema. */
export function goKind(schema: Schema): string {
  switch (schema.type) {
    case 'object':
    case 'any':
    case 'int-or-string':
      return 'struct';
    case 'map':
      return 'map';
    case 'list':
      return 'slice';
    case 'string':
      return schema.format === 'plain' ? 'string' : schema.format === 'byte' ? 'slice' : 'struct';
    case 'integer':
      return schema.format;
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
  }
}

function structName(schema: Schema): string {
  return (schema.goType ?? '').split('.').at(-1) ?? '';
}
