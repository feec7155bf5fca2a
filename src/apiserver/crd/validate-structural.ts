/**
 * Whether a schema is structural: every field has a type, and what is nested in `allOf`, `anyOf`, `oneOf` and `not` only restricts values.
 * Mirrors apiextensions-apiserver pkg/apiserver/schema ValidateStructural, over JSONSchemaProps as they are stored.
 */
import * as field from '../../api/field-error.ts';
import { fieldErrorText, type FieldError, type Path } from '../../api/field-error.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { compilePattern, PatternError } from '../../schema/structural/pattern.ts';

type Level = 'root' | 'item' | 'field';

const preserve = 'x-kubernetes-preserve-unknown-fields';
const embedded = 'x-kubernetes-embedded-resource';
const intOrString = 'x-kubernetes-int-or-string';
const intOrStringBranches: JsonValue = [{ type: 'integer' }, { type: 'string' }];

/** Sorted by their texts. */
export function validateStructural(schema: JsonObject, path: Path): FieldError[] {
  const errors = [...invariants(schema, 'root', path), ...completeness(schema, schema, path, path)];
  return errors
    .map((error) => ({ error, text: fieldErrorText(error) }))
    .toSorted((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
    .map(({ error }) => error);
}

/** Fields by name, in pairs. */
export function propertiesOf(schema: JsonObject | undefined): readonly (readonly [string, JsonObject])[] {
  return Object.entries(objectAt(schema, 'properties') ?? {}).flatMap(([name, value]) =>
    isJsonObject(value) ? [[name, value] as const] : [],
  );
}

function invariants(schema: JsonObject, level: Level, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const type = textAt(schema, 'type');
  const items = objectAt(schema, 'items');
  if (type === 'array' && schema['items'] === undefined) {
    errors.push(field.required(path.child('items'), 'must be specified'));
  }
  if (items) errors.push(...invariants(items, 'item', path.child('items')));
  for (const [name, inner] of propertiesOf(schema)) {
    errors.push(...invariants(inner, 'field', path.child('properties').key(name)));
  }
  errors.push(...additionalInvariants(schema, level, path));
  if (schema[intOrString] === true && schema[preserve] === true) {
    errors.push(field.invalid(path.child(preserve), true, `must be false if ${intOrString} is true`));
  }
  if (schema[intOrString] === true && schema[embedded] === true) {
    errors.push(field.invalid(path.child(embedded), true, `must be false if ${intOrString} is true`));
  }
  const skips = { anyOf: isIntOrString(schema['anyOf']), allOf: isIntOrStringAllOf(schema) };
  errors.push(...valueValidation(schema, skips, path), ...typeInvariants(schema, level, path));
  if (level === 'root' || schema[embedded] === true) errors.push(...typeMetaInvariants(schema, path));
  const metadata = objectAt(objectAt(schema, 'properties'), 'metadata');
  if (metadata) errors.push(...metadataInvariants(metadata, schema, level, path.child('properties').key('metadata')));
  if (schema[embedded] === true && schema[preserve] !== true && propertiesOf(schema).length === 0) {
    const text = `must not be empty if ${embedded} is true without ${preserve}`;
    errors.push(field.required(path.child('properties'), text));
  }
  return errors;
}

function additionalInvariants(schema: JsonObject, level: Level, path: Path): FieldError[] {
  const at = path.child('additionalProperties');
  const additional = schema['additionalProperties'];
  if (additional === undefined) return [];
  return [
    ...(level === 'root' ? [field.forbidden(at, 'must not be used at the root')] : []),
    ...(isJsonObject(additional) ? invariants(additional, 'field', at) : []),
    ...(schema[embedded] === true ? [field.forbidden(at, `must not be used if ${embedded} is set`)] : []),
  ];
}

function typeInvariants(schema: JsonObject, level: Level, path: Path): FieldError[] {
  const type = textAt(schema, 'type');
  const at = path.child('type');
  const errors: FieldError[] = [];
  if (schema[embedded] === true && type !== 'object') {
    const text = `must be object if ${embedded} is true`;
    errors.push(type === '' ? field.required(at, text) : field.invalid(at, type, text));
  } else if (type === '' && schema[intOrString] !== true && schema[preserve] !== true) {
    const where = { root: 'at the root', item: 'for specified array items', field: 'for specified object fields' };
    errors.push(field.required(at, `must not be empty ${where[level]}`));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(field.invalid(at, type, 'must be object at the root'));
  }
  return errors;
}

function typeMetaInvariants(schema: JsonObject, path: Path): FieldError[] {
  return ['kind', 'apiVersion'].flatMap((name) => {
    const property = objectAt(objectAt(schema, 'properties'), name);
    const type = textAt(property, 'type');
    if (!property || type === 'string') return [];
    return [field.invalid(path.child('properties').key(name).child('type'), type, 'must be string')];
  });
}

function metadataInvariants(metadata: JsonObject, schema: JsonObject, level: Level, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const checked = level === 'root' || schema[embedded] === true;
  const type = textAt(metadata, 'type');
  if (checked && type !== 'object') errors.push(field.invalid(path.child('type'), type, 'must be object'));
  if (level !== 'root') return errors;
  const { type: _type, default: _default, properties: _properties, ...rest } = metadata;
  const names = propertiesOf(metadata).map(([name]) => name);
  const onlyNames = names.every((name) => name === 'name' || name === 'generateName');
  if (!onlyNames || Object.keys(rest).length > 0) {
    const text = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    errors.push(field.forbidden(path, text));
  }
  return errors;
}

interface Skips {
  readonly anyOf: boolean;
  /** The `anyOf` of the first `allOf`. */
  readonly allOf: boolean;
}

const noSkips: Skips = { anyOf: false, allOf: false };

function valueValidation(schema: JsonObject, skips: Skips, path: Path, rules = false): FieldError[] {
  const errors: FieldError[] = [];
  const each = (name: 'anyOf' | 'allOf' | 'oneOf', skip: (index: number) => Skips): void => {
    for (const [index, branch] of objectsAt(schema, name).entries()) {
      const allowRules = name === 'allOf' && rules;
      errors.push(...nested(branch, skip(index), path.child(name).index(index), allowRules));
    }
  };
  if (!skips.anyOf) each('anyOf', () => noSkips);
  each('allOf', (index) => ({ anyOf: skips.allOf && index === 0, allOf: false }));
  each('oneOf', () => noSkips);
  const not = objectAt(schema, 'not');
  if (not) errors.push(...nested(not, noSkips, path.child('not'), false));
  const pattern = textAt(schema, 'pattern');
  if (pattern === '') return errors;
  try {
    compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const text = `must be a valid regular expression, but isn't: ${error.message}`;
    errors.push(field.invalid(path.child('pattern'), pattern, text));
  }
  return errors;
}

/** What a nested value validation may not say, and how it is told. */
const forbidden: readonly (readonly [name: string, text: string])[] = [
  ['type', 'must be empty to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  [preserve, 'must be false to be structural'],
  [embedded, 'must be false to be structural'],
  [intOrString, 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
];

function nested(schema: JsonObject, skips: Skips, path: Path, rules: boolean): FieldError[] {
  const errors = valueValidation(schema, skips, path, rules);
  const items = objectAt(schema, 'items');
  if (items) errors.push(...nested(items, noSkips, path.child('items'), rules));
  for (const [name, inner] of propertiesOf(schema)) {
    errors.push(...nested(inner, noSkips, path.child('properties').key(name), rules));
  }
  const additional = schema['additionalProperties'];
  if (additional !== undefined && additional !== false) {
    errors.push(field.forbidden(path.child('additionalProperties'), 'must be undefined to be structural'));
  }
  for (const [name, text] of forbidden) {
    if (isSet(schema[name])) errors.push(field.forbidden(path.child(name), text));
  }
  if (!rules && objectsAt(schema, 'x-kubernetes-validations').length > 0) {
    errors.push(field.forbidden(path.child('x-kubernetes-validations'), 'must be empty to be structural'));
  }
  if (propertiesOf(schema).some(([name]) => name === 'metadata')) {
    const at = path.child('properties').key('metadata');
    errors.push(field.forbidden(at, 'must not be specified in a nested context'));
  }
  return errors;
}

function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** What nested validations speak of must be there. */
function completeness(
  validation: JsonObject,
  schema: JsonObject | undefined,
  schemaPath: Path,
  path: Path,
): FieldError[] {
  const below = (inner: JsonObject, at: Path): FieldError[] => nestedCompleteness(inner, schema, schemaPath, at);
  const not = objectAt(validation, 'not');
  return [
    ...(not ? below(not, path.child('not')) : []),
    ...(['allOf', 'anyOf', 'oneOf'] as const).flatMap((name) =>
      objectsAt(validation, name).flatMap((branch, index) => below(branch, path.child(name).index(index))),
    ),
  ];
}

function nestedCompleteness(
  validation: JsonObject,
  schema: JsonObject | undefined,
  schemaPath: Path,
  path: Path,
): FieldError[] {
  if (!schema) return [field.required(schemaPath, `because it is defined in ${String(path)}`)];
  const errors = completeness(validation, schema, schemaPath, path);
  const items = objectAt(validation, 'items');
  if (items) {
    const at = schemaPath.child('items');
    errors.push(...nestedCompleteness(items, objectAt(schema, 'items'), at, path.child('items')));
  }
  for (const [name, inner] of propertiesOf(validation)) {
    const [at, inside] = [schemaPath.child('properties').key(name), path.child('properties').key(name)];
    errors.push(...nestedCompleteness(inner, objectAt(objectAt(schema, 'properties'), name), at, inside));
  }
  return errors;
}

function isIntOrString(anyOf: JsonValue | undefined): boolean {
  return Array.isArray(anyOf) && equalJson(anyOf, intOrStringBranches);
}

function isIntOrStringAllOf(schema: JsonObject): boolean {
  return isIntOrString(objectsAt(schema, 'allOf')[0]?.['anyOf']);
}
