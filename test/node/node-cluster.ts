/**
 * A host with a real node for tests: `useNodeCluster`, and `nodeClusterUnavailable` for the test's `skip`. `npm run test:node` starts one cluster, which
 * all files use by SUBLET_NODE_DIR, one after the other. A file that is run by itself starts its own; to spare that while developing, start one with
 * `hack/host-cluster/cluster.ts up --node --with metrics-server --with volumes --dir DIR` and name its folder in SUBLET_NODE_DIR.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addonNames } from '../../hack/host-cluster/node/addons.ts';
import {
  nodeClusterIn,
  startNodeCluster,
  stopNodeCluster,
  type RunningNodeCluster,
} from '../../hack/host-cluster/node/lifecycle.ts';
import { nodeUnavailable } from '../../hack/host-cluster/node/machine.ts';
import { runAfterThisProcess } from '../../hack/host-cluster/processes.ts';
import { kubectlWith, type Kubectl } from '../e2e/sublet-up.ts';

export interface NodeHost extends RunningNodeCluster {
  /** As the host's admin. */
  readonly kubectl: Kubectl;
  readonly kubectlPath: string;
  /** Where tests may write files. */
  readonly folder: string;
  /** Ends the cluster if it is the caller's own. May be called again. */
  stop(): Promise<void>;
}

/** Its `wget` dies of `-T`, as Debian's does: `agnhost` has curl. */
export const busybox = 'docker.io/library/busybox:1.37';
/** Answers `GET /hostname` on port 80 with its host name. */
export const webServer = 'docker.io/library/nginx:1.29';
/** Upstream's test program: `netexec`, `connect`, `inclusterclient` and many more. */
export const agnhost = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';

const clusterProgram = join(import.meta.dirname, '../../hack/host-cluster/cluster.ts');
const report = (line: string): void => void process.stderr.write(`${line}\n`);

/** Why there can be no node here; undefined when there can be. For `test(name, { skip: nodeClusterUnavailable() ?? false }, …)`. */
export function nodeClusterUnavailable(): string | undefined {
  return nodeUnavailable();
}

/** The cluster that runs for all files, or one of the caller's own. @throws Error when it does not become ready */
export async function useNodeCluster(): Promise<NodeHost> {
  const shared = process.env['SUBLET_NODE_DIR'];
  const folder = mkdtempSync(join(tmpdir(), 'sublet-node-'));
  if (shared !== undefined) {
    const cluster = nodeClusterIn(shared);
    return hostOf(cluster, folder, async () => rmSync(folder, { recursive: true, force: true }));
  }
  const { cluster, stop } = await startOwnNodeCluster(join(folder, 'cluster'));
  return hostOf(cluster, folder, async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Starts a cluster in the folder; it goes with `stop()`, and also when this process dies in any other way. */
export async function startOwnNodeCluster(
  folder: string,
): Promise<{ readonly cluster: RunningNodeCluster; stop(): Promise<void> }> {
  const callOff = runAfterThisProcess(process.execPath, [clusterProgram, 'down', '--delete', '--dir', folder]);
  const stop = async (): Promise<void> => {
    await stopNodeCluster(folder);
    rmSync(folder, { recursive: true, force: true });
    callOff();
  };
  try {
    return { cluster: await startNodeCluster({ folder, addons: addonNames, report }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `kubectl apply` of objects. `folder`: where their file may be written. */
export async function applyObjects(kubectl: Kubectl, folder: string, items: readonly object[]): Promise<void> {
  const file = join(mkdtempSync(join(folder, 'apply-')), 'objects.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await kubectl('apply', '-f', file);
}

/** What a web server answers, over plain HTTP. */
export function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = get(url, { timeout: 5_000, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.once('error', reject);
  });
}

function hostOf(cluster: RunningNodeCluster, folder: string, stop: () => Promise<void>): NodeHost {
  const kubectlPath = join(cluster.programs, 'kubectl');
  return { ...cluster, kubectl: kubectlWith(kubectlPath, cluster.kubeconfig), kubectlPath, folder, stop };
}
