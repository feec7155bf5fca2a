/** Where an operation of a JSON patch points: JSON pointers (RFC 6901) as evanphx/json-patch v4 reads them. */
import { isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import { goQuote } from '../api/go-text.ts';

export type Container = JsonObject | JsonValue[];

export interface Place {
  readonly container: Container;
  readonly key: string;
}

/** The container and the last key; `undefined`: there is no such container. What stands before the first slash doesn't count. */
export function findPlace(document: Container, pointer: string): Place | undefined {
  const [, ...parts] = pointer.split('/');
  const key = parts.pop();
  // Assigning to such a key would change a prototype; no document has it (the decoder refuses it).
  if (key === undefined || key === '__proto__') return undefined;
  let container: Container = document;
  for (const part of parts) {
    const next: JsonValue | IndexError | undefined = valueAt(container, decodeKey(part));
    if (!isContainer(next)) return undefined;
    container = next;
  }
  return { container, key: decodeKey(key) };
}

/** An index that can't be used; the text is the library's. */
export class IndexError extends Error {}

/** Of an object: `undefined` where the key is missing. Of an array: an {@link IndexError} where the index is no good. */
export function valueAt(container: Container, key: string): JsonValue | IndexError | undefined {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  const index = arrayIndex(key, container.length);
  if (index instanceof IndexError) return index;
  return index < container.length ? container[index] : invalidIndex(index);
}

/** From `-length` on, indices count from the end. Not checked against the end. */
export function arrayIndex(key: string, length: number): number | IndexError {
  const index = parseIndex(key);
  if (index instanceof IndexError) return index;
  if (index < -length) return invalidIndex(index);
  return index < 0 ? index + length : index;
}

export function invalidIndex(index: number): IndexError {
  return new IndexError(`Unable to access invalid index: ${index}: invalid index referenced`);
}

export function isContainer(value: unknown): value is Container {
  return Array.isArray(value) || (isJsonObject(value) && !(value instanceof Error));
}

/** Mirrors strconv.Atoi. */
function parseIndex(key: string): number | IndexError {
  if (!/^[+-]?\d+$/.test(key)) return new IndexError(`strconv.Atoi: parsing ${goQuote(key)}: invalid syntax`);
  const index = BigInt(key.replace('+', ''));
  if (BigInt.asIntN(64, index) !== index) {
    return new IndexError(`strconv.Atoi: parsing ${goQuote(key)}: value out of range`);
  }
  return Number(index);
}

function decodeKey(part: string): string {
  return part.replaceAll(/~[01]/g, (escape) => (escape === '~1' ? '/' : '~'));
}
