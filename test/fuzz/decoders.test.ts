/**
 * Bodies, selectors, patches, tokens: whatever a stranger may write is read or refused, in bounded time, and changes nothing but what it
 * says. `SUBLET_FUZZ_SEED` and `SUBLET_FUZZ_INPUTS` (inputs for each decoder) look further.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { seededRandom } from '../../src/client/fake-clock.test-double.ts';
import { isPolluted, type Decoder } from './decoder.ts';
import { decoders } from './decoders.ts';
import { Mutations } from './mutations.ts';

const seed = Number(process.env['SUBLET_FUZZ_SEED'] ?? 20_261_121);
const inputs = Number(process.env['SUBLET_FUZZ_INPUTS'] ?? 1500);
/** Nothing of a few kilobytes takes so long unless its time has no bound: a hundred times of what the slowest takes on a busy machine. */
const hangMs = 10_000;

suite(`hostile inputs, seed ${seed}`, () => {
  for (const decoder of decoders) {
    test(decoder.name, async () => {
      for (const input of decoder.inputs) await decoder.decode(input);
      const mutations = new Mutations(seededRandom(seed));
      for (let count = 0; count < inputs; count++) await decodeOne(decoder, mutations.next(decoder.inputs));
    });
  }
});

async function decodeOne(decoder: Decoder, input: Uint8Array): Promise<void> {
  const shown = (): string => JSON.stringify(Buffer.from(input).toString('latin1').slice(0, 2000));
  const began = performance.now();
  try {
    const value = await decoder.decode(input);
    assert.ok(!isPolluted(value), `a prototype is replaced by ${shown()}`);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    const known = decoder.errors.some((one) => error instanceof one);
    if (!known) throw new Error(`${decoder.name} fails with another error for ${shown()}`, { cause: error });
  }
  assert.ok(performance.now() - began < hangMs, `this takes too long: ${shown()}`);
  assert.deepEqual(Object.keys(Object.prototype), [], `Object.prototype is polluted by ${shown()}`);
}
