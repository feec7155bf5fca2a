/** When values are equal, and which comes first. Numbers are compared by what they are worth, of whatever type. */
import { sameBytes } from './bytes.ts';
import {
  ArrayList,
  CelDouble,
  CelDuration,
  CelError,
  CelOptional,
  CelTimestamp,
  CelUint,
  int64Max,
  int64Min,
  ListValue,
  MapValue,
  noSuchOverload,
  OpaqueValue,
  uint64Max,
  type Value,
} from './value.ts';
import { CelType } from './cel-type.ts';

/** Thrown where comparing would go on and on; ends the evaluation. Its costs don't count what is deep inside of values. */
export class EffortError extends Error {
  override readonly name = 'EffortError';
}

/** How many values one evaluation may compare. */
const comparisonsMax = 20_000_000;
const depthMax = 1000;
let comparisons = 0;

/** Begins a new evaluation. */
export function resetEffort(): void {
  comparisons = 0;
}

/** `==`. An error where a schema's values can't be compared. @throws EffortError */
export function equalValues(left: Value, right: Value, depth = 0): boolean | CelError {
  if (typeof left !== 'object' && typeof right !== 'object') return left === right;
  if (++comparisons > comparisonsMax || depth > depthMax)
    throw new EffortError('operation cancelled: too much to compare');
  if (left === null || right === null) return left === right;
  const numbers = compareNumbers(left, right);
  if (numbers !== undefined) return numbers === 0;
  if (left instanceof ListValue) return left.equalTo(right) ?? equalLists(left, right, depth);
  if (left instanceof MapValue) return left.equalTo(right) ?? equalMaps(left, right, depth);
  if (left instanceof OpaqueValue) return left.equalTo(right);
  if (left instanceof Uint8Array) return right instanceof Uint8Array && sameBytes(left, right);
  if (left instanceof CelTimestamp) return right instanceof CelTimestamp && left.nanoseconds === right.nanoseconds;
  if (left instanceof CelDuration) return right instanceof CelDuration && left.nanoseconds === right.nanoseconds;
  if (left instanceof CelType) return right instanceof CelType && left.name === right.name;
  if (left instanceof CelOptional) {
    if (!(right instanceof CelOptional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equalValues(left.value, right.value, depth + 1);
  }
  if (left instanceof CelError) return left;
  return false;
}

/** -1, 0, 1, or why there is no order. */
export function compareValues(left: Value, right: Value): -1 | 0 | 1 | CelError {
  const numbers = compareNumbers(left, right);
  if (numbers !== undefined) {
    return Number.isNaN(numbers) ? new CelError('NaN values cannot be ordered') : order(numbers, 0);
  }
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return order(Number(left), Number(right));
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) return order(left.nanoseconds, right.nanoseconds);
  if (left instanceof CelDuration && right instanceof CelDuration) return order(left.nanoseconds, right.nanoseconds);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return order(Buffer.compare(left, right), 0);
  return noSuchOverload;
}

/** By code points, as the bytes of UTF-8 are ordered; JavaScript orders surrogates below others. */
function compareStrings(left: string, right: string): -1 | 0 | 1 {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (one === other) continue;
    const surrogates = one >= 0xd800 && one < 0xe000 ? 1 : 0;
    const others = other >= 0xd800 && other < 0xe000 ? 1 : 0;
    return surrogates === others ? order(one, other) : order(surrogates, others);
  }
  return order(left.length, right.length);
}

/** Whether `in` finds it. */
export function contains(list: ListValue, value: Value): boolean | CelError {
  const items = list instanceof ArrayList ? list.items : list;
  let failure: CelError | undefined;
  for (const item of items) {
    const equal = equalValues(item, value);
    if (equal === true) return true;
    if (equal !== false) failure ??= equal;
  }
  return failure !== undefined && !(list instanceof ArrayList) ? failure : false;
}

/** Undefined: not both are numbers. NaN: there is no order. */
function compareNumbers(left: Value, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return order(left, right);
  const [one, other] = [integerOf(left), integerOf(right)];
  if (one !== undefined && other !== undefined) return order(one, other);
  if (left instanceof CelDouble && right instanceof CelDouble) return compareDoubles(left.value, right.value);
  if (left instanceof CelDouble && other !== undefined) return compareMixed(left.value, other, right);
  if (right instanceof CelDouble && one !== undefined) return -compareMixed(right.value, one, left);
  return undefined;
}

/** As cel-go does: the integer as a double, but for doubles beyond all integers. */
function compareMixed(double: number, integer: bigint, typed: Value): number {
  if (Number.isNaN(double)) return Number.NaN;
  const unsigned = typed instanceof CelUint;
  if (double < (unsigned ? 0 : Number(int64Min))) return -1;
  if (double > Number(unsigned ? uint64Max : int64Max)) return 1;
  return order(double, Number(integer));
}

function compareDoubles(left: number, right: number): number {
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : order(left, right);
}

function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value === 'bigint') return value;
  return value instanceof CelUint ? value.value : undefined;
}

function order<T extends number | bigint>(left: T, right: T): -1 | 0 | 1 {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function equalLists(left: ListValue, right: Value, depth: number): boolean | CelError {
  if (!(right instanceof ListValue) || left.size !== right.size) return false;
  for (let index = 0; index < left.size; index++) {
    if (equalValues(left.at(index), right.at(index), depth + 1) === false) return false;
  }
  return true;
}

function equalMaps(left: MapValue, right: Value, depth: number): boolean | CelError {
  if (!(right instanceof MapValue) || left.size !== right.size) return false;
  for (const key of left.keys()) {
    const value = right.find(key);
    if (value === undefined || equalValues(left.find(key) ?? null, value, depth + 1) === false) return false;
  }
  return true;
}
