/** Which element of a set, or of a list with keys, an item is. Mirrors structured-merge-diff typed listItemToPathElement. */
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import type { Field, ListSchema, Schema } from '../../schema/schema.ts';
import { compareText, keyElement, valueElement } from './path-element.ts';
import { TypedError } from './typed-error.ts';

/** @throws TypedError for an item that can be none */
export function listElement(schema: Schema, item: JsonValue): string {
  if (schema.type !== 'list' || schema.listType === 'atomic') throw wrong('invalid indexing of non-associative list');
  return schema.listType === 'map' ? keyedElement(schema, item) : setElement(item);
}

function keyedElement(schema: ListSchema, item: JsonValue): string {
  if (item === null) throw wrong('associative list with keys may not have a null element');
  if (!isJsonObject(item)) throw wrong('associative list with keys may not have non-map elements');
  const fields: (readonly [string, JsonValue])[] = [];
  for (const { name, otherwise } of keysOf(schema)) {
    const value = Object.hasOwn(item, name) ? item[name] : otherwise;
    // A key that is missing and has no default makes another item than any value of it.
    if (value !== undefined) fields.push([name, value]);
  }
  if (fields.length > 0 || schema.listMapKeys.length === 0) return keyElement(fields);
  const keys = `[${schema.listMapKeys.map((key) => JSON.stringify(key)).join(' ')}]`;
  throw wrong(
    `associative list with keys has an element that omits all key fields ${keys} (and doesn't have default values for any key fields)`,
  );
}

function setElement(item: JsonValue): string {
  if (isJsonObject(item)) throw wrong("associative list without keys has an element that's a map type");
  if (Array.isArray(item)) throw wrong('not supported: associative list with lists as elements');
  if (item === null) throw wrong("associative list without keys has an element that's an explicit null");
  return valueElement(item);
}

interface ListKey {
  readonly name: string;
  readonly otherwise: JsonValue | undefined;
}

const keysBySchema = new WeakMap<ListSchema, readonly ListKey[]>();

function keysOf(schema: ListSchema): readonly ListKey[] {
  let keys = keysBySchema.get(schema);
  if (!keys) {
    const { items } = schema;
    keys = schema.listMapKeys
      .toSorted(compareText)
      .map((name) => ({ name, otherwise: items.type === 'object' ? keyDefault(items.field(name)) : undefined }));
    keysBySchema.set(schema, keys);
  }
  return keys;
}

/** OpenAPI gives a Go field that is always written its zero value as default. */
function keyDefault(field: Field | undefined): JsonValue | undefined {
  if (!field) return undefined;
  if (field.default !== undefined) return field.default ?? undefined;
  if (field.go?.omit !== 'never' || field.go.pointer) return undefined;
  const { type } = field.schema;
  if (type === 'string') return field.schema.format === 'plain' ? '' : undefined;
  if (type === 'boolean') return false;
  return type === 'integer' || type === 'number' ? 0 : undefined;
}

function wrong(message: string): TypedError {
  return new TypedError([{ path: '', message }]);
}
