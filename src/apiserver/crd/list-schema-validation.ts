/** `x-kubernetes-list-type` and its keys. Mirrors apiextensions validation ValidateCustomResourceDefinitionOpenAPISchema. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';
import { textsAt } from './definition.ts';

const listTypeName = 'x-kubernetes-list-type';
const keysName = 'x-kubernetes-list-map-keys';
const listTypes = ['atomic', 'set', 'map'];

export function validateListSchema(schema: JsonObject, path: Path, requireAtomicSets: boolean): FieldError[] {
  const listType = schema[listTypeName];
  const errors: FieldError[] = [];
  if (typeof listType === 'string') {
    const type = textAt(schema, 'type');
    if (type !== 'array') {
      const text = `must be array if ${listTypeName} is specified`;
      const at = path.child('type');
      errors.push(type === '' ? field.required(at, text) : field.invalid(at, type, text));
    } else if (requireAtomicSets && listType === 'set') errors.push(...validateSetItems(schema, path));
    if (!listTypes.includes(listType)) {
      errors.push(field.notSupported(path.child(listTypeName), listType, listTypes));
    }
  }
  const keys = textsAt(schema, keysName);
  if (keys.length > 0 && listType !== 'map') {
    const text = `must be map if ${keysName} is non-empty`;
    const at = path.child(listTypeName);
    errors.push(typeof listType === 'string' ? field.invalid(at, listType, text) : field.required(at, text));
  }
  return listType === 'map' ? [...errors, ...validateMapItems(schema, keys, path)] : errors;
}

/** Keys are always there, and items too. Mirrors validateMapListKeysMapSet. */
export function validateMapListKeys(schema: JsonObject, path: Path): FieldError[] {
  const items = objectAt(schema, 'items');
  const listType = schema[listTypeName];
  if (!items || (listType !== 'set' && listType !== 'map')) return [];
  const errors: FieldError[] = [];
  if (items['nullable'] === true) {
    const text = `cannot be nullable when ${listTypeName} is ${listType}`;
    errors.push(field.forbidden(path.child('items').child('nullable'), text));
  }
  if (listType === 'set') return errors;
  const required = textsAt(items, 'required');
  for (const key of textsAt(schema, keysName)) {
    const property = propertyOf(items, key);
    if (!property) continue;
    const at = path.child('items').child('properties').key(key);
    const because = `this property is in ${keysName}, so it`;
    if (!required.includes(key) && property['default'] === undefined) {
      errors.push(field.required(at.child('default'), `${because} must have a default or be a required property`));
    }
    if (property['nullable'] === true) {
      errors.push(field.forbidden(at.child('nullable'), `${because} cannot be nullable`));
    }
  }
  return errors;
}

function validateSetItems(schema: JsonObject, path: Path): FieldError[] {
  const items = objectAt(schema, 'items');
  const text = `must be atomic as item of a list with ${listTypeName}=set`;
  const listType = items?.[listTypeName];
  if (items?.['type'] === 'array' && listType !== undefined && listType !== 'atomic') {
    return [field.invalid(path.child('items').child(listTypeName), listType, text)];
  }
  if (items?.['type'] === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    // Upstream shows the list type where the map type is wrong.
    return [field.invalid(path.child('items').child('x-kubernetes-map-type'), listType ?? null, text)];
  }
  return [];
}

function validateMapItems(schema: JsonObject, keys: readonly string[], path: Path): FieldError[] {
  const errors: FieldError[] = [];
  if (keys.length === 0) {
    errors.push(field.required(path.child(keysName), `must not be empty if ${listTypeName} is map`));
  }
  const { items } = schema;
  const at = path.child('items');
  if (items === undefined) return [...errors, field.required(at, `must have a schema if ${listTypeName} is map`)];
  const item = objectAt(schema, 'items');
  if (!item) return [...errors, field.invalid(at, items, `must only have a single schema if ${listTypeName} is map`)];
  const type = textAt(item, 'type');
  if (type !== 'object') {
    const text = `must be object if parent array's ${listTypeName} is map`;
    return [...errors, field.invalid(at.child('type'), type, text)];
  }
  const seen = new Set<string>();
  for (const key of keys) {
    const property = propertyOf(item, key);
    if (!property) {
      errors.push(field.invalid(path.child(keysName), [...keys], 'entries must all be names of item properties'));
    } else if (property['type'] === 'array' || property['type'] === 'object') {
      const text = `must be a scalar type if parent array's ${listTypeName} is map`;
      errors.push(field.invalid(at.child('properties').key(key).child('type'), type, text));
    }
    if (seen.has(key)) {
      errors.push(field.invalid(path.child(keysName), [...keys], 'must not contain duplicate entries'));
    }
    seen.add(key);
  }
  return errors;
}

function propertyOf(schema: JsonObject, name: string): JsonObject | undefined {
  const properties = objectAt(schema, 'properties');
  return properties && Object.hasOwn(properties, name) ? objectAt(properties, name) : undefined;
}
