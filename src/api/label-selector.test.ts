import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as field from './field-error.ts';
import { goldenCases, testGolden } from './golden-cases.test-double.ts';
import { labelRequirementsOfSet, labelRequirementsText, matchesLabels } from './label-requirement.ts';
import {
  formatLabelSelector,
  labelRequirements,
  matchesLabelSelector,
  validateLabels,
  validateLabelSelector,
  type LabelSelector,
} from './label-selector.ts';
import { parseLabelSelector } from './label-selector-parser.ts';

const golden = new URL('testdata/label-selectors.generated.json', import.meta.url);

testGolden(golden, 'label', ({ text = '' }) => labelRequirementsText(parseLabelSelector(text)));
testGolden<LabelSelector>(golden, 'labelselector', ({ doc }) => labelRequirementsText(labelRequirements(doc)));

test('what is written reads as the same requirements', () => {
  const texts = goldenCases(golden).flatMap(({ op, out }) => (op === 'label' && out !== undefined ? [out] : []));
  assert.ok(texts.length > 20);
  for (const text of texts) assert.equal(labelRequirementsText(parseLabelSelector(text)), text);
});

const labels = { app: 'web', tier: '', replicas: '5' };
for (const [text, expected] of [
  ['', true],
  ['app', true],
  ['!app', false],
  ['app=web', true],
  ['app==db', false],
  ['app!=db', true],
  ['other!=db', true],
  ['app in (db,web)', true],
  ['other in (db)', false],
  ['other notin (db)', true],
  ['app notin (web)', false],
  ['tier=', true],
  ['replicas>4,replicas<6', true],
  ['replicas>5', false],
  ['app>1', false],
  ['missing<1', false],
  ['constructor', false],
] as const) {
  test(`${JSON.stringify(text)} ${expected ? 'matches' : 'does not match'}`, () => {
    assert.equal(matchesLabels(parseLabelSelector(text), labels), expected);
  });
}

test('an absent selector matches nothing, an empty one everything', () => {
  assert.equal(matchesLabelSelector(undefined, labels), false);
  assert.equal(matchesLabelSelector(null, labels), false);
  assert.equal(matchesLabelSelector({}, labels), true);
  assert.equal(matchesLabelSelector({}, undefined), true);
});

test('a plain set is a list of equalities, sorted', () => {
  assert.equal(labelRequirementsText(labelRequirementsOfSet({ b: '2', a: '1' })), 'a=1,b=2');
});

test('selectors in tables', () => {
  assert.equal(formatLabelSelector({ matchLabels: { a: 'b' } }), 'a=b');
  assert.equal(formatLabelSelector({}), '<none>');
  assert.equal(formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Foo' }] }), '<error>');
});

test('validation names the place', () => {
  const selector: LabelSelector = {
    matchLabels: { 'a b': 'c' },
    matchExpressions: [
      { key: 'a', operator: 'In' },
      { key: 'a', operator: 'Exists', values: ['x'] },
      { key: 'a', operator: 'Like', values: ['-'] },
    ],
  };
  const errors = validateLabelSelector(selector, field.path('spec', 'selector'));
  assert.deepEqual(
    errors.map((error) => [error.type, error.field]),
    [
      ['FieldValueInvalid', 'spec.selector.matchLabels'],
      ['FieldValueRequired', 'spec.selector.matchExpressions[0].values'],
      ['FieldValueForbidden', 'spec.selector.matchExpressions[1].values'],
      ['FieldValueInvalid', 'spec.selector.matchExpressions[2].operator'],
      ['FieldValueInvalid', 'spec.selector.matchExpressions[2].values[0]'],
    ],
  );
  assert.deepEqual(validateLabels({ a: 'b' }, 'metadata.labels'), []);
});
