/** Mirrors apiextensions validation ValidateCustomResourceSelectableFields. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';
import { findFieldPath } from '../../schema/structural/field-path.ts';
import { compileStructural } from '../../schema/structural/structural-schema.ts';

const fieldsMax = 8;
const selectable: ReadonlySet<string> = new Set(['string', 'boolean', 'integer']);

export function validateSelectableFields(fields: readonly JsonObject[], schema: JsonObject, path: Path): FieldError[] {
  const structural = compileStructural(schema);
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, one] of fields.entries()) {
    const at = path.index(index).child('jsonPath');
    const text = textAt(one, 'jsonPath');
    if (text === '') {
      errors.push(field.required(at, ''));
      continue;
    }
    const found = findFieldPath(text, structural, false);
    if (!found.ok) {
      errors.push(field.invalid(at, text, `is an invalid path: ${found.error}`));
      continue;
    }
    const name = found.path.toString();
    if (/^metadata($|[.[])/.test(name)) errors.push(field.invalid(at, text, 'must not point to fields in metadata'));
    if (!selectable.has(found.schema.type ?? '')) {
      const what = 'must point to a field of type string, boolean or integer.';
      errors.push(field.invalid(at, text, `${what} Enum string fields and strings with formats are allowed.`));
    }
    if (seen.has(name)) errors.push(field.duplicate(at, text));
    seen.add(name);
  }
  return seen.size > fieldsMax ? [...errors, field.tooMany(path, seen.size, fieldsMax)] : errors;
}
