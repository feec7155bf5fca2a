/** Deep copies of what users wrote: bounded in depth, and whatever its keys are called. */
import type { JsonObject, JsonValue } from '../../api/json.ts';

/** Deeper than any schema goes; beyond it, walking a value would exhaust the stack. */
const depthMax = 1000;

/** The value is nested too deeply. */
export class DepthError extends Error {
  override readonly name = 'DepthError';
  constructor() {
    super('exceeded max depth');
  }
}

/** @throws DepthError */
export function copyValue(value: JsonValue): JsonValue {
  return copy(value, 0);
}

/** Sets an own property, `__proto__` too. */
export function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else object[key] = value;
}

function copy(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthMax) throw new DepthError();
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  const copied: JsonObject = {};
  for (const key of Object.keys(value)) {
    const inner = value[key];
    if (inner !== undefined) setOwn(copied, key, copy(inner, depth + 1));
  }
  return copied;
}
