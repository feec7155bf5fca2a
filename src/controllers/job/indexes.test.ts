import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Indexes } from './indexes.ts';

const numbers = fc.array(fc.nat(40), { maxLength: 30 });

test('the text is read as it was written, and names each index once', () => {
  fc.assert(
    fc.property(numbers, (indexes) => {
      const set = Indexes.of(indexes);
      assert.equal(set.size, new Set(indexes).size);
      assert.equal(String(Indexes.parse(String(set), 41)), String(set));
      for (let index = 0; index <= 40; index++) assert.equal(set.has(index), indexes.includes(index));
    }),
  );
});

test('union, overlap and what is missing are those of sets', () => {
  fc.assert(
    fc.property(numbers, numbers, fc.nat(50), (left, right, count) => {
      const [one, other] = [Indexes.of(left), Indexes.of(right)];
      assert.equal(String(one.union(other)), String(Indexes.of([...left, ...right])));
      assert.equal(one.overlap(other), new Set(left).intersection(new Set(right)).size);
      const missing = Array.from({ length: 30 }, (_, index) => index).filter((index) => !left.includes(index));
      assert.deepEqual(one.missing(count, 30), missing.slice(0, count));
    }),
  );
});

const texts: readonly (readonly [text: string, end: number, written: string])[] = [
  ['', 10, ''],
  ['1,3-5,7', 10, '1,3-5,7'],
  ['1,2,3', 10, '1-3'],
  ['0-1', 10, '0,1'],
  ['0-9', 4, '0-3'],
  ['5-9', 4, ''],
  ['1,x,3', 10, '1,3'],
];

for (const [text, end, written] of texts) {
  test(`${JSON.stringify(text)} below ${end}`, () => assert.equal(String(Indexes.parse(text, end)), written));
}
