/**
 * A real control plane on this machine, for tests and measurements: `node hack/host-cluster/cluster.ts COMMAND`. Upstream's kube-apiserver,
 * kube-controller-manager, kube-scheduler and etcd, built from their Go modules. No kubelet, so pods are scheduled onto nodes only if someone plays them;
 * with `--node` there is a whole node as well, with real containers, all of it in namespaces of its own.
 */
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { credentialFiles } from './credentials.ts';
import { clusterStatus, startCluster, stopCluster } from './lifecycle.ts';
import { parseAddons } from './node/addons.ts';
import { nodeClusterIn, nodeClusterStatus, startNodeCluster, stopNodeCluster } from './node/lifecycle.ts';
import { buildHostCluster } from './programs.ts';

const usage = `usage: node hack/host-cluster/cluster.ts COMMAND

  build                      builds the programs where they are not cached; prints their folder
  up --dir DIR               starts a cluster; prints the path of its kubeconfig
     [--port PORT]             the API server's port (default: a free one)
     [--api-server-only]       without kube-controller-manager and kube-scheduler
     [--api-server-arg=ARG]    a further flag of kube-apiserver; may be repeated
     [--node]                  with a node that runs containers: kubelet, containerd, kube-proxy, DNS, network policies; needs root.
                               A new cluster each time, in namespaces of its own; processes of this machine reach its API server, pods
                               and services, and its pods what listens on the link's address here
     [--with ADDON]            for --node, may be repeated: metrics-server (kubectl top), volumes (a default StorageClass)
  down --dir DIR [--delete]  ends it; with --delete at once, and its folder is deleted
  status --dir DIR           its components; the exit code is 1 when not all of them run
`;

const report = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dir: { type: 'string' },
      port: { type: 'string' },
      node: { type: 'boolean', default: false },
      with: { type: 'string', multiple: true, default: [] },
      'api-server-only': { type: 'boolean', default: false },
      'api-server-arg': { type: 'string', multiple: true, default: [] },
      delete: { type: 'boolean', default: false },
    },
  });
  const command = positionals[0] ?? 'help';
  if (command === 'build') {
    print(await buildHostCluster(report));
    return 0;
  }
  if (values.dir === undefined || positionals.length !== 1) {
    process.stderr.write(usage);
    return 2;
  }
  const folder = resolve(values.dir);
  switch (command) {
    case 'up': {
      if (values.node) {
        const { kubeconfig } = await startNodeCluster({
          folder,
          apiServerArgs: values['api-server-arg'],
          addons: parseAddons(values.with),
          report,
        });
        print(kubeconfig);
        return 0;
      }
      const { kubeconfig } = await startCluster({
        folder,
        controllers: !values['api-server-only'],
        apiServerArgs: values['api-server-arg'],
        ...(values.port === undefined ? {} : { port: Number(values.port) }),
        report,
      });
      print(kubeconfig);
      return 0;
    }
    case 'down':
      await stopCluster(folder, { force: values.delete });
      await stopNodeCluster(folder);
      // Only a folder that is a cluster's.
      if (values.delete && existsSync(credentialFiles(folder).pki)) rmSync(folder, { recursive: true });
      return 0;
    case 'status':
      return status(folder);
    default:
      process.stderr.write(usage);
      return 2;
  }
}

function status(folder: string): number {
  const node = nodeClusterStatus(folder);
  const components = [...clusterStatus(folder), ...(node ? [{ name: 'node', ...node }] : [])];
  if (components.length === 0) print('stopped');
  if (node?.running) print(`this machine is ${nodeClusterIn(folder).hostAddress} for its pods`);
  for (const { name, pid, running } of components) print(`${name}\t${running ? `pid ${pid}` : 'ended by itself'}`);
  return components.length > 0 && components.every(({ running }) => running) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  report(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
