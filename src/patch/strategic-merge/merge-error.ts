/** What can be wrong with a strategic merge patch, and what a client is told. */
import { goTypeText, goValueText } from '../../api/go-text.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { failure, newBadRequest, newGenericServerResponse, type StatusError } from '../../api/status.ts';

/** `format` answers 400, `unprocessable` 422, anything else 500, as upstream has it. */
export type MergeErrorKind = 'format' | 'unprocessable' | 'other';

export class MergeError extends Error {
  readonly kind: MergeErrorKind;

  constructor(message: string, kind: MergeErrorKind = 'other') {
    super(message);
    this.kind = kind;
  }
}

/** Mirrors apiserver endpoints/handlers interpretStrategicMergePatchError. */
export function mergeErrorStatus(error: MergeError): StatusError {
  switch (error.kind) {
    case 'format':
      return newBadRequest(error.message);
    case 'unprocessable':
      return newGenericServerResponse({ code: 422, serverMessage: error.message });
    case 'other':
      return failure(500, '', error.message);
  }
}

export function badPrimitiveList(): MergeError {
  return new MergeError('invalid patch format of primitive list', 'format');
}

export function badRetainKeys(): MergeError {
  return new MergeError('invalid patch format of retainKeys', 'format');
}

export function badSetElementOrder(): MergeError {
  return new MergeError('invalid patch format of setElementOrder list', 'format');
}

export function listOfLists(): MergeError {
  return new MergeError('lists of lists are not supported', 'unprocessable');
}

export function noMergeKey(item: JsonObject, mergeKey: string): MergeError {
  return new MergeError(`map: ${goValueText(item)} does not contain declared merge key: ${mergeKey}`);
}

export function badArgument(expected: 'list' | 'object', actual: JsonValue): MergeError {
  const expectedText = goTypeText(expected === 'list' ? [] : {});
  return new MergeError(`expected a ${expectedText}, but received a ${goTypeText(actual)}`);
}

export function badPatchType(directive: JsonValue, item: JsonObject): MergeError {
  // Upstream prints what should be a text.
  const text = typeof directive === 'number' ? `%!s(int64=${goValueText(directive)})` : goValueText(directive);
  return new MergeError(`unknown patch type: ${text} in map: ${goValueText(item)}`);
}
