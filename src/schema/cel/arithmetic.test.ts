import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calculate, negate, type Arithmetic } from './arithmetic.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelUint,
  int64Max,
  int64Min,
  intValue,
  uint64Max,
  type Value,
} from './value.ts';

const kinds: readonly Arithmetic[] = ['add', 'subtract', 'multiply', 'divide', 'modulo'];
const edges = [
  0n,
  1n,
  -1n,
  2n,
  int64Min,
  int64Max,
  BigInt(Number.MAX_SAFE_INTEGER),
  1n << 53n,
  -(1n << 53n),
  3037000500n,
];
const int64 = fc.oneof(
  fc.constantFrom(...edges),
  fc.bigInt({ min: int64Min, max: int64Max }),
  fc.bigInt({ min: -100n, max: 100n }),
);
const uint64 = fc.oneof(fc.constantFrom(0n, 1n, uint64Max, 1n << 63n), fc.bigInt({ min: 0n, max: uint64Max }));

function exact(kind: Arithmetic, left: bigint, right: bigint): bigint {
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

/** By BigInt: undefined where it is an error. */
function expected(kind: Arithmetic, left: bigint, right: bigint, min: bigint, max: bigint): bigint | undefined {
  if (right === 0n && (kind === 'divide' || kind === 'modulo')) return undefined;
  if (kind === 'modulo' && left === int64Min && right === -1n) return undefined;
  const result = exact(kind, left, right);
  return result < min || result > max ? undefined : result;
}

test('integers are those of 64 bits, and small ones are numbers', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), int64, int64, (kind, left, right) => {
      const result = calculate(kind, intValue(left), intValue(right));
      const wanted = expected(kind, left, right, int64Min, int64Max);
      if (wanted === undefined) assert.ok(result instanceof CelError);
      else assert.equal(result, intValue(wanted));
      assert.ok(!Object.is(result, -0));
    }),
    { numRuns: 2000 },
  );
});

test('unsigned integers are those of 64 bits', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), uint64, uint64, (kind, left, right) => {
      const result = calculate(kind, new CelUint(left), new CelUint(right));
      const wanted = expected(kind, left, right, 0n, uint64Max);
      if (wanted === undefined) assert.ok(result instanceof CelError);
      else assert.deepEqual(result, new CelUint(wanted));
    }),
    { numRuns: 1000 },
  );
});

const cases: readonly (readonly [Value, Value])[] = [
  [calculate('divide', 1, 0), new CelError('division by zero')],
  [calculate('modulo', 1, 0), new CelError('modulus by zero')],
  [calculate('add', int64Max, 1), new CelError('integer overflow')],
  [calculate('subtract', new CelUint(1n), new CelUint(2n)), new CelError('unsigned integer overflow')],
  [calculate('add', 1, 'a'), new CelError('no such overload')],
  [calculate('add', 'a', 'é'), 'aé'],
  [calculate('divide', new CelDouble(1), new CelDouble(0)), new CelDouble(Infinity)],
  [calculate('add', new CelDuration(1n), new CelDuration(int64Max)), new CelError('integer overflow')],
  [negate(int64Min), new CelError('integer overflow')],
  [negate(0), 0],
];

test('errors and other types', () => {
  for (const [value, wanted] of cases) assert.deepEqual(value, wanted);
});
