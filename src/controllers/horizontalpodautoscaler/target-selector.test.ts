import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelRequirementsText } from '../../api/label-requirement.ts';
import { parseTargetSelector } from './target-selector.ts';

const cases: Readonly<Record<string, string | RegExp>> = {
  'b=1,a==2': 'a=2,b=1',
  'a=1,a=2': 'a=2',
  'c in (y,x),a notin (z),d,!e': 'a notin (z),c in (x,y),d,!e',
  'a!=b': /^"!=" is not a valid label selector operator$/,
  'a>1': /^"gt" isn't supported in label selectors$/,
  'a<1': /^"lt" isn't supported in label selectors$/,
  'a in b': /^couldn't parse the selector string "a in b": unable to parse requirement: found 'b' expected: '\('$/,
};

for (const [text, expected] of Object.entries(cases)) {
  test(`the selector ${text}`, () => {
    if (typeof expected === 'string') assert.equal(labelRequirementsText(parseTargetSelector(text)), expected);
    else assert.throws(() => parseTargetSelector(text), { message: expected });
  });
}
