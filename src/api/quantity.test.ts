import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testGolden } from './golden-cases.test-double.ts';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  integerQuantity,
  parseQuantity,
  quantityText,
  quantityValue,
  roundUpQuantity,
  subtractQuantities,
} from './quantity.ts';

const golden = new URL('testdata/quantities.generated.json', import.meta.url);

testGolden(golden, 'quantity', ({ text = '' }) => {
  const result = canonicalQuantity(text);
  if ('error' in result) throw new Error(result.error);
  return result.text;
});
testGolden(golden, 'qcmp', ({ text = '', b = '' }) => String(compareQuantities(parseQuantity(text), parseQuantity(b))));
testGolden(golden, 'qadd', ({ text = '', b = '' }) =>
  quantityText(addQuantities(parseQuantity(text), parseQuantity(b))),
);
testGolden(golden, 'qsub', ({ text = '', b = '' }) =>
  quantityText(subtractQuantities(parseQuantity(text), parseQuantity(b))),
);
testGolden(golden, 'qround', ({ text = '' }) => quantityText(roundUpQuantity(parseQuantity(text), -3)));

for (const [text, exponent, expected] of [
  ['1500m', 0, 2n],
  ['-1500m', 0, -2n],
  ['1500m', -3, 1500n],
  ['1Ki', 0, 1024n],
  ['100', -3, 100_000n],
  ['1e400', 0, 2n ** 63n - 1n],
] as const) {
  test(`${text} in units of 10^${exponent} is ${expected}, rounded up and bounded`, () => {
    assert.equal(quantityValue(parseQuantity(text), exponent), expected);
  });
}

test('exponents that lie ages apart compare at once', () => {
  assert.equal(compareQuantities(parseQuantity('1e999999999'), parseQuantity('1n')), 1);
  assert.equal(compareQuantities(parseQuantity('-1e999999999'), parseQuantity('1n')), -1);
  assert.deepEqual(canonicalQuantity('1e-999999999'), { text: '1e-9' });
});

const quantityArbitrary = fc
  .tuple(fc.integer(), fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi', 'n', 'e3', 'E-2'))
  .map(([number, suffix]) => `${number}${suffix}`);

test('the canonical form is a fixed point', () => {
  fc.assert(
    fc.property(quantityArbitrary, (text) => {
      const canonical = quantityText(parseQuantity(text));
      assert.equal(quantityText(parseQuantity(canonical)), canonical);
      assert.equal(compareQuantities(parseQuantity(text), parseQuantity(canonical)), 0);
    }),
  );
});

test('adding commutes, subtracting undoes it, and comparing agrees with the difference', () => {
  fc.assert(
    fc.property(quantityArbitrary, quantityArbitrary, (one, other) => {
      const [left, right] = [parseQuantity(one), parseQuantity(other)];
      const sum = addQuantities(left, right);
      assert.equal(compareQuantities(sum, addQuantities(right, left)), 0);
      assert.equal(compareQuantities(subtractQuantities(sum, right), left), 0);
      const difference = subtractQuantities(left, right);
      assert.equal(compareQuantities(difference, integerQuantity(0)), compareQuantities(left, right));
    }),
  );
});

test('numbers of endless length are refused at once', () => {
  for (const text of [
    `1${'0'.repeat(1_000_000)}`,
    `0.${'0'.repeat(1_000_000)}1`,
    `1e${'9'.repeat(1_000_000)}`,
    `${'0'.repeat(1_000_000)}!`,
  ]) {
    assert.ok('error' in canonicalQuantity(text), text.slice(0, 10));
  }
  assert.deepEqual(canonicalQuantity('9'.repeat(1000)), { text: '9'.repeat(1000) });
});

test('a sum of what lies ages apart is the greater, at once', () => {
  const huge = parseQuantity('1e999999999');
  const one = parseQuantity('1');
  assert.equal(compareQuantities(addQuantities(one, huge), huge), 0);
  assert.equal(compareQuantities(addQuantities(huge, one), huge), 0);
  assert.equal(compareQuantities(subtractQuantities(one, huge), one), -1);
});
