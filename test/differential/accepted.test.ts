import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted } from './accepted.ts';
import { badInput, crud, identities } from './families.ts';

test('each accepted difference is of a case that is run', () => {
  const families = [...badInput, ...crud, ...identities];
  const names = new Set(families.flatMap(({ name, cases }) => cases.map((each) => `${name}: ${each.name}`)));
  assert.deepEqual(
    Object.keys(accepted).filter((name) => !names.has(name)),
    [],
  );
});
