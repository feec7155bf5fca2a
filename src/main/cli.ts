/** The commands of the CLI. Roles (`up`, `host`, `tenant`, `dns`) are named here for the help only: `sublet.ts` starts them. */
import { Command } from 'commander';
import { addDeleteCommand } from '../cli/delete-tenant.ts';
import { version } from './version.ts';

export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('sublet')
    .description('virtual Kubernetes clusters: a light, private API server for each tenant of a shared cluster')
    .version(version)
    .showHelpAfterError('(sublet --help shows what there is)');
  program.command('up').description('run a host and its tenants on this machine').allowUnknownOption();
  program
    .command('host')
    .description('run the embedded host, or simulated nodes for another cluster')
    .allowUnknownOption();
  program.command('tenant').description('run one tenant: API server, controllers, syncer').allowUnknownOption();
  program.command('dns').description('answer DNS for the pods of all tenants of a host').allowUnknownOption();
  addDeleteCommand(program);
  await program.parseAsync(['node', 'sublet', ...(args.length === 0 ? ['--help'] : args)]);
}
