/** `sublet host --nodes-only`: our simulated nodes for a cluster that has none. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Nodes {
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, '../../dist/sublet.cjs');

export async function startNodes(kubeconfig: string, nodes = 3): Promise<Nodes> {
  const args = [program, 'host', '--nodes-only', '--kubeconfig', kubeconfig, '--nodes', String(nodes)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`sublet host --nodes-only ended with ${code}`)));
  });
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
