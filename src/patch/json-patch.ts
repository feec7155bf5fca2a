/**
 * JSON patch (RFC 6902) as evanphx/json-patch v4 and apiserver do it: negative indices count from the end, `replace` of a missing
 * key adds it, `copy` of a missing key adds null, a `test` without value passes where there is nothing.
 */
import { decodeJson, DecodeError } from '../api/codec/json.ts';
import { duplicateFieldErrors } from '../api/codec/json-duplicates.ts';
import { goQuote, jsonTypeText } from '../api/go-text.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import { newBadRequest, newGenericServerResponse, newRequestEntityTooLarge } from '../api/status.ts';
import { copyJson } from './copy-json.ts';
import {
  arrayIndex,
  findPlace,
  IndexError,
  invalidIndex,
  isContainer,
  valueAt,
  type Container,
  type Place,
} from './json-pointer.ts';
import { wrongType, type DecodedPatch } from './patch-body.ts';

/** Not yet looked into: `null` and missing members fail when they are applied. */
export type JsonPatchOperations = (JsonObject | null)[];

export const jsonPatchOperationsMax = 10_000;
/** What all `copy` operations of one patch may add. */
const jsonPatchCopyBytesMax = 3 * 1024 * 1024;

/** A patch that does not apply; upstream keeps the text for itself. */
class DoesNotApply extends Error {}

/** @param checked field validation is Warn or Strict @throws StatusError */
export function decodeJsonPatch(body: Uint8Array, checked: boolean): DecodedPatch<JsonPatchOperations> {
  const patch = parse(body, checked ? 'error decoding patch: ' : '');
  if (patch === null) return { patch: [], strictErrors: [] };
  if (!Array.isArray(patch)) {
    const text = wrongType(patch, checked ? '[]handlers.jsonPatchOp' : 'jsonpatch.Patch');
    throw newBadRequest(checked ? `error decoding patch: ${text}` : text);
  }
  const operations = patch.map((operation) => {
    if (operation === null || isJsonObject(operation)) return operation;
    const text = wrongType(operation, checked ? 'handlers.jsonPatchOp' : 'jsonpatch.Operation');
    throw newBadRequest(checked ? `error decoding patch: ${text}` : text);
  });
  if (checked) checkTypes(operations);
  if (operations.length > jsonPatchOperationsMax) {
    throw newRequestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${operations.length}`,
    );
  }
  return { patch: operations, strictErrors: checked ? strictErrors(body, operations) : [] };
}

/**
 * Pure; the result shares nothing with the arguments.
 * @throws StatusError 422, without saying which operation failed, as upstream; that is in its `cause`.
 */
export function applyJsonPatch(document: Container, operations: JsonPatchOperations): JsonValue {
  const state: State = { document: copyJson(document), copiedBytes: 0 };
  try {
    for (const operation of operations) applyOperation(state, operation ?? {});
  } catch (error) {
    if (!(error instanceof DoesNotApply)) throw error;
    const status = newGenericServerResponse({ code: 422, serverMessage: error.message });
    status.cause = error;
    throw status;
  }
  return state.document;
}

interface State {
  document: Container;
  copiedBytes: number;
}

function applyOperation(state: State, operation: JsonObject): void {
  const kind = typeof operation['op'] === 'string' ? operation['op'] : 'unknown';
  switch (kind) {
    case 'add':
      return add(state, operation);
    case 'remove':
      return remove(state, operation);
    case 'replace':
      return replace(state, operation);
    case 'move':
      return move(state, operation);
    case 'test':
      return test(state, operation);
    case 'copy':
      return copy(state, operation);
    default:
      throw new DoesNotApply(`Unexpected kind: ${kind}`);
  }
}

function add(state: State, operation: JsonObject): void {
  const path = pointer(operation, 'path', () => 'add operation failed to decode path: missing value');
  const place = findPlace(state.document, path);
  if (place === undefined) throw missing(`add operation does not apply: doc is missing path: "${path}"`);
  const problem = addAt(place, copyJson(operation['value'] ?? null));
  if (problem !== undefined) throw new DoesNotApply(`error in add for path: '${path}': ${problem}`);
}

function remove(state: State, operation: JsonObject): void {
  const path = pointer(operation, 'path', () => 'remove operation failed to decode path: missing value');
  const place = findPlace(state.document, path);
  if (place === undefined) throw missing(`remove operation does not apply: doc is missing path: "${path}"`);
  const problem = removeAt(place);
  if (problem !== undefined) throw new DoesNotApply(`error in remove for path: '${path}': ${problem}`);
}

function replace(state: State, operation: JsonObject): void {
  const path = pointer(operation, 'path', (problem) => `replace operation failed to decode path: ${problem}`);
  const value = copyJson(operation['value'] ?? null);
  if (path === '') {
    if (!isContainer(value)) throw new DoesNotApply('replace operation value must be object or array');
    state.document = value;
    return;
  }
  const place = findPlace(state.document, path);
  if (place === undefined) throw missing(`replace operation does not apply: doc is missing path: ${path}`);
  if (valueAt(place.container, place.key) instanceof IndexError) {
    throw missing(`replace operation does not apply: doc is missing key: ${path}`);
  }
  setAt(place, value);
}

function move(state: State, operation: JsonObject): void {
  const from = pointer(operation, 'from', (problem) => `move operation failed to decode from: ${problem}`);
  const source = findPlace(state.document, from);
  if (source === undefined) throw missing(`move operation does not apply: doc is missing from path: ${from}`);
  const value = valueAt(source.container, source.key);
  if (value instanceof IndexError) throw new DoesNotApply(`error in move for path: '${source.key}': ${value.message}`);
  const problem = removeAt(source);
  if (problem !== undefined) throw new DoesNotApply(`error in move for path: '${source.key}': ${problem}`);
  const path = pointer(operation, 'path', (text) => `move operation failed to decode path: ${text}`);
  const target = findPlace(state.document, path);
  if (target === undefined) throw missing(`move operation does not apply: doc is missing destination path: ${path}`);
  const added = addAt(target, value ?? null);
  if (added !== undefined) throw new DoesNotApply(`error in move for path: '${path}': ${added}`);
}

function test(state: State, operation: JsonObject): void {
  const path = pointer(operation, 'path', (problem) => `test operation failed to decode path: ${problem}`);
  const failed = new DoesNotApply(`testing value ${path} failed: test failed`);
  const expected = operation['value'];
  if (path === '') {
    if (expected === undefined || !equalJson(state.document, expected)) throw failed;
    return;
  }
  const place = findPlace(state.document, path);
  if (place === undefined) throw missing(`test operation does not apply: is missing path: ${path}`);
  const value = valueAt(place.container, place.key);
  if (value instanceof IndexError) throw new DoesNotApply(`error in test for path: '${path}': ${value.message}`);
  if (!equalJson(value ?? null, expected ?? null)) throw failed;
}

function copy(state: State, operation: JsonObject): void {
  const from = pointer(operation, 'from', (problem) => `copy operation failed to decode from: ${problem}`);
  const source = findPlace(state.document, from);
  if (source === undefined) throw missing(`copy operation does not apply: doc is missing from path: ${from}`);
  const value = valueAt(source.container, source.key);
  if (value instanceof IndexError) throw new DoesNotApply(`error in copy for from: '${from}': ${value.message}`);
  const path = pointer(operation, 'path', () => 'copy operation failed to decode path: missing value');
  const target = findPlace(state.document, path);
  if (target === undefined) throw missing(`copy operation does not apply: doc is missing destination path: ${path}`);
  if (value !== undefined) {
    state.copiedBytes += Buffer.byteLength(JSON.stringify(value));
    if (state.copiedBytes > jsonPatchCopyBytesMax) {
      throw new DoesNotApply(
        `Unable to complete the copy, the accumulated size increase of copy is ${state.copiedBytes}, exceeding the limit ${jsonPatchCopyBytesMax}`,
      );
    }
  }
  const problem = addAt(target, copyJson(value ?? null));
  if (problem !== undefined) throw new DoesNotApply(`error while adding value during copy: ${problem}`);
}

/** Returns what went wrong. */
function addAt({ container, key }: Place, value: JsonValue): string | undefined {
  if (!Array.isArray(container)) {
    container[key] = value;
    return undefined;
  }
  if (key === '-') {
    container.push(value);
    return undefined;
  }
  const lengthAfter = container.length + 1;
  const index = arrayIndex(key, lengthAfter);
  if (index instanceof IndexError) {
    const notIndex = index.message.startsWith('strconv');
    return notIndex ? `value was not a proper array index: '${key}': ${index.message}` : index.message;
  }
  if (index >= lengthAfter) return invalidIndex(index).message;
  container.splice(index, 0, value);
  return undefined;
}

/** Returns what went wrong. */
function removeAt({ container, key }: Place): string | undefined {
  if (!Array.isArray(container)) {
    if (!Object.hasOwn(container, key)) return `Unable to remove nonexistent key: ${key}: missing value`;
    delete container[key];
    return undefined;
  }
  const index = arrayIndex(key, container.length);
  if (index instanceof IndexError) return index.message;
  if (index >= container.length) return invalidIndex(index).message;
  container.splice(index, 1);
  return undefined;
}

/** An array's index is known to be good. */
function setAt({ container, key }: Place, value: JsonValue): void {
  if (!Array.isArray(container)) {
    container[key] = value;
    return;
  }
  const index = arrayIndex(key, container.length);
  if (typeof index === 'number') container[index] = value;
}

function pointer(operation: JsonObject, member: 'path' | 'from', message: (problem: string) => string): string {
  const value = operation[member];
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) {
    const comma = member === 'from' ? ',' : '';
    throw new DoesNotApply(message(`operation${comma} missing ${member} field: missing value`));
  }
  throw new DoesNotApply(message(wrongType(value, 'string')));
}

function missing(text: string): DoesNotApply {
  return new DoesNotApply(`${text}: missing value`);
}

function parse(body: Uint8Array, prefix: string): JsonValue {
  try {
    return decodeJson(body);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw newBadRequest(`${prefix}${error.message}`);
  }
}

const members: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value']);

function checkTypes(operations: JsonPatchOperations): void {
  for (const operation of operations) {
    for (const member of ['op', 'path', 'from']) {
      const value = operation?.[member] ?? '';
      if (typeof value === 'string') continue;
      const text = `json: cannot unmarshal ${jsonTypeText(value)} into Go struct field jsonPatchOp.${member} of type string`;
      throw newBadRequest(`error decoding patch: ${text}`);
    }
  }
}

function strictErrors(body: Uint8Array, operations: JsonPatchOperations): string[] {
  const unknown = operations.flatMap((operation, index) =>
    Object.keys(operation ?? {})
      .filter((member) => !members.has(member))
      .map((member) => `unknown field ${goQuote(`[${index}].${member}`)}`),
  );
  return [...unknown, ...duplicateFieldErrors(body)].map((text) => `json patch ${text}`);
}
