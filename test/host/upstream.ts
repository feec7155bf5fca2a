/**
 * Upstream's control plane as the host of a test: `startUpstreamHost`, and `upstreamUnavailable` for the test's `skip`. The cluster and its folder go
 * with `stop()`, and also when the test process dies in any other way.
 *
 * Each test file starts a cluster of its own (about four seconds): node:test runs each in its own process. To spare even that while developing, start
 * one with `hack/host-cluster/cluster.ts up --dir DIR` and name its folder in SUBLET_UPSTREAM_DIR; then it is used by all, and none ends it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialFiles, serverOf } from '../../hack/host-cluster/credentials.ts';
import { clusterStatus, startCluster, stopCluster } from '../../hack/host-cluster/lifecycle.ts';
import { runAfterThisProcess } from '../../hack/host-cluster/processes.ts';
import { buildHostCluster, hostClusterUnavailable } from '../../hack/host-cluster/programs.ts';

export interface UpstreamHostOptions {
  /** With kube-controller-manager and kube-scheduler (the default); else kube-apiserver and etcd only. Ignored with SUBLET_UPSTREAM_DIR. */
  readonly controllers?: boolean;
  /** Further flags of kube-apiserver. Ignored with SUBLET_UPSTREAM_DIR. */
  readonly apiServerArgs?: readonly string[];
}

export interface UpstreamHost {
  /** The path of the admin's kubeconfig. */
  readonly kubeconfig: string;
  readonly server: string;
  /** PEM texts: the authority of the server, and the admin's certificate and key. */
  readonly ca: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** The folder with logs and data. */
  readonly folder: string;
  /** Ends the cluster and deletes its folder. May be called again. */
  stop(): Promise<void>;
}

const clusterProgram = join(import.meta.dirname, '../../hack/host-cluster/cluster.ts');
const report = (line: string): void => void process.stderr.write(`${line}\n`);

/** Why there can be no upstream host here; undefined when there can be. For `test(name, { skip: upstreamUnavailable() ?? false }, …)`. */
export function upstreamUnavailable(): string | undefined {
  return hostClusterUnavailable();
}

/** Starts a cluster, building its programs first where they are not cached. @throws Error when it does not become ready. */
export async function startUpstreamHost(options: UpstreamHostOptions = {}): Promise<UpstreamHost> {
  const running = process.env['SUBLET_UPSTREAM_DIR'];
  if (running !== undefined) return useRunningCluster(running);
  const folder = mkdtempSync(join(tmpdir(), 'sublet-upstream-'));
  const callOff = runAfterThisProcess(process.execPath, [clusterProgram, 'down', '--delete', '--dir', folder]);
  const stop = async (): Promise<void> => {
    await stopCluster(folder, { force: true });
    rmSync(folder, { recursive: true, force: true });
    callOff();
  };
  try {
    await startCluster({
      folder,
      controllers: options.controllers ?? true,
      apiServerArgs: options.apiServerArgs ?? [],
      report,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return hostIn(folder, stop);
}

/** The path of the kubectl of the cluster's version; it is built where it is not cached. */
export async function kubectlPath(): Promise<string> {
  return join(await buildHostCluster(report), 'kubectl');
}

function useRunningCluster(folder: string): UpstreamHost {
  const components = clusterStatus(folder);
  if (components.length === 0 || !components.every((component) => component.running)) {
    throw new Error(`no host cluster runs in ${folder}, which SUBLET_UPSTREAM_DIR names`);
  }
  return hostIn(folder, async () => undefined);
}

function hostIn(folder: string, stop: () => Promise<void>): UpstreamHost {
  const { authority, client, kubeconfig } = credentialFiles(folder);
  const admin = client('admin');
  return {
    kubeconfig: kubeconfig('admin'),
    server: serverOf(kubeconfig('admin')),
    ca: readFileSync(authority.certificate, 'utf8'),
    clientCert: readFileSync(admin.certificate, 'utf8'),
    clientKey: readFileSync(admin.key, 'utf8'),
    folder,
    stop,
  };
}
