/**
 * The benchmarks: `node test/bench/main.ts [names] [--json] [--program FILE]`, all of them when none is named. They compare with upstream's
 * kube-apiserver and etcd, started in the same run, and assert nothing. `npm run build` comes first.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hostClusterUnavailable } from '../../hack/host-cluster/programs.ts';
import { apiRates } from './api-rates.ts';
import { coldStart } from './cold-start.ts';
import { dns } from './dns.ts';
import { idleMemory } from './idle-memory.ts';
import { reportText, runBench, type Bench, type TimedReport } from './report.ts';
import { rollouts } from './rollouts.ts';
import { syncLatency } from './sync-latency.ts';
import { virtualcluster } from './virtualcluster.ts';

const benches: Readonly<Record<string, Bench>> = {
  'cold-start': coldStart,
  'idle-memory': idleMemory,
  'sync-latency': syncLatency,
  'api-rates': apiRates,
  rollouts,
  dns,
  virtualcluster,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    program: { type: 'string', default: join(import.meta.dirname, '../../dist/sublet.cjs') },
  },
});
const unavailable = hostClusterUnavailable();
if (unavailable !== undefined) throw new Error(`there is nothing to compare with: ${unavailable}`);
if (!existsSync(values.program)) throw new Error(`${values.program} is not there: npm run build makes it`);

const reports: TimedReport[] = [];
for (const name of positionals.length === 0 ? Object.keys(benches) : positionals) {
  const bench = benches[name];
  if (!bench) throw new Error(`no benchmark ${name}; there are ${Object.keys(benches).join(', ')}`);
  const say = (text: string): void => void process.stderr.write(`${name}: ${text}\n`);
  const report = await runBench(bench, { program: resolve(values.program), say });
  reports.push(report);
  if (!values.json) process.stdout.write(`${reportText(report)}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`);
