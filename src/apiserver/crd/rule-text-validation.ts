/** What rules say beside their expressions. Mirrors apiextensions validation ValidateCustomResourceDefinitionOpenAPISchema. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { objectsAt, textAt } from '../../api/json-fields.ts';
import { compileStructural } from '../../schema/structural/structural-schema.ts';
import { schemaPath } from './schema-path.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

export function validateRuleTexts(schema: JsonObject, path: Path): FieldError[] {
  return objectsAt(schema, 'x-kubernetes-validations').flatMap((rule, index) =>
    validateRule(rule, schema, path.child('x-kubernetes-validations').index(index)),
  );
}

function validateRule(rule: JsonObject, schema: JsonObject, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const [text, message, expression] = [
    textAt(rule, 'rule'),
    textAt(rule, 'message'),
    textAt(rule, 'messageExpression'),
  ];
  if (text.trim() === '') errors.push(field.required(path.child('rule'), 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    errors.push(field.invalid(path.child('message'), message, 'must be non-empty if specified'));
  } else if (hasLineBreaks(message.trim())) {
    errors.push(field.invalid(path.child('message'), message, 'must not contain line breaks'));
  } else if (hasLineBreaks(text.trim()) && message.trim() === '') {
    errors.push(field.required(path.child('message'), 'message must be specified if rule contains line breaks'));
  }
  if (expression !== '' && expression.trim() === '') {
    errors.push(field.required(path.child('messageExpression'), 'messageExpression must be non-empty if specified'));
  }
  const { reason } = rule;
  if (typeof reason === 'string' && !reasons.includes(reason)) {
    errors.push(field.notSupported(path.child('reason'), reason, reasons));
  }
  const fieldPath = textAt(rule, 'fieldPath');
  const at = path.child('fieldPath');
  if (fieldPath !== '' && fieldPath.trim() === '') {
    errors.push(field.invalid(at, fieldPath, 'must be non-empty if specified'));
  }
  if (hasLineBreaks(fieldPath)) errors.push(field.invalid(at, fieldPath, 'must not contain line breaks'));
  if (fieldPath !== '' && !schemaPath(fieldPath, compileStructural(schema), true).ok) {
    errors.push(field.invalid(at, fieldPath, 'must be a valid path'));
  }
  return errors;
}

function hasLineBreaks(text: string): boolean {
  return /[\n\r]/.test(text);
}
