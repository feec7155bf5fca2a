/**
 * What a mutating policy's expression has made, as JSON. Mirrors ConvertToNative of apiserver pkg/cel/mutation/dynamic, and its check that
 * types are named after the way to them.
 */
import { setOwn } from '../../../schema/structural/copy-value.ts';
import type { JsonObject, JsonValue } from '../../../api/json.ts';
import { canonicalSeconds } from '../../../schema/cel/timestamp.ts';
import { objectType } from '../../../schema/cel/admission/object-types.ts';
import {
  CelDouble,
  CelDuration,
  CelOptional,
  CelTimestamp,
  CelUint,
  isInt,
  ListValue,
  MapValue,
  type Value,
} from '../../../schema/cel/value.ts';
import { typeOfValue } from '../../../schema/cel/value-type.ts';

/** The expression's value is no patch. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

const depthMax = 1000;

/** @throws PatchError for what JSON hasn't */
export function jsonOfValue(value: Value, depth = 0): JsonValue {
  if (depth > depthMax) throw new PatchError('nested too deeply');
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (isInt(value)) return value;
  if (value instanceof CelDouble) return value.value;
  if (value instanceof CelUint) return value.value;
  if (value instanceof CelTimestamp) return canonicalSeconds(value);
  if (value instanceof CelDuration) return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof ListValue) return Array.from(value, (item) => jsonOfValue(item, depth + 1));
  if (value instanceof MapValue) return jsonOfMap(value, depth);
  throw new PatchError(`unsupported conversion of type ${typeOfValue(value).name} to JSON`);
}

function jsonOfMap(value: MapValue, depth: number): JsonObject {
  const object: JsonObject = {};
  for (const key of value.keys()) {
    if (typeof key !== 'string') {
      throw new PatchError(
        `map key ${JSON.stringify(jsonOfValue(key))} is of type ${typeOfValue(key).name}, not string`,
      );
    }
    const inner = value.find(key);
    if (inner === undefined || (inner instanceof CelOptional && inner.value === undefined)) continue;
    setOwn(object, key, jsonOfValue(inner instanceof CelOptional ? (inner.value ?? null) : inner, depth + 1));
  }
  return object;
}

/** `Object.spec{selector: Object.spec.wrong{}}` is wrong. @throws PatchError */
export function checkTypeNames(value: Value): void {
  const problems = typeNameProblems(value, typeOfValue(value).name, 0);
  if (problems.length > 0) throw new PatchError(`type mismatch: ${problems.join('\n')}`);
}

function typeNameProblems(value: Value, wanted: string, depth: number): readonly string[] {
  if (depth > depthMax) throw new PatchError('nested too deeply');
  if (value instanceof ListValue) return Array.from(value, (item) => typeNameProblems(item, wanted, depth + 1)).flat();
  if (!(value instanceof MapValue)) return [];
  const name = value.structType?.name;
  const isObject = name === objectType.name || name?.startsWith(`${objectType.name}.`) === true;
  const own =
    isObject && name !== wanted
      ? [`unexpected type name "${name}", expected "${wanted}", which matches field name path from root Object type`]
      : [];
  const inner = Array.from(value.keys(), (key) => {
    const field = value.find(key) ?? null;
    return typeNameProblems(field, isObject && typeof key === 'string' ? `${wanted}.${key}` : wanted, depth + 1);
  });
  return [...own, ...inner.flat()];
}
