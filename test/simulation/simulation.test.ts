/**
 * The whole system from seeds, with a virtual clock, faults and crashes: tenants stay apart, nothing is lost, doubled or left over, all
 * of it ends in silence. More than the default: `SUBLET_SIMULATION_SEEDS=2000`, from another than the first on: `SUBLET_SIMULATION_FROM=5000`; one
 * again: `SUBLET_SIMULATION_SEED=17`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failingSeeds } from './failing-seeds.ts';
import { simulate } from './simulate.ts';

const seedsDefault = 60;
const logLinesShown = 60;

const only = process.env['SUBLET_SIMULATION_SEED'];
const count = Number(process.env['SUBLET_SIMULATION_SEEDS'] ?? seedsDefault);
const from = Number(process.env['SUBLET_SIMULATION_FROM'] ?? 1);

async function run(seed: number): Promise<void> {
  const { problems, log } = await simulate(seed);
  if (problems.length === 0) return;
  const shown = only === undefined ? log.slice(-logLinesShown) : log;
  assert.fail(
    `${problems.join('\n')}\n\nwhat happened (virtual seconds):\n${shown.join('\n')}\n\nagain, and all of it: SUBLET_SIMULATION_SEED=${seed} node --test test/simulation/simulation.test.ts`,
  );
}

if (only === undefined) {
  for (const [seed, found] of failingSeeds) test(`seed ${seed}, which found: ${found}`, () => run(seed));
  test(`${count} seeds`, async (context) => {
    for (let seed = from; seed < from + count; seed++) {
      await context.test(`seed ${seed}`, () => run(seed));
    }
  });
} else {
  test(`seed ${only}`, () => run(Number(only)));
}

test('the same seed is the same run', async () => {
  const [one, other] = [await simulate(7), await simulate(7)];
  assert.deepEqual(one.log, other.log);
});
