/**
 * The engine's own JSON parser takes some keys for others (hack/decisions/0009-keys-that-json-parse-takes-for-others.md). It is called only where no
 * keys of others come.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const source = resolve(import.meta.dirname, '../../src');

const allowed: Readonly<Record<string, string>> = {
  'api/codec/parse-json.ts': 'looks at what comes out',
  'api/codec/json-parser.ts': 'single strings',
  'api/codec/json-duplicates.ts': 'single strings',
  'schema/structural/object-metadata.ts': 'single strings',
  'schema/builtin/type-text.ts': 'our own table',
  'apiserver/openapi/stored-descriptions.ts': 'what the build wrote',
  'apiserver/verbs/scale.ts': 'what was just written, of known keys',
  'tenancy/state-folder.ts': 'our own files',
  'tenancy/local-control.ts': 'commands of the same user',
  'main/role-config.ts': 'our own files',
};

test('JSON.parse is called only where it does no harm', () => {
  const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(?:test|test-suite|test-double|test-program)\.ts$/.test(file))
    .filter((file) => /^(?!\s*(?:\*|\/\/)).*\bJSON\.parse\(/m.test(readFileSync(join(source, file), 'utf8')))
    .map((file) => relative('.', file));
  assert.deepEqual(found.toSorted(), Object.keys(allowed).toSorted());
});
