/** The benchmark of one tenant's scale, which takes some ten minutes: `node test/bench/scale-main.ts [--pods N] [--maps N] [--watches N] [--alone]`. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reportText, runBench } from './report.ts';
import { scale } from './scale.ts';

const { values } = parseArgs({
  options: {
    program: { type: 'string', default: join(import.meta.dirname, '../../dist/sublet.cjs') },
    pods: { type: 'string', default: '10000' },
    maps: { type: 'string', default: '40000' },
    watches: { type: 'string', default: '2000' },
    alone: { type: 'boolean', default: false },
  },
});
if (!existsSync(values.program)) throw new Error(`${values.program} is not there: npm run build makes it`);
const report = await runBench(
  (options) =>
    scale({
      ...options,
      pods: Number(values.pods),
      configMaps: Number(values.maps),
      watches: Number(values.watches),
      alone: values.alone,
    }),
  { program: resolve(values.program), say: (text) => void process.stderr.write(`scale: ${text}\n`) },
);
process.stdout.write(`${reportText(report)}\n`);
