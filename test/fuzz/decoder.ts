/** A decoder under test, its inputs, and what must not come out of it. */

export interface Decoder {
  readonly name: string;
  readonly inputs: readonly Uint8Array[];
  /** The only errors that it may throw. */
  readonly errors: readonly (abstract new (...args: never[]) => Error)[];
  /** What came out, to be searched for polluted prototypes. */
  decode(input: Uint8Array): unknown;
}

export function jsonInputs(...values: readonly unknown[]): Uint8Array[] {
  return values.map((value) => Buffer.from(JSON.stringify(value)));
}

export function textInputs(...texts: readonly string[]): Uint8Array[] {
  return texts.map((one) => Buffer.from(one));
}

export function inputText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** Whether anything in the value has been given another prototype than its own. */
export function isPolluted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if (Array.isArray(value)) return value.some(isPolluted);
  return isForeign(Object.getPrototypeOf(value)) || Object.values(value).some(isPolluted);
}

/** A prototype that no class has. */
function isForeign(prototype: unknown): boolean {
  return typeof prototype === 'object' && prototype !== null && !Object.hasOwn(prototype, 'constructor');
}
