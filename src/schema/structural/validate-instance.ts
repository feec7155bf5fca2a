/**
 * A value against its structural schema, as field errors. Mirrors apiextensions-apiserver pkg/apiserver/validation
 * ValidateCustomResource(Update).
 */
import * as field from '../../api/field-error.ts';
import type { FieldError } from '../../api/field-error.ts';
import { goJson } from '../../api/go-text.ts';
import type { JsonValue } from '../../api/json.ts';
import type { Correlation } from './correlation.ts';
import { sortedKeys } from './sorted-keys.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { validateValue } from './validate-value.ts';
import type { ValueError } from './validation-result.ts';

/** As upstream prints a path that is none. */
export const noPath = '<nil>';

/** `base`: where the value is; empty: it is the root. */
export function validateInstance(
  value: JsonValue,
  schema: StructuralSchema,
  base: string,
  correlation?: Correlation,
): FieldError[] {
  return validateValue(value, schema, '', correlation).errors.map((error) => fieldError(error, base));
}

function fieldError(error: ValueError, base: string): FieldError {
  const whole = base === '' ? noPath : base;
  if (error.kind === 'general') return field.invalid(whole, '', error.message);
  const below = error.path.replace(/^\./, '');
  const path = below === '' ? whole : base === '' ? below : `${base}.${below}`;
  switch (error.kind) {
    case 'required':
      return field.required(path, '');
    case 'enum': {
      const values = error.values.map((value) => (typeof value === 'string' ? value : goJson(sortedKeys(value))));
      return field.notSupported(path, sortedKeys(error.value), values);
    }
    case 'too-long':
      return field.tooLong(path, error.max);
    case 'too-many':
      return field.tooMany(path, error.actual, error.max);
    case 'type':
      return field.typeInvalid(path, error.value, error.message);
    case 'invalid':
      return field.invalid(path, sortedKeys(error.value), error.message);
  }
}
