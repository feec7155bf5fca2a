import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  keyElement,
  parsePathElement,
  pathElementText,
  PathElementError,
  sortedPathElements,
  valueElement,
} from './path-element.ts';

const forms: Record<string, [written: string, expected: string | undefined]> = {
  'a field': ['f:name', 'f:name'],
  'a field with anything in its name': ['f:a/b:c"d', 'f:a/b:c"d'],
  'a field without a name': ['f:', 'f:'],
  'keys are sorted': ['k:{"name":"a","id":1}', 'k:{"id":1,"name":"a"}'],
  'spaces go': ['k:{ "name" : "a" }', 'k:{"name":"a"}'],
  'numbers have one form': ['v:1.0', 'v:1'],
  'the characters of HTML are escaped': ['k:{"name":"a<b"}', String.raw`k:{"name":"a\u003cb"}`],
  "an escape that needn't be one": [String.raw`v:"\u0061"`, 'v:"a"'],
  'control characters as Go writes them': [String.raw`v:"\b\f\n\\b"`, String.raw`v:"\u0008\u000c\n\\b"`],
  'a truth': ['v:true', 'v:true'],
  'an index': ['i:07', 'i:7'],
  'of a type to come': ['x:y', undefined],
};

for (const [name, [written, expected]] of Object.entries(forms)) {
  test(`a path element: ${name}`, () => assert.equal(parsePathElement(written), expected));
}

for (const written of ['', 'f', 'name', 'k:[]', 'k:{', 'v:', 'v:x', 'i:x', 'i:', 'i:1.5']) {
  test(`no path element: ${JSON.stringify(written)}`, () => {
    assert.throws(() => parsePathElement(written), PathElementError);
  });
}

test('equal elements have equal texts', () => {
  assert.equal(
    keyElement([
      ['a', 1],
      ['b', '<'],
    ]),
    parsePathElement('k:{"b":"<","a":1.0}'),
  );
  assert.equal(valueElement('x'), parsePathElement('v: "x"'));
});

// In their order.
const ordered = [
  'f:',
  'f:A',
  'f:a',
  'f:a.b',
  'f:ab',
  'f:\uffff',
  'f:😀',
  'k:{}',
  'k:{"a":1}',
  'k:{"a":2}',
  'k:{"a":10}',
  'k:{"a":"1"}',
  'k:{"a":"1","b":"2"}',
  'k:{"a":"2"}',
  'k:{"a":true}',
  'k:{"a":null}',
  'k:{"b":"0"}',
  'v:1',
  'v:1.5',
  'v:2',
  'v:"1"',
  'v:"a"',
  'v:false',
  'v:true',
  'v:[1]',
  'v:[1,2]',
  'v:[2]',
  'v:{"a":1}',
  'v:null',
  'i:2',
  'i:10',
];

test('the order: fields, keys, values, indexes; numbers, texts, truths, lists, maps, nothing', () => {
  assert.deepEqual(sortedPathElements(ordered.toReversed()), ordered);
  for (const [index, element] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next !== undefined) assert.deepEqual(sortedPathElements([next, element]), [element, next]);
  }
});

const shown: Record<string, string> = {
  'f:spec': '.spec',
  'k:{"name":"x","port":80}': '[name="x",port=80]',
  'v:"a/b"': '[="a/b"]',
  'v:5': '[=5]',
  'v:true': '[=true]',
  'i:3': '[3]',
};

for (const [element, expected] of Object.entries(shown)) {
  test(`shown: ${element}`, () => assert.equal(pathElementText(element), expected));
}
