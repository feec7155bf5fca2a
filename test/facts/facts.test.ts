import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseApiVersion } from '../../src/api/gvk.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/api/json.ts';
import { builtinSources } from '../../src/apiserver/openapi/builtin-sources.ts';
import { version2Document, version3Document } from '../../src/apiserver/openapi/documents.ts';
import { groupVersionPath } from '../../src/apiserver/openapi/group-version-source.ts';
import { storedDescriptions } from '../../src/apiserver/openapi/stored-descriptions.ts';
import { schemaForKind } from '../../src/schema/builtin/catalog.ts';
import { decodeObject } from '../../src/schema/decode.ts';
import { writeDescriptions } from '../../hack/generate-facts/descriptions.ts';
import { writeFacts } from '../../hack/generate-facts/facts.ts';
import { inputsForTests } from './inputs.ts';

const { folders, skip } = await inputsForTests();
const kubernetes = folders.get('k8s.io/kubernetes') ?? '';

test('the table of facts is what the generator writes', { skip }, () => {
  const stored = readFileSync(join(import.meta.dirname, '../../src/schema/builtin/facts.generated.json'), 'utf8');
  assert.ok(writeFacts(folders) === stored, 'stale: run `npm run generate`');
});

test('OpenAPI v3 documents equal upstream’s, descriptions of types and fields included', { skip }, () => {
  const descriptions = storedDescriptions(writeDescriptions(folders));
  for (const source of builtinSources()) {
    const path = groupVersionPath(source);
    const file = `${path === 'api/v1' ? 'api__v1' : path.replaceAll('/', '__')}_openapi.json`;
    const upstream = readJson(join(kubernetes, 'api/openapi-spec/v3', file));
    const ours = comparable(version3Document(source, 'unversioned', descriptions));
    assert.deepEqual(ours, comparable(upstream), path);
  }
});

test('the OpenAPI v2 document equals the stable part of upstream’s', { skip }, () => {
  const descriptions = storedDescriptions(writeDescriptions(folders));
  const ours = version2Document(builtinSources(), 'unversioned', descriptions);
  const upstream = readJson(join(kubernetes, 'api/openapi-spec/swagger.json'));
  for (const part of ['paths', 'definitions']) {
    for (const [name, value] of Object.entries(objectAt(ours, part))) {
      const theirs = comparable(
        withParameters(objectAt(upstream, part)[name] ?? null, objectAt(upstream, 'parameters')),
      );
      assert.deepEqual(comparable(value), theirs, `${part} ${name}`);
    }
  }
});

test('every fixture of a stable kind decodes without loss, and unchanged', { skip }, (t) => {
  const folder = join(folders.get('k8s.io/api') ?? '', 'testdata/HEAD');
  let decoded = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const fixture = readJson(join(folder, file));
    const { apiVersion, kind } = fixture;
    // WatchEvent's has none: it is a frame, not an object.
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') continue;
    const { group = '', version = '' } = parseApiVersion(apiVersion) ?? {};
    const schema = schemaForKind({ group, version, kind });
    if (!schema) continue;
    const { object, strictErrors } = decodeObject(schema, fixture);
    assert.deepEqual(strictErrors, [], file);
    assert.equal(JSON.stringify(object), JSON.stringify(fixture), file);
    decoded++;
  }
  t.diagnostic(`${decoded} fixtures`);
  assert.ok(decoded > 70);
});

function readJson(path: string): JsonObject {
  const value = JSON.parse(readFileSync(path, 'utf8')) as JsonValue;
  assert.ok(isJsonObject(value));
  return value;
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const inner = value[key];
  assert.ok(isJsonObject(inner));
  return inner;
}

/**
 * Without what upstream's files leave out (`enum`: they are written with that switched off) or have beyond what a server offers that
 * nobody configured (CBOR), what we leave out (`x-kubernetes-unions`), and the texts of operations and parameters, which are our own.
 */
function comparable(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.filter((item) => !isCbor(item)).map(comparable);
  if (!isJsonObject(value)) return value;
  const ownText =
    typeof value['operationId'] === 'string' || (typeof value['in'] === 'string' && typeof value['name'] === 'string');
  const dropped = new Set([
    'x-kubernetes-unions',
    ...(ownText ? ['description'] : []),
    ...(Array.isArray(value['enum']) ? ['enum'] : []),
  ]);
  const kept = Object.entries(value).filter(([key]) => !dropped.has(key) && !isCbor(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, comparable(inner)]));
}

function isCbor(value: JsonValue): boolean {
  return typeof value === 'string' && /^application\/[\w-]*\+?cbor(-seq)?$/.test(value);
}

/** Puts shared parameters where they are referred to. */
function withParameters(value: JsonValue, shared: JsonObject): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withParameters(item, shared));
  if (!isJsonObject(value)) return value;
  const reference = value['$ref'];
  if (typeof reference === 'string' && reference.startsWith('#/parameters/'))
    return shared[reference.slice('#/parameters/'.length)] ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withParameters(inner, shared)]));
}
