import type { JsonValue } from '../api/json.ts';

/** A deep copy, so that what a patch returns shares nothing with what it was given. */
export function copyJson<T extends JsonValue>(value: T): T;
export function copyJson(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copyJson(item));
  const copy: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) copy[key] = copyJson(value[key] ?? null);
  return copy;
}
