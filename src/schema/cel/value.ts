/**
 * Values of CEL at run time. What JavaScript has is used as it is; a `number` is always an integer that is safe, and a `bigint` one
 * that isn't, so that ints are cheap where they are small: doubles and uints have classes of their own. An error is a value as well,
 * since `||`, `&&` and the loops may absorb it. Mirrors cel-go common/types.
 */
import { goDurationText } from '../../api/duration.ts';
import type { CelType } from './cel-type.ts';

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | CelDouble
  | CelUint
  | CelDuration
  | CelTimestamp
  | CelOptional
  | CelType
  | ListValue
  | MapValue
  | OpaqueValue
  | CelError;

export class CelDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export class CelUint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** Of an int64 of nanoseconds. */
export class CelDuration {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }

  toString(): string {
    return goDurationText(this.nanoseconds);
  }
}

/** Between the years 1 and 9999. */
export class CelTimestamp {
  /** Since 1970. */
  readonly nanoseconds: bigint;
  /** As the text had it: some functions of upstream tell the hour there. Minutes east of UTC. */
  readonly offsetMinutes: number;

  constructor(nanoseconds: bigint, offsetMinutes = 0) {
    this.nanoseconds = nanoseconds;
    this.offsetMinutes = offsetMinutes;
  }
}

export class CelOptional {
  static readonly none = new CelOptional(undefined);
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export abstract class ListValue {
  abstract readonly size: number;
  /** @param index within the size */
  abstract at(index: number): Value;

  /** Undefined: as lists are compared by default. */
  equalTo(_other: Value): boolean | CelError | undefined {
    return undefined;
  }

  /** Undefined: as lists are joined by default. */
  joined(_other: Value): Value | undefined {
    return undefined;
  }

  *[Symbol.iterator](): Generator<Value> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }
}

export class ArrayList extends ListValue {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  get size(): number {
    return this.items.length;
  }

  at(index: number): Value {
    return this.items[index] ?? null;
  }
}

/** Grows in place: the accumulator of a loop, which nobody else sees. */
export class GrowingList extends ListValue {
  readonly items: Value[] = [];

  get size(): number {
    return this.items.length;
  }

  at(index: number): Value {
    return this.items[index] ?? null;
  }
}

/** Two lists as one, in constant time. */
export class JoinedList extends ListValue {
  readonly size: number;
  readonly #left: ListValue;
  readonly #right: ListValue;

  constructor(left: ListValue, right: ListValue) {
    super();
    this.#left = left;
    this.#right = right;
    this.size = left.size + right.size;
  }

  at(index: number): Value {
    return index < this.#left.size ? this.#left.at(index) : this.#right.at(index - this.#left.size);
  }
}

export abstract class MapValue {
  abstract readonly size: number;
  /** Of objects whose type has a name. */
  readonly structType: CelType | undefined = undefined;
  /** Undefined: there is none. */
  abstract find(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;

  /** Undefined: as maps are compared by default. */
  equalTo(_other: Value): boolean | CelError | undefined {
    return undefined;
  }
}

/** Keys are equal where CEL's are: `1`, `1u` and `1.0` are one. */
export class HashMap extends MapValue {
  readonly #entries = new Map<string | number | bigint | boolean, readonly [Value, Value]>();

  get size(): number {
    return this.#entries.size;
  }

  find(key: Value): Value | undefined {
    const hash = hashOf(key);
    return hash === undefined ? undefined : this.#entries.get(hash)?.[1];
  }

  *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  /** An error where the key is of a type that no map has. */
  set(key: Value, value: Value): CelError | undefined {
    const hash = hashOf(key);
    if (hash === undefined) return new CelError('unsupported key type');
    this.#entries.set(hash, [key, value]);
    return undefined;
  }

  delete(key: Value): void {
    const hash = hashOf(key);
    if (hash !== undefined) this.#entries.delete(hash);
  }
}

/** Values of libraries: a quantity, an address… */
export abstract class OpaqueValue {
  abstract readonly type: CelType;
  abstract equalTo(other: Value): boolean | CelError;
  /** As `size()` and the costs see it; undefined: it has none. */
  readonly size: number | undefined = undefined;
}

export const int64Min = -(2n ** 63n);
export const int64Max = 2n ** 63n - 1n;
export const uint64Max = 2n ** 64n - 1n;

export const noSuchOverload = new CelError('no such overload');

/** A bigint as small as can be. Must be an int64. */
export function intValue(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

export function isInt(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Two of them may be one entry's key only if they are equal. Undefined: no key. */
function hashOf(key: Value): string | number | bigint | boolean | undefined {
  if (typeof key === 'string' || typeof key === 'boolean') return key;
  // Zero has no sign.
  if (typeof key === 'number') return key + 0;
  if (typeof key === 'bigint') return key;
  if (key instanceof CelUint) return intValue(key.value);
  // Numbers that are no integers are doubles only.
  if (key instanceof CelDouble) return Number.isInteger(key.value) ? intValue(BigInt(key.value)) : key.value;
  return undefined;
}
