/** Thousands of seeds: `npm run test:simulation -- --seeds 5000 --from 1 --minutes 30`; one again, with all that happened: `-- --seed 17`. */
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string' },
  },
});

const logLinesShown = 40;
const progressEvery = 25;

if (values.seed === undefined) await many(Number(values.from), Number(values.seeds), Number(values.minutes));
else await one(Number(values.seed));

async function one(seed: number): Promise<void> {
  const { problems, log } = await simulate(seed);
  console.log(log.join('\n'));
  console.log(problems.length === 0 ? 'nothing wrong' : problems.join('\n'));
  process.exitCode = problems.length === 0 ? 0 : 1;
}

async function many(from: number, count: number, minutes: number): Promise<void> {
  const start = Date.now();
  const failed: number[] = [];
  let ran = 0;
  for (let seed = from; seed < from + count && Date.now() - start < minutes * 60_000; seed++) {
    const { problems, log } = await simulate(seed);
    ran++;
    if (ran % progressEvery === 0) console.log(`${ran} seeds, ${failed.length} failed`);
    if (problems.length === 0) continue;
    failed.push(seed);
    console.log(`seed ${seed}:\n${problems.slice(0, 6).join('\n')}`);
    if (failed.length <= 3) console.log(log.slice(-logLinesShown).join('\n'));
    console.log(`again, and all of it: npm run test:simulation -- --seed ${seed}\n`);
  }
  const seconds = (Date.now() - start) / 1000;
  const rate = (seconds / Math.max(1, ran)).toFixed(2);
  console.log(
    `${ran} seeds from ${from} in ${seconds.toFixed(0)} s (${rate} s each): ${failed.length} failed ${failed.join(' ')}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
