/**
 * Applies what a mutating policy's expression has made. Mirrors apiserver pkg/admission/plugin/policy/mutating/patch: nothing is owned by a
 * policy, and of what is atomic it may change no part.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import { newInternalError, StatusError } from '../../../api/status.ts';
import { TypedError } from '../../../patch/apply/typed-error.ts';
import { mergeValues } from '../../../patch/apply/merge-values.ts';
import { isAtomicList, isAtomicMap, itemSchema, namedField } from '../../../patch/apply/shape.ts';
import { validateValue } from '../../../patch/apply/validate-value.ts';
import { applyJsonPatch, jsonPatchOperationsMax, type JsonPatchOperations } from '../../../patch/json-patch.ts';
import { DecodeError, decodeObject } from '../../../schema/decode.ts';
import type { ObjectSchema, Schema } from '../../../schema/schema.ts';
import { ListValue, MapValue, type Value } from '../../../schema/cel/value.ts';
import { typeOfValue } from '../../../schema/cel/value-type.ts';
import { checkTypeNames, jsonOfValue, PatchError } from './patch-value.ts';

/** A new object; the same where nothing is to change. @throws PatchError, StatusError */
export function applyConfiguration(object: JsonObject, patch: Value, schema: ObjectSchema): JsonObject {
  if (!(patch instanceof MapValue)) {
    throw new PatchError(`unsupported return type from ApplyConfiguration expression: ${typeOfValue(patch).name}`);
  }
  checkTypeNames(patch);
  const given = jsonOfValue(patch);
  const config = {
    ...(isJsonObject(given) ? given : {}),
    apiVersion: object['apiVersion'] ?? null,
    kind: object['kind'] ?? null,
  };
  const typed = within('failed to convert patch object to typed object', () => validateValue(schema, config));
  if (typed !== undefined) throw typed;
  const atomics = atomicParts(schema, config, '');
  if (atomics.length > 0) {
    const text = `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`;
    throw new PatchError(`error applying patch: ${text}`);
  }
  let merged: JsonValue = null;
  const failed = within('failed to merge patch', () => {
    merged = mergeValues(schema, object, config);
  });
  if (failed !== undefined) throw failed;
  return decoded(schema, merged, false);
}

/** A new object; the same where a test fails. @throws PatchError, StatusError */
export function applyPatch(object: JsonObject, patch: Value, schema: ObjectSchema): JsonObject {
  if (!(patch instanceof ListValue)) {
    throw new PatchError('type mismatch: JSONPatchType.expression should evaluate to array');
  }
  if (patch.size > jsonPatchOperationsMax) throw new PatchError('too many operations');
  try {
    return applyOperations(object, Array.from(patch, operationOf), schema, true);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    if (/^testing value .* failed: test failed$/s.test(error.message)) return object;
    throw new PatchError(`JSON Patch: ${error.message}`, { cause: error });
  }
}

/** A patch doesn't apply. The message is evanphx/json-patch's. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
}

/** A new object, of the kind's type. `strict`: unknown fields are errors. @throws OperationError, StatusError */
export function applyOperations(
  object: JsonObject,
  operations: JsonPatchOperations,
  schema: ObjectSchema,
  strict: boolean,
): JsonObject {
  let patched: JsonValue;
  try {
    patched = applyJsonPatch(object, operations);
  } catch (error) {
    if (!(error instanceof StatusError) || !(error.cause instanceof Error)) throw error;
    throw new OperationError(error.cause.message, { cause: error });
  }
  return decoded(schema, patched, strict);
}

function operationOf(value: Value): JsonObject {
  if (!(value instanceof MapValue)) {
    throw new PatchError('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch');
  }
  const textOf = (name: string): string => {
    const text = value.find(name) ?? '';
    if (typeof text === 'string') return text;
    throw new PatchError(`unexpected type ${typeOfValue(text).name} for JSONPatchType '${name}' field`);
  };
  const from = textOf('from');
  const given = value.find('value');
  if (given !== undefined) checkTypeNames(given);
  return {
    op: textOf('op'),
    path: textOf('path'),
    ...(from === '' ? {} : { from }),
    ...(given === undefined ? {} : { value: jsonOfValue(given) }),
  };
}

/** Where the patch has something that is owned as a whole. */
function atomicParts(schema: Schema, value: JsonValue, path: string): readonly string[] {
  if (Array.isArray(value)) {
    if (schema.type !== 'list' && schema.type !== 'any') return [];
    const own = isAtomicList(schema) ? [path] : [];
    return [...own, ...value.flatMap((item, index) => atomicParts(itemSchema(schema), item, `${path}[${index}]`))];
  }
  if (!isJsonObject(value)) return [];
  const own = isAtomicMap(schema) ? [path] : [];
  const inner = Object.entries(value).flatMap(([name, field]) => {
    const known = namedField(schema, name);
    return known ? atomicParts(known.schema, field, `${path}.${name}`) : [];
  });
  return [...own, ...inner];
}

function within(what: string, run: () => void): PatchError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    return new PatchError(`error applying patch: ${what}: ${error.message}`);
  }
}

/** As the kind's type has it. @throws StatusError @param strict unknown fields are errors */
function decoded(schema: ObjectSchema, value: JsonValue, strict: boolean): JsonObject {
  const object = isJsonObject(value) ? value : {};
  try {
    const { object: result, strictErrors } = decodeObject(schema, object);
    // What isn't in a custom object's schema goes away later; until then others see it.
    if (schema.decode) return { ...object, metadata: result['metadata'] ?? {} };
    if (strict && strictErrors.length > 0) {
      throw newInternalError(`strict decoding error: ${strictErrors.join(', ')}`);
    }
    return { apiVersion: object['apiVersion'] ?? null, kind: object['kind'] ?? null, ...result };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw newInternalError(error.message, error);
  }
}
