/**
 * Holds a value to a structural schema. Mirrors kube-openapi pkg/validation/validate, as apiextensions-apiserver pkg/apiserver/validation
 * uses it: the same checks in the same order, the same texts, and the ratcheting of what an update leaves as it was.
 */
import { goQuote } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { Correlation } from './correlation.ts';
import { checkedFormat, matchesFormat } from './formats.ts';
import { compilePattern, PatternError } from './pattern.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { checkNumber } from './validate-number.ts';
import { jsonType, checkType } from './validate-type.ts';
import { ValidationResult, type ValueError } from './validation-result.ts';

/** `path`: of the value; empty for the root. `correlation`: with the value that it replaces; absent: nothing is forgiven. */
export function validateValue(
  value: JsonValue,
  schema: StructuralSchema,
  path: string,
  correlation?: Correlation,
): ValidationResult {
  const result = checkAll(value, schema, path, correlation);
  return result.valid || !correlation?.unchanged ? result : result.forgive();
}

function checkAll(
  value: JsonValue,
  schema: StructuralSchema,
  path: string,
  correlation: Correlation | undefined,
): ValidationResult {
  const result = new ValidationResult();
  const hasType = schema.type !== undefined || schema.intOrString || checkedFormat(schema) !== '';
  if (value === null) {
    result.merge(checkType(value, schema, path));
    result.add(...checkEnum(value, schema, path));
    return result;
  }
  if (hasType) counted(result, checkType(value, schema, path));
  counted(result, checkJunctors(value, schema, path, correlation));
  if (typeof value === 'string') {
    counted(result, resultOf(checkString(value, schema, path)));
    if (checkedFormat(schema) !== '') counted(result, resultOf(checkFormat(value, schema, path)));
  }
  if (typeof value === 'number' || typeof value === 'bigint') counted(result, checkNumber(Number(value), schema, path));
  if (Array.isArray(value)) counted(result, checkList(value, schema, path, correlation));
  counted(result, resultOf(checkEnum(value, schema, path)));
  if (isJsonObject(value)) counted(result, checkObject(value, schema, path, correlation));
  result.matchCount++;
  return result;
}

/** Each check that was made is a match. */
function counted(result: ValidationResult, other: ValidationResult): void {
  result.merge(other);
  result.matchCount++;
}

function resultOf(errors: readonly ValueError[]): ValidationResult {
  const result = new ValidationResult();
  result.add(...errors);
  return result;
}

function checkJunctors(
  value: JsonValue,
  schema: StructuralSchema,
  path: string,
  correlation: Correlation | undefined,
): ValidationResult {
  const result = new ValidationResult();
  // The branches share the place: what did not change below them is forgiven, but not the place itself.
  const check = (branch: StructuralSchema): ValidationResult => checkAll(value, branch, path, correlation);
  const { anyOf, oneOf, allOf, not } = schema;
  if (anyOf) checkAnyOf(result, anyOf, path, check);
  if (oneOf) checkOneOf(result, oneOf, path, check);
  if (allOf) checkAllOf(result, allOf, path, check);
  if (not && check(not).valid) {
    result.add({ kind: 'general', message: `${goQuote(path)} must not validate the schema (not)` });
  }
  result.matchCount++;
  return result;
}

type Check = (branch: StructuralSchema) => ValidationResult;

function checkAnyOf(result: ValidationResult, anyOf: readonly StructuralSchema[], path: string, check: Check): void {
  let best: ValidationResult | undefined;
  for (const branch of anyOf) {
    const found = check(branch);
    if (found.valid) return result.merge(found);
    if (!best || found.matchCount > best.matchCount) best = found;
  }
  result.add({ kind: 'general', message: `${goQuote(path)} must validate at least one schema (anyOf)` });
  if (best) result.merge(best);
}

function checkOneOf(result: ValidationResult, oneOf: readonly StructuralSchema[], path: string, check: Check): void {
  let best: ValidationResult | undefined;
  let first: ValidationResult | undefined;
  let valid = 0;
  for (const branch of oneOf) {
    const found = check(branch);
    if (found.valid) {
      valid++;
      best = undefined;
      first ??= found;
    } else if (valid === 0 && (!best || found.matchCount > best.matchCount)) best = found;
  }
  if (valid === 1) {
    if (first) result.merge(first);
    return;
  }
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  result.add({ kind: 'general', message: `${goQuote(path)} must validate one and only one schema (oneOf). ${found}` });
  if (best) result.merge(best);
}

function checkAllOf(result: ValidationResult, allOf: readonly StructuralSchema[], path: string, check: Check): void {
  let valid = 0;
  for (const branch of allOf) {
    const found = check(branch);
    if (found.valid) valid++;
    result.merge(found);
  }
  if (valid === allOf.length) return;
  const more = valid === 0 ? '. None validated' : '';
  result.add({ kind: 'general', message: `${goQuote(path)} must validate all the schemas (allOf)${more}` });
}

/** The first that is wrong. */
function checkString(value: string, schema: StructuralSchema, path: string): ValueError[] {
  const { maxLength, minLength, pattern } = schema;
  if (maxLength !== undefined && characters(value, maxLength) > maxLength) {
    const message = `${path} in body should be at most ${maxLength} chars long`;
    return [{ kind: 'too-long', path, max: maxLength, message }];
  }
  if (minLength !== undefined && characters(value, minLength) < minLength) {
    return [{ kind: 'invalid', path, value, message: `${path} in body should be at least ${minLength} chars long` }];
  }
  if (pattern === undefined) return [];
  try {
    if (compilePattern(pattern).matches(value)) return [];
    return [{ kind: 'invalid', path, value, message: `${path} in body should match '${pattern}'` }];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const text = `${pattern}, but pattern is invalid: ${error.message}`;
    return [{ kind: 'invalid', path, value, message: `${path} in body should match '${text}'` }];
  }
}

/** Code points, counted no further than needed. */
function characters(text: string, limit: number): number {
  let count = 0;
  for (let index = 0; index < text.length && count <= limit; index++) {
    const unit = text.charCodeAt(index);
    const next = text.charCodeAt(index + 1);
    if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) index++;
    count++;
  }
  return count;
}

function checkFormat(value: string, schema: StructuralSchema, path: string): ValueError[] {
  const format = checkedFormat(schema);
  if (matchesFormat(format, value)) return [];
  return [{ kind: 'type', path, value, message: `${path} in body must be of type ${format}: ${goQuote(value)}` }];
}

function checkEnum(value: JsonValue, schema: StructuralSchema, path: string): ValueError[] {
  const values = schema.enum;
  if (!values || (value !== null && values.some((allowed) => sameValue(value, allowed)))) return [];
  return [{ kind: 'enum', path, value, values, message: `${path} in body should be one of ${JSON.stringify(values)}` }];
}

function checkList(
  value: readonly JsonValue[],
  schema: StructuralSchema,
  path: string,
  correlation: Correlation | undefined,
): ValidationResult {
  const result = new ValidationResult();
  const { items, minItems, maxItems } = schema;
  if (items) {
    for (const [index, item] of value.entries()) {
      result.merge(validateValue(item, items, `${path}[${index}]`, correlation?.index(index)));
    }
  }
  const size = value.length;
  if (minItems !== undefined && size < minItems) {
    const message = `${path} in body should have at least ${minItems} items`;
    result.add({ kind: 'invalid', path, value: size, message });
  }
  if (maxItems !== undefined && size > maxItems) {
    const message = `${path} in body should have at most ${maxItems} items`;
    result.add({ kind: 'too-many', path, actual: size, max: maxItems, message });
  }
  if (schema.uniqueItems && new Set(value.map(canonicalText)).size < size) {
    result.add({ kind: 'invalid', path, value: '', message: `${path} in body shouldn't contain duplicates` });
  }
  result.matchCount++;
  return result;
}

function checkObject(
  value: JsonObject,
  schema: StructuralSchema,
  path: string,
  correlation: Correlation | undefined,
): ValidationResult {
  const result = new ValidationResult();
  const { minProperties, maxProperties, properties, additionalProperties: additional, required } = schema;
  const keys = Object.keys(value);
  if (minProperties !== undefined && keys.length < minProperties) {
    const message = `${path} in body should have at least ${minProperties} properties`;
    result.add({ kind: 'invalid', path, value: keys.length, message });
  }
  if (maxProperties !== undefined && keys.length > maxProperties) {
    const message = `${path} in body should have at most ${maxProperties} properties`;
    result.add({ kind: 'too-many', path, actual: keys.length, max: maxProperties, message });
  }
  // Kind and version of the root are those of the request in both: no change of them is seen.
  const below = (key: string): Correlation | undefined =>
    path === '' && (key === 'kind' || key === 'apiVersion') ? undefined : correlation?.key(key);
  for (const key of keys) {
    const property = properties?.get(key);
    const inner = value[key] ?? null;
    if (property) result.merge(validateValue(inner, property, path === '' ? key : `${path}.${key}`, below(key)));
    else if (additional === false) {
      const message = `${path}.${key} in body is a forbidden property`;
      result.add({ kind: 'invalid', path, value: key, message });
    } else if (typeof additional === 'object') {
      result.merge(validateValue(inner, additional, `${path}.${key}`, below(key)));
    }
  }
  for (const name of required ?? []) {
    if (Object.hasOwn(value, name)) continue;
    result.add({ kind: 'required', path: `${path}.${name}`, message: `${path}.${name} in body is required` });
  }
  return result;
}

/** Values are the same whatever the order of their keys. */
function sameValue(left: JsonValue, right: JsonValue): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  return jsonType(left) === jsonType(right) && canonicalText(left) === canonicalText(right);
}

/** JSON with sorted keys: equal for equal values. */
export function canonicalText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] ?? null)}`);
  return `{${entries.join(',')}}`;
}
