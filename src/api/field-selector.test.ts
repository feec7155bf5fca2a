import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldRequirementsText, matchesFields, parseFieldSelector, requiredFieldValue } from './field-selector.ts';
import { testGolden } from './golden-cases.test-double.ts';

testGolden(new URL('testdata/field-selectors.generated.json', import.meta.url), 'field', ({ text = '' }) =>
  fieldRequirementsText(parseFieldSelector(text)),
);

for (const [text, expected] of [
  ['', true],
  ['metadata.name=web', true],
  ['metadata.name!=web', false],
  ['metadata.name=web,status.phase=Running', true],
  ['status.phase!=Running', false],
  ['unknown=', true],
  ['unknown=x', false],
] as const) {
  test(`${JSON.stringify(text)} ${expected ? 'matches' : 'does not match'}`, () => {
    const fields = { 'metadata.name': 'web', 'status.phase': 'Running' };
    assert.equal(matchesFields(parseFieldSelector(text), fields), expected);
  });
}

test('a selector may fix the name', () => {
  assert.equal(requiredFieldValue(parseFieldSelector('metadata.name=a'), 'metadata.name'), 'a');
  assert.equal(requiredFieldValue(parseFieldSelector('metadata.name!=a'), 'metadata.name'), undefined);
});
