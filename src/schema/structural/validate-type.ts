/** Whether a value is of its schema's type. Mirrors kube-openapi pkg/validation/validate typeValidator. */
import { goQuote } from '../../api/go-text.ts';
import type { JsonValue } from '../../api/json.ts';
import { checkedFormat } from './formats.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { ValidationResult } from './validation-result.ts';

const int64Limit = 2 ** 63;
const jsonIntegerMax = 2 ** 53 - 1;

/** The types that a schema allows; none: any. */
function typesOf({ type, intOrString }: StructuralSchema): readonly string[] {
  if (intOrString) return ['integer', 'string'];
  return type === undefined ? [] : [type];
}

/** As Go's decoder has it: what is whole and fits is an integer. */
export function jsonType(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return isInt64(value) ? 'integer' : 'number';
  if (typeof value === 'bigint') return 'integer';
  return typeof value;
}

export function isInt64(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < int64Limit;
}

/** Mirrors swag.IsFloat64AJSONInteger. */
export function isJsonInteger(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > jsonIntegerMax) return false;
  const whole = Math.trunc(value);
  if (value === whole) return true;
  if (whole === 0) return false;
  return Math.abs(value - whole) / Math.min(Math.abs(value) + Math.abs(whole), Number.MAX_VALUE) < 1e-9;
}

export function checkType(value: JsonValue, schema: StructuralSchema, path: string): ValidationResult {
  const result = new ValidationResult();
  const types = typesOf(schema);
  const fail = (expected: string, found: string): ValidationResult => {
    const message = `${path} in body must be of type ${expected}: ${goQuote(found)}`;
    const failed = new ValidationResult();
    failed.add({ kind: 'type', path, value: found, message });
    return failed;
  };
  result.matchCount++;
  if (value === null) return types.length > 0 && !schema.nullable ? fail(types.join(','), 'null') : result;
  const found = jsonType(value);
  const format = checkedFormat(schema);
  const textual = typeof value === 'string' || Array.isArray(value);
  const wholeFloat = found === 'number' && types.includes('integer') && isJsonInteger(Number(value));
  const fits = types.includes(found) || wholeFloat || (found === 'integer' && types.includes('number'));
  if (!textual && format !== '' && !fits) {
    const foundFormat = found === 'integer' ? 'int64' : found === 'number' ? 'float64' : '';
    if (foundFormat !== format) return fail(format, foundFormat);
  }
  if (textual && format !== '' && !types.includes('number') && !types.includes('integer')) return result;
  return fits ? result : fail(types.join(','), found);
}
