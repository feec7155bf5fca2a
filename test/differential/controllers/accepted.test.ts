import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted } from './accepted.ts';
import { scenarios } from './scenarios/scenarios.ts';

test('each accepted difference is of a scenario that is run', () => {
  const names = new Set(scenarios.map(({ name }) => name));
  assert.deepEqual(
    accepted.flatMap(({ scenarios }) => scenarios.filter((name) => !names.has(name))),
    [],
  );
});
