/**
 * What a schema of a definition may say. Mirrors apiextensions validation ValidateCustomResourceDefinitionOpenAPISchema, over
 * JSONSchemaProps as they are stored.
 */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { validateListSchema, validateMapListKeys } from './list-schema-validation.ts';
import { propertiesOf } from './validate-structural.ts';
import { ruleTextErrors } from '../../schema/cel/rules/rule-definition.ts';
import { compileStructural } from '../../schema/structural/structural-schema.ts';

export interface SchemaValidationOptions {
  readonly requireValidType: boolean;
  readonly requireAtomicSets: boolean;
  readonly requireMapListKeys: boolean;
}

/** What holds at a place. */
interface Place {
  readonly options: SchemaValidationOptions;
  /** Why there may be no defaults; absent: there may. */
  readonly noDefaults?: string;
  readonly insideMeta: boolean;
  readonly root: boolean;
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const metaNames: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);
const preserve = 'x-kubernetes-preserve-unknown-fields';
const embedded = 'x-kubernetes-embedded-resource';

export function validateSchema(schema: JsonObject, path: Path, options: SchemaValidationOptions): FieldError[] {
  return validate(schema, path, { options, insideMeta: false, root: true });
}

function validate(schema: JsonObject, path: Path, place: Place): FieldError[] {
  const inner: Place = { ...place, root: false };
  const errors = [...validateStandard(schema, path, place), ...validateMapParts(schema, path, place)];
  const below = (value: JsonValue | undefined, at: Path, where = inner): void => {
    if (isJsonObject(value)) errors.push(...validate(value, at, where));
  };
  below(schema['not'], path.child('not'));
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [index, branch] of objectsAt(schema, name).entries()) below(branch, path.child(name).index(index));
  }
  for (const name of ['definitions', 'dependencies'] as const) {
    for (const [key, value] of Object.entries(objectAt(schema, name) ?? {})) below(value, path.child(name).key(key));
  }
  below(schema['items'], path.child('items'));
  for (const [index, item] of objectsAt(schema, 'items').entries()) below(item, path.child('items').index(index));
  if (schema[preserve] === false) {
    errors.push(field.invalid(path.child(preserve), false, 'must be true or undefined'));
  }
  errors.push(...validateMapType(schema, path), ...validateListSchema(schema, path, place.options.requireAtomicSets));
  if (place.options.requireMapListKeys) errors.push(...validateMapListKeys(schema, path));
  const hasRules = objectsAt(schema, 'x-kubernetes-validations').length > 0;
  return hasRules ? [...errors, ...ruleTextErrors(compileStructural(schema), path)] : errors;
}

/** Mirrors specStandardValidatorV3. */
function validateStandard(schema: JsonObject, path: Path, place: Place): FieldError[] {
  const errors: FieldError[] = [];
  const type = textAt(schema, 'type');
  if (place.options.requireValidType && type !== '' && !types.includes(type)) {
    errors.push(field.notSupported(path.child('type'), type, types));
  }
  if (schema['default'] !== undefined && place.noDefaults !== undefined) {
    errors.push(field.forbidden(path.child('default'), `must not be set ${place.noDefaults}`));
  }
  const refuse = (name: string): void => {
    errors.push(field.forbidden(path.child(name), `${name} is not supported`));
  };
  if (textAt(schema, 'id') !== '') refuse('id');
  if (schema['additionalItems'] !== undefined) refuse('additionalItems');
  if (isFilled(schema['patternProperties'])) refuse('patternProperties');
  if (isFilled(schema['definitions'])) refuse('definitions');
  if (schema['dependencies'] !== undefined) refuse('dependencies');
  if (schema['$ref'] !== undefined) refuse('$ref');
  if (type === 'null') {
    errors.push(field.forbidden(path.child('type'), 'type cannot be set to null, use nullable as an alternative'));
  }
  if (Array.isArray(schema['items'])) {
    errors.push(field.forbidden(path.child('items'), 'items must be a schema object and not an array'));
  }
  if (place.insideMeta && schema[embedded] === true) {
    errors.push(field.forbidden(path.child(embedded), 'must not be used inside of resource meta'));
  }
  if (schema['uniqueItems'] === true) {
    const text = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(field.forbidden(path.child('uniqueItems'), text));
  }
  return errors;
}

function validateMapParts(schema: JsonObject, path: Path, place: Place): FieldError[] {
  const errors: FieldError[] = [];
  const additional = schema['additionalProperties'];
  const properties = propertiesOf(schema);
  const inner: Place = { ...place, root: false };
  if (additional !== undefined && additional !== true && properties.length > 0) {
    const text = 'additionalProperties and properties are mutual exclusive';
    errors.push(field.forbidden(path.child('additionalProperties'), text));
  }
  if (isJsonObject(additional)) {
    const noDefaults = 'inside additionalProperties applying to object metadata';
    const at = path.child('additionalProperties');
    errors.push(...validate(additional, at, place.insideMeta ? { ...inner, noDefaults } : inner));
  }
  for (const [name, property] of properties) {
    const isMeta = (place.root || schema[embedded] === true) && metaNames.has(name);
    const where: Place = {
      ...inner,
      insideMeta: place.insideMeta || isMeta,
      ...(isMeta && place.root ? { noDefaults: `in top-level ${name}` } : {}),
    };
    errors.push(...validate(property, path.child('properties').key(name), where));
  }
  return errors;
}

function validateMapType(schema: JsonObject, path: Path): FieldError[] {
  const mapType = schema['x-kubernetes-map-type'];
  if (typeof mapType !== 'string') return [];
  const type = textAt(schema, 'type');
  const errors: FieldError[] = [];
  if (type !== 'object') {
    const text = 'must be object if x-kubernetes-map-type is specified';
    errors.push(type === '' ? field.required(path.child('type'), text) : field.invalid(path.child('type'), type, text));
  }
  if (mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(field.notSupported(path.child('x-kubernetes-map-type'), mapType, ['atomic', 'granular']));
  }
  return errors;
}

function isFilled(value: JsonValue | undefined): boolean {
  return isJsonObject(value) && Object.keys(value).length > 0;
}

/** Whether lists of the schema are sets of what is not atomic. */
export function hasNonAtomicSet(schema: JsonObject): boolean {
  const items = objectAt(schema, 'items');
  if (schema['x-kubernetes-list-type'] !== 'set' || !items) return false;
  const [listType, mapType] = [items['x-kubernetes-list-type'], items['x-kubernetes-map-type']];
  if (items['type'] === 'array') return listType !== undefined && listType !== 'atomic';
  return items['type'] === 'object' && mapType !== 'atomic';
}

/** Whether the type is none of OpenAPI's. */
export function hasInvalidType(schema: JsonObject): boolean {
  const type = textAt(schema, 'type');
  return type !== '' && !types.includes(type);
}
