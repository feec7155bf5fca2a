import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../api/json.ts';
import { JsonPath } from './json-path.ts';
import { JsonPathError } from './json-path-parser.ts';

const object: JsonValue = {
  spec: { replicas: 3, 'a.b': 'dotted', ports: [{ port: 80 }, { port: 443 }] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', n: 1 },
      { type: 'Other', status: 'False', n: 2 },
    ],
    empty: null,
  },
};

const cases: readonly [path: string, found: readonly JsonValue[] | undefined][] = [
  ['.spec.replicas', [3]],
  ['spec', undefined],
  ['.spec.missing.deeper', []],
  [".spec['replicas']", [3]],
  [".spec['a.b']", []],
  ['.spec.a\\.b', ['dotted']],
  ['.spec.ports[0].port', [80]],
  ['.spec.ports[-1].port', [443]],
  ['.spec.ports[*].port', [80, 443]],
  ['.spec.ports[5].port', undefined],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type=='Other')].status", ['False']],
  ['.status.conditions[?(@.n>1)].type', ['Other']],
  ['.status.conditions[?(@.missing)].type', []],
  ['..port', [80, 443]],
  ['.spec.ports[0,1].port', [80, 443]],
  ['.status.empty', [null]],
  ['.status.empty.x', []],
];

for (const [path, found] of cases) {
  test(path, () => assert.deepEqual(new JsonPath(path).find(object), found));
}

const bad = ['.a[', '.a[?(@.x', '.a[x]', '....', '.a["x'];

for (const path of bad) {
  test(`${path} is no path`, () => assert.throws(() => new JsonPath(path), JsonPathError));
}
