/** Mirrors ValidateValidatingAdmissionPolicyStatusUpdate and apimachinery meta/v1/validation ValidateConditions, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { JsonPathError, parseJsonPath } from '../../../crd/json-path-parser.ts';
import { oneOf, qualified } from '../checks.ts';
import { viewAs } from '../view.ts';

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Policy {
  readonly metadata: ObjectMeta;
  readonly status?: {
    readonly typeChecking?: {
      readonly expressionWarnings?: readonly { readonly fieldRef?: string; readonly warning?: string }[];
    };
    readonly conditions?: readonly Condition[];
  };
}

const reasonBytesMax = 1024;
const messageBytesMax = 32 * 1024;
const reasonPattern = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const reasonExpression = new RegExp(`^${reasonPattern}$`);
const reasonText = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${reasonPattern}')`;

export function validatePolicyStatus(object: Readonly<KubeObject>): FieldError[] {
  const { typeChecking, conditions = [] } = viewAs<Policy>(object).status ?? {};
  const warningsPath = field.path('status', 'typeChecking', 'expressionWarnings');
  return [
    ...(typeChecking?.expressionWarnings ?? []).flatMap(({ fieldRef = '', warning = '' }, index) => [
      ...(warning === '' ? [field.required(warningsPath.index(index).child('warning'), '')] : []),
      ...validateFieldRef(fieldRef.trim(), warningsPath.index(index).child('fieldRef')),
    ]),
    ...validateConditions(conditions, field.path('status', 'conditions')),
  ];
}

function validateFieldRef(fieldRef: string, path: Path): FieldError[] {
  if (fieldRef === '') return [field.required(path, '')];
  try {
    parseJsonPath(fieldRef);
    return [];
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return [field.invalid(path, fieldRef, `invalid JSONPath: ${error.message}`)];
  }
}

function validateConditions(conditions: readonly Condition[], path: Path): FieldError[] {
  const types = new Set<string>();
  return conditions.flatMap((condition, index) => {
    const { type = '' } = condition;
    const where = path.index(index);
    const repeated = types.has(type) ? [field.duplicate(where.child('type'), type)] : [];
    types.add(type);
    return [...repeated, ...validateCondition(condition, where)];
  });
}

function validateCondition(condition: Condition, path: Path): FieldError[] {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition;
  const errors = [
    ...qualified(type, path.child('type')),
    ...oneOf(status, path.child('status'), ['False', 'True', 'Unknown']),
  ];
  if (observedGeneration < 0) {
    const text = 'must be greater than or equal to zero';
    errors.push(field.invalid(path.child('observedGeneration'), observedGeneration, text));
  }
  if (!lastTransitionTime) errors.push(field.required(path.child('lastTransitionTime'), ''));
  const reasonPath = path.child('reason');
  if (reason === '') errors.push(field.required(reasonPath, ''));
  else if (!reasonExpression.test(reason)) errors.push(field.invalid(reasonPath, reason, reasonText));
  if (Buffer.byteLength(reason) > reasonBytesMax) errors.push(field.tooLong(reasonPath, reasonBytesMax));
  if (Buffer.byteLength(message) > messageBytesMax) errors.push(field.tooLong(path.child('message'), messageBytesMax));
  return errors;
}
