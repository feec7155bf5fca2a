/**
 * The built-in controllers from seeds, with a virtual clock, faults, crashes, and kubelets and users of all tempers. Thousands of them:
 * `npm run test:simulation -- --seeds 5000`; one again: `npm run test:simulation -- --seed 17`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failingSeeds } from './failing-seeds.ts';
import { simulate } from './simulate.ts';

const seeds = 20;
const logLinesShown = 60;

async function run(seed: number): Promise<void> {
  const { problems, log } = await simulate(seed);
  if (problems.length === 0) return;
  const shown = log.slice(-logLinesShown).join('\n');
  const again = `npm run test:simulation -- --seed ${seed}`;
  assert.fail(`${problems.join('\n')}\n\nwhat happened (virtual seconds):\n${shown}\n\nagain, and all of it: ${again}`);
}

for (const [seed, found] of failingSeeds) test(`seed ${seed}, which found: ${found}`, () => run(seed));

test(`${seeds} seeds`, async (context) => {
  for (let seed = 1; seed <= seeds; seed++) await context.test(`seed ${seed}`, () => run(seed));
});

test('the same seed is the same run', async () => {
  const [one, other] = [await simulate(7), await simulate(7)];
  assert.deepEqual(one.log, other.log);
});
