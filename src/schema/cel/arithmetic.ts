/** `+ - * / %` and the minus sign, with Go's int64 and uint64: what doesn't fit is an error. Mirrors cel-go common/types/overflow.go. */
import { GrowingList, JoinedList } from './value.ts';
import { isTimestamp, timestampOverflow } from './timestamp.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelTimestamp,
  CelUint,
  int64Max,
  int64Min,
  intValue,
  isInt,
  ListValue,
  noSuchOverload,
  uint64Max,
  type Value,
} from './value.ts';

export type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide' | 'modulo';

/** Longer ones couldn't be made anyway. In UTF-16 units or bytes, and in items. */
const textMax = 64 * 1024 * 1024;
const itemsMax = 4 * 1024 * 1024;

const integerOverflow = new CelError('integer overflow');
const unsignedOverflow = new CelError('unsigned integer overflow');
const divisionByZero = new CelError('division by zero');
const modulusByZero = new CelError('modulus by zero');
const tooLarge = new CelError('operation cancelled: value is too large');

export function calculate(kind: Arithmetic, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const fast = calculateSafe(kind, left, right);
    if (Number.isSafeInteger(fast)) return fast + 0;
  }
  if (isInt(left) && isInt(right)) return calculateInts(kind, BigInt(left), BigInt(right));
  if (left instanceof CelDouble && right instanceof CelDouble) return calculateDoubles(kind, left.value, right.value);
  if (left instanceof CelUint && right instanceof CelUint) return calculateUints(kind, left.value, right.value);
  if (kind === 'add') return add(left, right);
  return kind === 'subtract' ? subtractTimes(left, right) : noSuchOverload;
}

export function negate(value: Value): Value {
  if (typeof value === 'number') return 0 - value;
  if (typeof value === 'bigint') return value === int64Min ? integerOverflow : intValue(-value);
  if (value instanceof CelDouble) return new CelDouble(-value.value);
  if (value instanceof CelDuration) return duration(-value.nanoseconds);
  return noSuchOverload;
}

/** NaN where the slow way must tell. */
function calculateSafe(kind: Arithmetic, left: number, right: number): number {
  switch (kind) {
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return right === 0 ? Number.NaN : Math.trunc(left / right);
    case 'modulo':
      return right === 0 ? Number.NaN : left % right;
  }
}

function calculateInts(kind: Arithmetic, left: bigint, right: bigint): Value {
  if (right === 0n && kind === 'divide') return divisionByZero;
  if (right === 0n && kind === 'modulo') return modulusByZero;
  if (kind === 'modulo' && left === int64Min && right === -1n) return integerOverflow;
  const result = calculateExact(kind, left, right);
  return result < int64Min || result > int64Max ? integerOverflow : intValue(result);
}

function calculateUints(kind: Arithmetic, left: bigint, right: bigint): Value {
  if (right === 0n && kind === 'divide') return divisionByZero;
  if (right === 0n && kind === 'modulo') return modulusByZero;
  const result = calculateExact(kind, left, right);
  return result < 0n || result > uint64Max ? unsignedOverflow : new CelUint(result);
}

function calculateExact(kind: Arithmetic, left: bigint, right: bigint): bigint {
  switch (kind) {
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return left / right;
    case 'modulo':
      return left % right;
  }
}

function calculateDoubles(kind: Arithmetic, left: number, right: number): Value {
  switch (kind) {
    case 'add':
      return new CelDouble(left + right);
    case 'subtract':
      return new CelDouble(left - right);
    case 'multiply':
      return new CelDouble(left * right);
    case 'divide':
      return new CelDouble(left / right);
    case 'modulo':
      return noSuchOverload;
  }
}

function add(left: Value, right: Value): Value {
  if (typeof left === 'string' && typeof right === 'string') {
    return left.length + right.length > textMax ? tooLarge : left + right;
  }
  if (left instanceof ListValue) return addLists(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return left.length + right.length > textMax ? tooLarge : new Uint8Array(Buffer.concat([left, right]));
  }
  if (left instanceof CelDuration && right instanceof CelDuration) {
    return duration(left.nanoseconds + right.nanoseconds);
  }
  if (left instanceof CelTimestamp && right instanceof CelDuration) return moved(left, right.nanoseconds);
  if (left instanceof CelDuration && right instanceof CelTimestamp) return moved(right, left.nanoseconds);
  return noSuchOverload;
}

function addLists(left: ListValue, right: Value): Value {
  const own = left.joined(right);
  if (own !== undefined) return own;
  if (!(right instanceof ListValue)) return noSuchOverload;
  if (left.size + right.size > itemsMax) return tooLarge;
  if (left instanceof GrowingList) {
    for (const item of right) left.items.push(item);
    return left;
  }
  if (left.size === 0) return right;
  return right.size === 0 ? left : new JoinedList(left, right);
}

function subtractTimes(left: Value, right: Value): Value {
  if (left instanceof CelDuration && right instanceof CelDuration) {
    return duration(left.nanoseconds - right.nanoseconds);
  }
  if (left instanceof CelTimestamp && right instanceof CelDuration) return moved(left, -right.nanoseconds);
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) {
    return duration(left.nanoseconds - right.nanoseconds);
  }
  return noSuchOverload;
}

function duration(nanoseconds: bigint): Value {
  return nanoseconds < int64Min || nanoseconds > int64Max ? integerOverflow : new CelDuration(nanoseconds);
}

function moved(time: CelTimestamp, nanoseconds: bigint): Value {
  const result = time.nanoseconds + nanoseconds;
  return isTimestamp(result) ? new CelTimestamp(result, time.offsetMinutes) : timestampOverflow;
}
