/** Mirrors apiextensions validation ValidateCustomResourceColumnDefinition. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';
import { validateSimplePath } from './subresource-validation.ts';

const types = ['boolean', 'date', 'integer', 'number', 'string'];
const formats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

export function validateColumn(column: JsonObject, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const [type, format, jsonPath] = [textAt(column, 'type'), textAt(column, 'format'), textAt(column, 'jsonPath')];
  if (textAt(column, 'name') === '') errors.push(field.required(path.child('name'), ''));
  const oneOf = `must be one of ${types.join(',')}`;
  if (type === '') errors.push(field.required(path.child('type'), oneOf));
  else if (!types.includes(type)) errors.push(field.invalid(path.child('type'), type, oneOf));
  if (format !== '' && !formats.includes(format)) {
    errors.push(field.invalid(path.child('format'), format, `must be one of ${formats.join(',')}`));
  }
  const at = path.child('JSONPath');
  return [...errors, ...(jsonPath === '' ? [field.required(at, '')] : validateSimplePath(jsonPath, at))];
}
