import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testGolden } from '../golden-cases.test-double.ts';
import type { JsonValue } from '../json.ts';
import { decodeYaml } from './yaml.ts';
import { encodeYaml } from './yaml-writer.ts';

const bodies = new URL('../testdata/yaml-bodies.generated.json', import.meta.url);

// Upstream sorts keys; order doesn't matter here.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

testGolden(bodies, 'yaml', async ({ text = '', out }) => {
  const { value } = await decodeYaml(Buffer.from(text));
  // As upstream's text where both mean the same: -0, 1e+21 and order are written differently.
  const same = out !== undefined && JSON.stringify(sorted(JSON.parse(out))) === JSON.stringify(sorted(value));
  return same ? out : JSON.stringify(value);
});

testGolden(bodies, 'yamlstrict', async ({ text = '', out }) => {
  const { value, strictError } = await decodeYaml(Buffer.from(text));
  if (strictError !== undefined) throw new Error(strictError);
  assert.ok(out !== undefined);
  assert.deepEqual(value, JSON.parse(out));
  return out;
});

testGolden(new URL('../testdata/yaml-answers.generated.json', import.meta.url), 'toyaml', ({ text = '' }) =>
  Buffer.from(encodeYaml(JSON.parse(text))).toString(),
);

// As a real API server answers.
const brokenTexts: Record<string, string> = {
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

for (const [text, message] of Object.entries(brokenTexts)) {
  test(`${JSON.stringify(text)} is refused in upstream's words`, async () => {
    await assert.rejects(decodeYaml(Buffer.from(text)), { name: 'DecodeError', message });
  });
}

test('a bomb of aliases is refused', async () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level++) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  await assert.rejects(decodeYaml(Buffer.from(lines.join('\n'))), /yaml: document contains excessive aliasing/);
});

test('deep nesting is refused', async () => {
  await assert.rejects(decodeYaml(Buffer.from('['.repeat(100_000))), /yaml: /);
  await assert.rejects(decodeYaml(Buffer.from(`a: ${'['.repeat(2000)}${']'.repeat(2000)}`)), /exceeded max depth/);
});

test('keys that would change a prototype are refused', async () => {
  await assert.rejects(decodeYaml(Buffer.from('a:\n  __proto__: {}\n')), /__proto__/);
});

test('JSON sent as YAML, with a duplicate key', async () => {
  const { value, strictError } = await decodeYaml(Buffer.from('{"a":1,\n"a":2}'));
  assert.deepEqual(value, { a: 2 });
  assert.equal(strictError, 'yaml: unmarshal errors:\n  line 2: key "a" already set in map');
});

test('what is written as YAML reads as the same value', async () => {
  const value = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', "'", '"', '1', 'é') }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;
  const property = fc.asyncProperty(value, async (original) => {
    const expected: unknown = JSON.parse(Buffer.from(JSON.stringify(original)).toString());
    const { value: back } = await decodeYaml(encodeYaml(original));
    assert.deepEqual(back, expected);
  });
  await fc.assert(property, { numRuns: 300 });
});

for (const [name, text, problem] of [
  ['brackets', `a: ${'['.repeat(1_400_000)}`, /max depth/],
  ['dashes', `${'- '.repeat(600_000)}a`, /max depth/],
  ['question marks', '? '.repeat(1_000_000), /max depth/],
  ['keys', 'a: 1\n'.repeat(300_000), /more than 250000 tokens/],
  ['items of a list', `[${'1,'.repeat(1_000_000)}]`, /more than 250000 tokens/],
  ['comments', '#\n'.repeat(1_400_000), /more than 250000 tokens/],
] as const) {
  test(`a million ${name} are refused before they cost dear`, async () => {
    const before = process.memoryUsage().rss;
    await assert.rejects(decodeYaml(Buffer.from(text)), problem);
    assert.ok(process.memoryUsage().rss - before < 400 * 1024 * 1024);
  });
}

test('of a million documents the first one counts, and no other is looked at', async () => {
  assert.deepEqual((await decodeYaml(Buffer.from(`a: 1\n${'---\n'.repeat(700_000)}`))).value, { a: 1 });
});

test('values may be three hundred deep', async () => {
  const deep = `${'['.repeat(300)}${']'.repeat(300)}`;
  assert.deepEqual((await decodeYaml(Buffer.from(`a: ${deep}`))).value, { a: JSON.parse(deep) as JsonValue });
});
