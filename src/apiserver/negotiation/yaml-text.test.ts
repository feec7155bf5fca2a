import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYaml, YamlError } from './yaml-text.ts';

// As a real API server answers.
const errors: Record<string, string> = {
  'a: b: c': 'yaml: mapping values are not allowed in this context',
  'x: 1\na: b: c': 'yaml: line 2: mapping values are not allowed in this context',
  'a\nb: 1': 'yaml: line 2: mapping values are not allowed in this context',
  'a: [': 'yaml: line 1: did not find expected node content',
  'a: [\n': 'yaml: line 1: did not find expected node content',
  'x: 1\na: [1, 2\nb: 3\n': "yaml: line 2: did not find expected ',' or ']'",
  '{a: 1': "yaml: line 1: did not find expected ',' or '}'",
  'a: {b: 1,,}': 'yaml: did not find expected node content',
  '\ta: 1': 'yaml: found character that cannot start any token',
  'x:\n\ta: 1': 'yaml: line 2: found character that cannot start any token',
  'a: @x': 'yaml: found character that cannot start any token',
  'a: %x': 'yaml: found character that cannot start any token',
  'a: "b': 'yaml: found unexpected end of stream',
  'x: 1\na: "b\nc': 'yaml: line 3: found unexpected end of stream',
  'a: "\\q"': 'yaml: found unknown escape character',
  'a: |x\n y': 'yaml: did not find expected comment or line break',
  'a: *x': "yaml: unknown anchor 'x' referenced",
  '- a\nb: 1': "yaml: line 1: did not find expected '-' indicator",
  'a: 1\n- b': 'yaml: line 1: did not find expected key',
};

for (const [text, message] of Object.entries(errors)) {
  test(`${JSON.stringify(text)} is refused in upstream's words`, () => {
    assert.throws(
      () => parseYaml(text),
      (error: unknown) => error instanceof YamlError && error.message === message,
    );
  });
}
