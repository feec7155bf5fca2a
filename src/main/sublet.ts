#!/usr/bin/env node
/**
 * The program: one subcommand per role. A role's code is loaded only when it is asked for, so that a tenant's process carries
 * nothing of the others.
 */
import { enableCompileCache } from 'node:module';

interface Role {
  main(args: readonly string[]): Promise<void>;
}

const roles: Readonly<Record<string, () => Promise<Role>>> = {
  tenant: () => import('./tenant.ts'),
  host: () => import('./host.ts'),
  up: () => import('./up.ts'),
  dns: () => import('./dns.ts'),
};

const nodeMajorMin = 24;

async function run(args: readonly string[]): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < nodeMajorMin) {
    throw new Error(`Node.js ${nodeMajorMin} or newer is needed; this is ${process.versions.node}`);
  }
  enableCompileCache();
  const load = roles[args[0] ?? ''];
  if (load) await (await load()).main(args.slice(1));
  else await (await import('./cli.ts')).main(args);
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`sublet: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env['SUBLET_DEBUG']) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  process.exitCode = 1;
});
