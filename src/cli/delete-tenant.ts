import type { Command } from 'commander';
import { resolve } from 'node:path';
import { order } from '../tenancy/local-control.ts';
import { StateFolder } from '../tenancy/state-folder.ts';

/** `sublet delete NAME`: the tenant and all that it has on its host. */
export function addDeleteCommand(program: Command): void {
  program
    .command('delete')
    .argument('<name>', 'the tenant')
    .description('delete a tenant of this machine, and all that it has on its host')
    .option('--dir <dir>', 'where the state of `sublet up` lives', '.sublet')
    .action(async (name: string, options: { readonly dir: string }) => {
      const folder = new StateFolder(resolve(options.dir));
      if (folder.holder() === undefined) {
        throw new Error(`no \`sublet up\` runs on ${folder.path}: start it first, so that the host can be cleaned`);
      }
      await order(folder.controlSocket, 'DELETE', `/tenants/${encodeURIComponent(name)}`, (progress) => {
        process.stderr.write(`${progress}\n`);
      });
      process.stdout.write(`tenant "${name}" deleted\n`);
    });
}
