import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FieldSet, pathText, type Path } from './field-set.ts';
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1.ts';

const element = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:"1"', 'v:2', 'i:0');
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const paths = fc.array(path, { maxLength: 12 });
const textsOf = (set: FieldSet): string[] => set.paths().map(pathText);
const unique = (given: readonly Path[]): string[] => [...new Set(given.map(pathText))].sort();
const same = (left: FieldSet, right: FieldSet): void => {
  assert.ok(left.equals(right), `${textsOf(left).join(' ')} is not ${textsOf(right).join(' ')}`);
  assert.deepEqual(textsOf(left), textsOf(right));
};

/** As lists of texts, which is what a set is. */
function holds(name: string, law: (left: readonly Path[], right: readonly Path[]) => void): void {
  test(`sets of fields: ${name}`, () => fc.assert(fc.property(paths, paths, law)));
}

holds('members are what was put in', (given) => {
  const set = FieldSet.of(...given);
  assert.deepEqual(textsOf(set).sort(), unique(given));
  for (const one of given) assert.ok(set.has(one));
});

holds('a union has the members of both, in either order', (left, right) => {
  const [one, other] = [FieldSet.of(...left), FieldSet.of(...right)];
  assert.deepEqual(textsOf(one.union(other)).sort(), unique([...left, ...right]));
  same(one.union(other), other.union(one));
});

holds('an intersection has the members that both have', (left, right) => {
  const common = unique(left).filter((text) => unique(right).includes(text));
  assert.deepEqual(textsOf(FieldSet.of(...left).intersection(FieldSet.of(...right))).sort(), common);
});

holds('a difference has the members that the other has not', (left, right) => {
  const rest = unique(left).filter((text) => !unique(right).includes(text));
  assert.deepEqual(textsOf(FieldSet.of(...left).difference(FieldSet.of(...right))).sort(), rest);
});

holds('a recursive difference takes along what is below', (left, right) => {
  const isBelow = (one: Path): boolean => right.some((other) => other.every((step, index) => one[index] === step));
  const rest = unique(left.filter((one) => !isBelow(one)));
  assert.deepEqual(textsOf(FieldSet.of(...left).recursiveDifference(FieldSet.of(...right))).sort(), rest);
});

holds('a set is what its difference and its intersection with another are together', (left, right) => {
  const [one, other] = [FieldSet.of(...left), FieldSet.of(...right)];
  same(one.difference(other).union(one.intersection(other)), one);
});

holds('leaves have nothing below them', (given) => {
  const leaves = unique(given.filter((one) => !given.some((other) => isPrefix(one, other))));
  assert.deepEqual(textsOf(FieldSet.of(...given).leaves()).sort(), leaves);
});

holds('nothing changes the sets that something was made of', (left, right) => {
  const [one, other] = [FieldSet.of(...left), FieldSet.of(...right)];
  const results = [one.union(other), one.difference(other), one.intersection(other), one.recursiveDifference(other)];
  for (const result of results) result.union(FieldSet.of(['f:new'])).leaves();
  assert.deepEqual([textsOf(one).sort(), textsOf(other).sort()], [unique(left), unique(right)]);
});

holds('FieldsV1 leads there and back', (given) => {
  const set = FieldSet.of(...given);
  const encoded = encodeFieldsV1(set);
  same(decodeFieldsV1(encoded), set);
  same(decodeFieldsV1(JSON.parse(JSON.stringify(encoded)) as never), set);
  assert.equal(JSON.stringify(encodeFieldsV1(decodeFieldsV1(encoded))), JSON.stringify(encoded));
});

holds('an empty set is one without members', (left, right) => {
  assert.equal(FieldSet.of(...left).isEmpty, left.length === 0);
  const nothing = FieldSet.of(...left).difference(FieldSet.of(...left, ...right));
  assert.ok(nothing.isEmpty);
  same(nothing, FieldSet.empty);
});

function isPrefix(one: Path, other: Path): boolean {
  return other.length > one.length && one.every((step, index) => other[index] === step);
}
