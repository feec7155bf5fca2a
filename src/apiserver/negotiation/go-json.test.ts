import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonDepthMax, nestsTooDeeply, scanJson } from './go-json.ts';

const scan = (text: string | Uint8Array): ReturnType<typeof scanJson> => scanJson(Buffer.from(text));

// As a real API server answers.
const errors: Record<string, string> = {
  '': 'unexpected end of JSON input',
  nonsense: "invalid character 'o' in literal null (expecting 'u')",
  '{"a":': 'unexpected end of JSON input',
  '{a:1}': "invalid character 'a' looking for beginning of object key string",
  '{"a" 1}': "invalid character '1' after object key",
  '{"a":}': "invalid character '}' looking for beginning of value",
  '{"a":1 2}': "invalid character '2' after object key:value pair",
  '{"a":1,}': "invalid character '}' looking for beginning of object key string",
  '[1,]': "invalid character ']' looking for beginning of value",
  '[1 2]': "invalid character '2' after array element",
  '{} x': "invalid character 'x' after top-level value",
  "{'a':1}": String.raw`invalid character '\'' looking for beginning of object key string`,
  '"\n"': String.raw`invalid character '\n' in string literal`,
  '"\\x"': "invalid character 'x' in string escape code",
  '"\\u12g4"': String.raw`invalid character 'g' in \u hexadecimal character escape`,
  '01': "invalid character '1' after top-level value",
  '[1.]': "invalid character ']' after decimal point in numeric literal",
  '[-]': "invalid character ']' in numeric literal",
  '[1e]': "invalid character ']' in exponent of numeric literal",
  é: "invalid character 'Ã' looking for beginning of value",
};

for (const [text, error] of Object.entries(errors)) {
  test(`${JSON.stringify(text)} is refused in Go's words`, () => assert.equal(scan(text).error, error));
}

test('whatever JSON.parse takes, the scanner takes; whatever it refuses, the scanner refuses', () => {
  fc.assert(
    fc.property(fc.json(), (text) => assert.equal(scan(text).error, undefined)),
    { numRuns: 200 },
  );
  const broken = fc.tuple(
    fc.json({ maxDepth: 3 }),
    fc.nat(),
    fc.constantFrom('', '}', ']', '"', ',', ':', '\\', '\u0000', '1', ' '),
  );
  fc.assert(
    fc.property(broken, ([text, at, insert]) => {
      const changed = text.slice(0, at % (text.length + 1)) + insert + text.slice((at % (text.length + 1)) + 1);
      let parses = true;
      try {
        JSON.parse(changed);
      } catch {
        parses = false;
      }
      assert.equal(scan(changed).error === undefined, parses, changed);
    }),
    { numRuns: 2000 },
  );
});

test('each field that stands twice is named once, with its path', () => {
  const text = '{"a":{"b":[{"c":1,"c":2,"c":3}]},"d":1,"\\u0064":2,"e":{"d":1}}';
  assert.deepEqual(scan(text).duplicates, ['duplicate field "a.b[0].c"', 'duplicate field "d"']);
});

test('at most a hundred duplicates are named', () => {
  const fields = Array.from({ length: 300 }, (_, index) => `"f${index}":1,"f${index}":2`).join(',');
  assert.equal(scan(`{${fields}}`).duplicates.length, 100);
});

test('depth is limited, and brackets in texts do not count', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  assert.equal(scan(nested(jsonDepthMax)).error, undefined);
  assert.equal(nestsTooDeeply(Buffer.from(nested(jsonDepthMax))), false);
  assert.equal(scan(nested(jsonDepthMax + 1)).error, "invalid character '[' exceeded max depth");
  assert.equal(nestsTooDeeply(Buffer.from(nested(jsonDepthMax + 1))), true);
  assert.equal(nestsTooDeeply(Buffer.from(JSON.stringify({ text: `\\"${'['.repeat(5000)}` }))), false);
  assert.equal(nestsTooDeeply(Buffer.from('['.repeat(3_000_000))), true);
});
