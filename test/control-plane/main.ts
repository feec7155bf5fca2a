/**
 * Upstream's kube-controller-manager and kube-scheduler on a tenant, under load, beside the same on upstream's kube-apiserver: they log no error
 * there that they don't log here. `npm run test:control-plane -- --minutes 60`. Both have simulated nodes; the tenant's own controllers are off, and
 * its pods are not carried to its host. Needs the built program, and Go for upstream's.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '../../src/client/create-client.ts';
import { connectionExchange } from '../../src/main/connection-exchange.ts';
import { resolveKubeconfig } from '../../src/tenancy/kubeconfig.ts';
import { startTenant } from '../conformance/cluster.ts';
import { startNodes } from '../e2e/simulated-nodes.ts';
import { startUpstreamHost } from '../host/upstream.ts';
import { accepted } from './accepted.ts';
import { runLoad, type LoadResult } from './load.ts';
import { errorClasses, onlyIn } from './log-classes.ts';

const components = ['kube-controller-manager', 'kube-scheduler'] as const;
const nodes = 3;
const shownColumns = 400;

type Logs = Readonly<Record<(typeof components)[number], string>>;

interface Ran extends LoadResult {
  readonly logs: Logs;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const report = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, logs: { type: 'string' } } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes takes a number above 0, not ${values.minutes}`);
  const [ours, theirs] = await Promise.all([onTenant(minutes), onUpstream(minutes)]);
  if (values.logs !== undefined) keepLogs(resolve(values.logs), { tenant: ours.logs, upstream: theirs.logs });
  print(`rounds: ${ours.rounds} on the tenant, ${theirs.rounds} on upstream`);
  const stuck = ours.troubles.length > theirs.troubles.length;
  for (const trouble of ours.troubles) print(`  tenant: ${trouble}`);
  for (const trouble of theirs.troubles) print(`  upstream: ${trouble}`);
  let unexpected = 0;
  for (const component of components) {
    const own = errorClasses(ours.logs[component]);
    const others = errorClasses(theirs.logs[component]);
    print(`${component}: ${own.length} classes of errors on the tenant, ${others.length} on upstream`);
    for (const { key, count, example } of onlyIn(own, others)) {
      const reason = accepted.find(({ matches }) => matches.test(key))?.reason;
      if (reason === undefined) unexpected++;
      print(
        `  ${reason === undefined ? 'UNEXPECTED' : `accepted (${reason})`} ${count}x ${example.slice(0, shownColumns)}`,
      );
    }
  }
  return unexpected > 0 || stuck ? 1 : 0;
}

async function onTenant(minutes: number): Promise<Ran> {
  const upArgs = ['--controllers', '', '--sync', '*,-pods', '--nodes', '0'];
  const tenant = await startTenant({ controllerManager: 'all', scheduler: true, upArgs }, report);
  try {
    return await loaded('tenant', tenant.kubeconfig, minutes, tenant.logs);
  } finally {
    await tenant.stop();
  }
}

async function onUpstream(minutes: number): Promise<Ran> {
  const host = await startUpstreamHost();
  try {
    return await loaded('upstream', host.kubeconfig, minutes, join(host.folder, 'logs'));
  } finally {
    await host.stop();
  }
}

async function loaded(name: string, kubeconfig: string, minutes: number, logs: string): Promise<Ran> {
  const simulated = await startNodes(kubeconfig, nodes);
  const { exchange, close } = connectionExchange(await resolveKubeconfig(kubeconfig));
  try {
    const client = createClient('tenant', exchange, { userAgent: 'load' });
    const result = await runLoad(client, minutes, (line) => report(`${name}: ${line}`));
    const read = (component: string): string => readFileSync(join(logs, `${component}.log`), 'utf8');
    return {
      ...result,
      logs: { 'kube-controller-manager': read(components[0]), 'kube-scheduler': read(components[1]) },
    };
  } finally {
    close();
    await simulated.stop();
  }
}

function keepLogs(folder: string, sides: Readonly<Record<string, Logs>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [side, logs] of Object.entries(sides)) {
    for (const component of components) writeFileSync(join(folder, `${side}-${component}.log`), logs[component]);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  report(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
