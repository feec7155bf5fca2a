/** The cluster under test: a tenant of `sublet up` on a host with simulated nodes, and upstream's kube-controller-manager where it is wanted. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControllers, stopCluster } from '../../hack/host-cluster/lifecycle.ts';
import { runAfterThisProcess } from '../../hack/host-cluster/processes.ts';
import { serverOf } from '../../hack/host-cluster/credentials.ts';
import { unreachable } from '../../src/lib/unreachable.ts';
import { builtinControllerNames } from '../../src/controllers/controllers.ts';
import { newStateFolder, removeStateFolder, startUp } from '../e2e/sublet-up.ts';
import { startNodeHost } from './node-host.ts';
import { untilNodes } from './nodes.ts';
import { startUpstreamCluster } from './upstream-cluster.ts';

export interface TenantOptions {
  /**
   * Upstream's kube-controller-manager beside the tenant: for the controllers that the tenant lacks, or for all (with the tenant's switched off by `upArgs`).
   */
  readonly controllerManager?: 'missing' | 'all';
  /** How many simulated nodes the host has, all of which the tenant sees; absent: as `upArgs` say. */
  readonly nodes?: number;
  /** The host; absent: the embedded one. */
  readonly host?: 'upstream' | 'node';
  /** With upstream's kube-scheduler. */
  readonly scheduler?: boolean;
  /** Further arguments of `sublet up`. */
  readonly upArgs?: readonly string[];
}

/** Of upstream's: what would take a tenant's pods for lost, since its nodes are not the tenant's. */
const notForTenants = ['pod-garbage-collector-controller', 'node-lifecycle-controller'];

export interface TenantUnderTest {
  readonly kubeconfig: string;
  /** Where upstream's components log to. */
  readonly logs: string;
  /** Where the state is. */
  readonly folder: string;
  stop(): Promise<void>;
}

const clusterProgram = join(import.meta.dirname, '../../hack/host-cluster/cluster.ts');

interface Host {
  readonly kubeconfig: string;
  readonly upArgs: readonly string[];
  stop(): Promise<void>;
}

async function startHost(kind: TenantOptions['host'], nodes: number): Promise<Host | undefined> {
  switch (kind) {
    case undefined:
      return undefined;
    case 'upstream':
      return { ...(await startUpstreamCluster(nodes)), upArgs: [] };
    case 'node':
      return startNodeHost();
    default:
      return unreachable(kind);
  }
}

/** Starts a tenant of the built program. @throws Error when it does not become ready */
export async function startTenant(options: TenantOptions, report: (line: string) => void): Promise<TenantUnderTest> {
  const { controllerManager, scheduler = false, nodes = 0, upArgs = [] } = options;
  const folder = await newStateFolder();
  const host = await startHost(options.host, nodes);
  const hostArgs = host ? ['--host-kubeconfig', host.kubeconfig, ...host.upArgs] : [];
  const nodeArgs = nodes > 0 ? ['--nodes', String(nodes), '--from-host', 'nodes'] : [];
  const up = await startUp(folder, [...hostArgs, ...nodeArgs, ...upArgs]);
  const components = mkdtempSync(join(tmpdir(), 'sublet-upstream-controllers-'));
  const callOff = runAfterThisProcess(process.execPath, [clusterProgram, 'down', '--delete', '--dir', components]);
  const stop = async (): Promise<void> => {
    await stopCluster(components, { force: true });
    await up.interrupt();
    await host?.stop();
    rmSync(components, { recursive: true, force: true });
    await removeStateFolder(folder);
    callOff();
  };
  // Who ends us by a signal ends it, too.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(1)));
  try {
    await untilNodes(up.tenantKubeconfig, nodes);
    if (controllerManager) {
      const off = controllerManager === 'all' ? [] : [...builtinControllerNames, ...notForTenants];
      const credential = (name: string): string => readFileSync(join(folder, 'tenants/demo', name), 'utf8');
      await startControllers({
        folder: components,
        server: serverOf(up.tenantKubeconfig),
        authority: { certificate: credential('ca.crt'), key: credential('ca.key') },
        serviceAccountKey: credential('service-account.key'),
        controllers: ['*', ...off.map((name) => `-${name}`)].join(),
        scheduler,
        report,
      });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig: up.tenantKubeconfig, logs: join(components, 'logs'), folder, stop };
}
