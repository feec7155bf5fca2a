/** The schema of a version. Mirrors apiextensions validation validateCustomResourceDefinitionValidation. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';
import { copyValue } from '../../schema/structural/copy-value.ts';
import { pruneValue } from '../../schema/structural/prune.ts';
import { compileStructural } from '../../schema/structural/structural-schema.ts';
import { hasRules } from '../../schema/cel/rules/has-rules.ts';
import { ruleErrors } from '../../schema/cel/rules/rule-definition.ts';
import { validateRules } from '../../schema/cel/rules/rule-validator.ts';
import { validateDefaults, type ValidateDefaultRules } from './default-validation.ts';
import { schemaHas } from './schema-visit.ts';
import { validateSchema, type SchemaValidationOptions } from './schema-validation.ts';
import { validateStructural } from './validate-structural.ts';

export interface VersionSchemaOptions extends SchemaValidationOptions {
  readonly requireStructural: boolean;
  readonly requirePrunedDefaults: boolean;
}

/** Where status is a subresource, and its schema is taken out: in Go's order, by Go's names. */
const allowedAtRoot: readonly (readonly [json: string, go: string])[] = [
  ['description', 'Description'],
  ['type', 'Type'],
  ['format', 'Format'],
  ['title', 'Title'],
  ['maximum', 'Maximum'],
  ['exclusiveMaximum', 'ExclusiveMaximum'],
  ['minimum', 'Minimum'],
  ['exclusiveMinimum', 'ExclusiveMinimum'],
  ['maxLength', 'MaxLength'],
  ['minLength', 'MinLength'],
  ['pattern', 'Pattern'],
  ['maxItems', 'MaxItems'],
  ['minItems', 'MinItems'],
  ['uniqueItems', 'UniqueItems'],
  ['multipleOf', 'MultipleOf'],
  ['required', 'Required'],
  ['items', 'Items'],
  ['properties', 'Properties'],
  ['externalDocs', 'ExternalDocs'],
  ['example', 'Example'],
  ['x-kubernetes-preserve-unknown-fields', 'XPreserveUnknownFields'],
  ['x-kubernetes-validations', 'XValidations'],
];

export function validateVersionSchema(
  schema: JsonObject,
  path: Path,
  status: boolean,
  options: VersionSchemaOptions,
): FieldError[] {
  const errors = status ? validateRoot(schema, path) : [];
  if (schema['nullable'] === true) {
    errors.push(field.forbidden(path.child('nullable'), 'nullable cannot be true at the root'));
  }
  if (options.requireStructural) {
    const structural = isCompilable(schema) ? validateStructural(schema, path) : [];
    errors.push(...structural);
    if (structural.length === 0 && isCompilable(schema)) {
      errors.push(
        ...validateDefaults(compileStructural(schema), path, {
          requirePruned: options.requirePrunedDefaults,
          rules: defaultRules,
        }),
      );
    }
  }
  const own = validateSchema(schema, path, options);
  if (errors.length > 0 || own.length > 0 || !options.requireStructural) return [...errors, ...own];
  const structural = compileStructural(schema);
  // Rules are looked at once all else is well: their types come from the schema.
  return hasRules(structural) ? [...ruleErrors(structural, path)] : [];
}

/** A default is held to the rules of its schema, as if it were new, and as if it stayed. */
const defaultRules: ValidateDefaultRules = (value, schema, _isRoot, path) => {
  if (!hasRules(schema)) return [];
  const { errors } = validateRules(schema, { path, object: value, old: value });
  return errors.length > 0 ? [...errors] : [...validateRules(schema, { path, object: value }).errors];
};

/** Whether a default says what its schema does not know. */
export function hasUnprunedDefaults(schema: JsonObject): boolean {
  return schemaHas(schema, (one) => {
    const value = one['default'];
    if (value === undefined) return false;
    const pruned: JsonValue = copyValue(value);
    pruneValue(pruned, compileStructural(one));
    return !equalJson(pruned, value);
  });
}

function validateRoot(schema: JsonObject, path: Path): FieldError[] {
  const type = textAt(schema, 'type');
  if (type !== '' && type !== 'object') {
    const text = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [field.invalid(path.child('type'), type, text)];
  }
  const allowed = new Set(allowedAtRoot.map(([json]) => json));
  const others = Object.keys(schema).filter((name) => !allowed.has(name) && !isZero(schema[name]));
  if (others.length === 0) return [];
  const names = allowedAtRoot.map(([, go]) => go).join(' ');
  const text = `only [${names}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [field.invalid(path, schema, text)];
}

function isZero(value: JsonValue | undefined): boolean {
  return value === undefined || value === '' || value === false;
}

/** What a structural schema can't be made of is told of by the schema's own validation. */
function isCompilable(schema: JsonObject): boolean {
  return !schemaHas(
    schema,
    (one) =>
      textAt(one, 'id') !== '' ||
      textAt(one, '$schema') !== '' ||
      textAt(one, '$ref') !== '' ||
      isFilled(one['patternProperties']) ||
      isFilled(one['dependencies']) ||
      isFilled(one['definitions']) ||
      one['additionalItems'] !== undefined ||
      Array.isArray(one['items']) ||
      one['x-kubernetes-preserve-unknown-fields'] === false,
  );
}

function isFilled(value: JsonValue | undefined): boolean {
  return isJsonObject(value) && Object.keys(value).length > 0;
}
