/** A host with a real node, for the tests that need containers: the tenant's API server listens where pods reach it, and its pods ask Sublet's DNS. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { useNodeCluster } from '../node/node-cluster.ts';

export interface NodeHost {
  readonly kubeconfig: string;
  /** Of `sublet up`, for a tenant there. */
  readonly upArgs: readonly string[];
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, '../../dist/sublet.cjs');

/** The one that SUBLET_NODE_DIR names, or one of the caller's own. */
export async function startNodeHost(): Promise<NodeHost> {
  const host = await useNodeCluster();
  const address = host.hostAddress;
  const dns = spawn(
    process.execPath,
    [program, 'dns', '--kubeconfig', host.kubeconfig, '--listen', `${address}:53`, '--server', address],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return {
    kubeconfig: host.kubeconfig,
    upArgs: ['--address', address, '--cluster-dns', address],
    stop: async () => {
      dns.kill('SIGTERM');
      if (dns.exitCode === null) await once(dns, 'exit');
      await host.stop();
    },
  };
}
