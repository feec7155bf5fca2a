/** `sublet up`: a host and its tenants on one machine, for a first look and for tests. */
import { relative } from 'node:path';
import { stopAll, type Service } from '../lib/service.ts';
import { LocalControl } from '../tenancy/local-control.ts';
import { StateFolder } from '../tenancy/state-folder.ts';
import { untilAskedToStop } from './child-role.ts';
import { localDns } from './local-dns.ts';
import { startEmbeddedHost, useHost, type LocalHost } from './local-host.ts';
import { LocalTenant } from './local-tenant.ts';
import { parseUpFlags, upHelp, type UpFlags } from './up-flags.ts';

export async function main(args: readonly string[]): Promise<void> {
  const flags = parseUpFlags(args);
  if (!flags) return say(upHelp);
  const folder = new StateFolder(flags.dir);
  const release = folder.claim(process.pid);
  const asked = untilAskedToStop();
  const running: Service[] = [];
  const start = performance.now();
  try {
    const host = await startHost(folder, flags);
    if (host.service) running.push(host.service);
    const dns = await localDns(folder, flags, complain);
    if (dns) {
      running.push(dns.service);
      await dns.service.start();
    }
    const tenants = new Map<string, LocalTenant>();
    for (const name of namesToStart(folder, flags)) {
      const tenant = new LocalTenant(name, folder, flags, host, complain);
      tenants.set(name, tenant);
      running.push(tenant);
      await tenant.start();
    }
    const control = new LocalControl(folder.controlSocket, {
      deleteTenant: (name, tell) => deleteTenant(tenants, name, tell),
    });
    running.push(control);
    await control.start();
    say(welcome(folder, flags, [...tenants.keys()], dns?.address, performance.now() - start));
    await asked;
    say('stopping …');
    await stopAll(running.splice(0));
    host.close();
    say('stopped. Everything is kept; the next start finds it as it was.');
  } finally {
    await stopAll(running);
    release();
  }
}

async function startHost(folder: StateFolder, flags: UpFlags): Promise<LocalHost> {
  return flags.hostKubeconfig === undefined
    ? startEmbeddedHost(folder, flags, complain)
    : useHost(flags.hostKubeconfig);
}

/** All that are there; the one of the flags when there is none. */
function namesToStart(folder: StateFolder, flags: UpFlags): readonly string[] {
  const known = folder.tenants();
  return known.length > 0 ? known : [flags.tenant];
}

async function deleteTenant(
  tenants: Map<string, LocalTenant>,
  name: string,
  tell: (progress: string) => void,
): Promise<void> {
  const tenant = tenants.get(name);
  if (!tenant) throw new Error(`there is no tenant ${name}`);
  await tenant.remove(tell);
  tenants.delete(name);
}

function welcome(
  folder: StateFolder,
  flags: UpFlags,
  tenants: readonly string[],
  dnsAddress: string | undefined,
  tookMs: number,
): string {
  const shown = (path: string): string => {
    const near = relative(process.cwd(), path);
    return near.startsWith('..') ? path : near;
  };
  const hostKubeconfig = flags.hostKubeconfig ?? folder.hostKubeconfig;
  const [first = flags.tenant] = tenants;
  const tenant = shown(folder.tenantKubeconfig(first));
  const about = flags.hostKubeconfig === undefined ? `embedded, ${flags.nodes} simulated nodes` : 'your cluster';
  return [
    `ready in ${(tookMs / 1000).toFixed(1)} s`,
    '',
    `  host      ${about.padEnd(32)} ${shown(hostKubeconfig)}`,
    ...tenants.map((name) => `  tenant    ${name.padEnd(32)} ${shown(folder.tenantKubeconfig(name))}`),
    ...(dnsAddress === undefined ? [] : [`  dns       ${'of all tenants'.padEnd(32)} ${dnsAddress}`]),
    '',
    'Try, in another terminal:',
    '',
    `  export KUBECONFIG=${tenant}`,
    '  kubectl create deployment web --image=nginx --replicas=3 && kubectl get pods -o wide --watch',
    `  kubectl --kubeconfig ${shown(hostKubeconfig)} get pods --namespace ${flags.hostNamespace ?? `sublet-${first}`}`,
    '',
    'Ctrl-C stops everything; it is kept for the next start.',
  ].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`sublet: ${text}\n`);
}
