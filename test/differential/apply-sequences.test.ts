/**
 * Random sequences of writes by several managers, done to Sublet and to upstream: after each step the answers, the objects and who manages
 * what are equal. More than the default: `SUBLET_APPLY_SEEDS=2000`, from `SUBLET_APPLY_FROM=1` on; one again: `SUBLET_APPLY_SEED=17`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { upstreamUnavailable } from '../host/upstream.ts';
import { failingSeeds } from './apply/failing-seeds.ts';
import { runSequence } from './apply/run-sequence.ts';
import { sequenceOf } from './apply/sequence.ts';
import { thingDefinition } from './apply/custom-things.ts';
import { get, post, type Call } from './case.ts';
import { startPair, type RunningPair } from './pair.ts';
import type { Side } from './side.ts';

const seedsDefault = 40;
const namespace = 'sequences';
const servedTriesMax = 100;
const servedEveryMs = 100;

const only = process.env['SUBLET_APPLY_SEED'];
const count = Number(process.env['SUBLET_APPLY_SEEDS'] ?? seedsDefault);
const from = Number(process.env['SUBLET_APPLY_FROM'] ?? 1);

describe('sequences of writes by several managers', { skip: upstreamUnavailable() ?? false }, () => {
  let pair: RunningPair | undefined;
  before(async () => {
    pair = await startPair();
    await Promise.all([pair.sublet, pair.upstream].map(prepare));
  });
  after(() => pair?.stop());

  async function run(seed: number): Promise<void> {
    assert.ok(pair);
    const found = await runSequence(pair, sequenceOf(seed), namespace);
    const again = `again: SUBLET_APPLY_SEED=${seed} node --test test/differential/apply-sequences.test.ts`;
    if (found.length > 0) assert.fail([...found, again].join('\n'));
  }

  if (only === undefined) {
    for (const [seed, found] of failingSeeds) test(`seed ${seed}, which found: ${found}`, () => run(seed));
    test(`${count} seeds`, async (context) => {
      for (let seed = from; seed < from + count; seed++) {
        if (failingSeeds.some(([failing]) => failing === seed)) continue;
        await context.test(`seed ${seed}`, () => run(seed));
      }
    });
  } else {
    test(`seed ${only}`, () => run(Number(only)));
  }
});

/** A namespace, with what pods in it need, and a kind of its own. */
async function prepare(side: Side): Promise<void> {
  const calls: Call[] = [
    post('/api/v1/namespaces', { metadata: { name: namespace } }),
    post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } }),
    post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', thingDefinition),
  ];
  for (const call of calls) {
    const { status } = await side.ask(call, new Map());
    assert.equal(status, 201, side.name);
  }
  // A definition is served some time after it was made.
  for (let tries = 0; tries < servedTriesMax; tries++) {
    const { status } = await side.ask(get(`/apis/example.com/v2/namespaces/${namespace}/things`), new Map());
    if (status === 200) return;
    await setTimeout(servedEveryMs);
  }
  assert.fail(`${side.name} does not serve custom things`);
}
