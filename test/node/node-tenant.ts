/** A tenant on a host with a real node: `sublet up` from the bundle, listening where the host's pods reach it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runAfterThisProcess } from '../../hack/host-cluster/processes.ts';
import { kubectlWith, newStateFolder, removeStateFolder, startUp, type Kubectl, type Up } from '../e2e/sublet-up.ts';
import type { NodeHost } from './node-cluster.ts';

export interface NodeTenant {
  readonly up: Up;
  readonly name: string;
  readonly hostNamespace: string;
  readonly kubeconfig: string;
  /** As the tenant's admin. */
  readonly kubectl: Kubectl;
  /** Deletes the tenant with all that it has on the host, and ends its processes. */
  stop(): Promise<void>;
}

export interface NodeTenantOptions {
  /** A tenant's name is taken once on a host: each test file has its own. */
  readonly name: string;
  /** Further flags of `sublet up`. */
  readonly args?: readonly string[];
}

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../dist/sublet.cjs');

export async function startNodeTenant(host: NodeHost, { name, args = [] }: NodeTenantOptions): Promise<NodeTenant> {
  const folder = await newStateFolder();
  const hostNamespace = `sublet-${name}`;
  const flags = ['--tenant', name, '--host-namespace', hostNamespace, '--address', host.hostAddress];
  const up = await startUp(folder, [...flags, '--host-kubeconfig', host.kubeconfig, ...args]);
  // A test that is ended in the middle leaves no tenant running.
  const callOff = runAfterThisProcess('kill', [String(up.pid)]);
  const kubeconfig = join(folder, 'tenants', `${name}.kubeconfig`);
  return {
    up,
    name,
    hostNamespace,
    kubeconfig,
    kubectl: kubectlWith(host.kubectlPath, kubeconfig),
    stop: async () => {
      await run(process.execPath, [program, 'delete', name, '--dir', folder]);
      await up.interrupt();
      callOff();
      await removeStateFolder(folder);
    },
  };
}
