/** Limits of numbers. Mirrors kube-openapi pkg/validation/validate numberValidator. */
import { goFloat } from '../../api/go-text.ts';
import { checkedFormat } from './formats.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { isInt64, isJsonInteger } from './validate-type.ts';
import { ValidationResult } from './validation-result.ts';

const int32Max = 2 ** 31;
const float32Max = 3.4028235677973366e38;

export function checkNumber(value: number, schema: StructuralSchema, path: string): ValidationResult {
  const result = new ValidationResult();
  const whole = isInt64(value);
  outOfRange(result, value, schema, 'Checked', path);
  const { multipleOf, minimum, maximum } = schema;
  if (multipleOf !== undefined) {
    const native = !outOfRange(result, multipleOf, schema, 'MultipleOf', path) && whole;
    const factor = native ? Math.trunc(multipleOf) : multipleOf;
    const text = numberText(factor, native);
    if (factor <= 0) {
      const message = `factor MultipleOf declared for ${path} must be positive: ${text}`;
      result.add({ kind: 'invalid', path, value: factor, message });
    } else if (native ? value % factor !== 0 : !isJsonInteger(factor < 1 ? (1 / factor) * value : value / factor)) {
      result.add({ kind: 'invalid', path, value, message: `${path} in body should be a multiple of ${text}` });
    }
  }
  if (minimum !== undefined) {
    const native = !outOfRange(result, minimum, schema, 'Minimum boundary', path) && whole;
    const limit = native ? Math.trunc(minimum) : minimum;
    const exclusive = schema.exclusiveMinimum === true;
    if (exclusive ? value <= limit : value < limit) {
      const how = exclusive ? 'greater than' : 'greater than or equal to';
      const message = `${path} in body should be ${how} ${numberText(limit, native)}`;
      result.add({ kind: 'invalid', path, value, message });
    }
  }
  if (maximum !== undefined) {
    const native = !outOfRange(result, maximum, schema, 'Maximum boundary', path) && whole;
    const limit = native ? Math.trunc(maximum) : maximum;
    const exclusive = schema.exclusiveMaximum === true;
    if (exclusive ? value >= limit : value > limit) {
      const how = exclusive ? 'less than' : 'less than or equal to';
      const message = `${path} in body should be ${how} ${numberText(limit, native)}`;
      result.add({ kind: 'invalid', path, value, message });
    }
  }
  result.matchCount++;
  return result;
}

/** `%v` of an int64, or of a float64. */
function numberText(value: number, native: boolean): string {
  return native ? String(BigInt(value)) : goFloat(value);
}

/** Whether the number does not fit the schema's type and format; says so. Mirrors IsValueValidAgainstRange. */
function outOfRange(
  result: ValidationResult,
  value: number,
  schema: StructuralSchema,
  prefix: string,
  path: string,
): boolean {
  const type = schema.intOrString ? undefined : schema.type;
  if (type !== 'integer' && type !== 'number') return false;
  const format = checkedFormat(schema);
  const fits =
    type === 'integer'
      ? isInt64(value) && (format !== 'int32' || (value >= -int32Max && value < int32Max))
      : format !== 'float' || Math.abs(value) < float32Max;
  if (fits) return false;
  const what = format === '' ? '(default format)' : `with format ${format}`;
  result.add({ kind: 'general', message: `${prefix} value must be of type ${type} ${what} in ${path}` });
  return true;
}
