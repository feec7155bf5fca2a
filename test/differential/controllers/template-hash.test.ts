/** The hash of upstream's own fixture of a pod template, which has every field that there is. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/api/json.ts';
import { templateHash } from '../../../src/controller/template-hash.ts';
import { inputsForTests } from '../../facts/inputs.ts';

const { folders, skip } = await inputsForTests();

test("the hash of a template with every field is upstream's", { skip }, () => {
  const file = join(folders.get('k8s.io/api') ?? '', 'testdata/HEAD/core.v1.PodTemplate.json');
  // Upstream's fixture.
  const { template } = JSON.parse(readFileSync(file, 'utf8')) as { template: JsonObject };
  // What pkg/controller ComputeHash says.
  assert.equal(templateHash(withoutTimes(template), undefined), '868bb6ccbb');
});

/** No template keeps them. */
function withoutTimes<T>(value: T): T {
  const omitted = new Set(['managedFields', 'creationTimestamp', 'deletionTimestamp']);
  const text = JSON.stringify(value, (key, inner: unknown) => (omitted.has(key) ? undefined : inner));
  return JSON.parse(text) as T;
}
