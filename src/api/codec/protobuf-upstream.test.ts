/** All of upstream's own fixtures of the stable kinds, there and back: skipped only where the module `k8s.io/api` isn't. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../json.ts';
import type { ProtobufTable } from './protobuf-table.ts';
import { createProtobufCodec } from './protobuf.ts';

const folder = fixtures();

function fixtures(): string | undefined {
  try {
    const cache = execFileSync('go', ['env', 'GOMODCACHE'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const found = join(cache.toString().trim(), 'k8s.io/api@v0.36.3/testdata/HEAD');
    return existsSync(found) ? found : undefined;
  } catch {
    // No Go: no fixtures.
    return undefined;
  }
}

const options = folder === undefined ? { skip: 'the Go module k8s.io/api@v0.36.3 is not in the module cache' } : {};

test('upstream’s fixtures of stable kinds: decoded they are the JSON, encoded the bytes', options, () => {
  assert.ok(folder);
  const table = join(import.meta.dirname, '../../schema/builtin/protobuf.generated.json');
  // Our generator's file.
  const codec = createProtobufCodec(JSON.parse(readFileSync(table, 'utf8')) as ProtobufTable);
  const names = readdirSync(folder).filter((name) => /\.v\d+\.\w+\.pb$/.test(name));
  assert.ok(names.length > 90, `only ${names.length} fixtures`);
  for (const name of names) {
    const [, group = '', version = '', kind = ''] = /^(.*)\.(v\d+)\.(\w+)\.pb$/.exec(name) ?? [];
    const type = { kind, apiVersion: group === 'core' ? version : `${group}/${version}` };
    const bytes: Buffer = readFileSync(join(folder, name));
    const json = JSON.parse(readFileSync(join(folder, name.replace(/pb$/, 'json')), 'utf8')) as JsonObject;
    // A watch event has no kind in JSON, and none in its envelope.
    const isBare = json['kind'] === undefined;
    const expected = isBare ? { ...type, ...json } : json;
    assert.deepEqual(codec.decode(bytes, type), expected, name);
    if (isBare) assert.ok(bytes.includes(Buffer.from(codec.encodeItemOf(type, json))), name);
    else assert.ok(bytes.equals(codec.encode(json)), `${name}: other bytes`);
  }
});
