import { after, before, test } from 'node:test';
import { kubectlPath, startUpstreamHost, upstreamUnavailable, type UpstreamHost } from '../host/upstream.ts';
import { testFirstLight } from './first-light.ts';
import { startNodes, type Nodes } from './simulated-nodes.ts';
import { testTenantClasses } from './tenant-classes.ts';
import { testRunningPods } from './tenant-running-pods.ts';
import { testInCluster } from './tenant-in-cluster.ts';
import { testTenantEndpoints } from './tenant-endpoints.ts';
import { testTenantIsolation } from './tenant-isolation.ts';
import { testTenantNodes, type NodeStage } from './tenant-nodes.ts';
import { testTenantSwitches } from './tenant-switches.ts';
import { testTenantVolumes } from './tenant-volumes.ts';
import { kubectlWith, newStateFolder, removeStateFolder, startUp, type Kubectl, type Up } from './sublet-up.ts';

const unavailable = upstreamUnavailable();
const hostNamespace = 'tenants';

if (unavailable !== undefined) {
  test('first light on an upstream host', { skip: unavailable }, () => undefined);
} else {
  let cluster: UpstreamHost;
  let nodes: Nodes;
  let up: Up;
  let args: readonly string[];
  let tenant: Kubectl;
  let host: Kubectl;

  before(async () => {
    cluster = await startUpstreamHost({ controllers: true });
    nodes = await startNodes(cluster.kubeconfig);
    args = ['--host-kubeconfig', cluster.kubeconfig, '--host-namespace', hostNamespace];
    up = await startUp(await newStateFolder(), args);
    const kubectl = await kubectlPath();
    tenant = kubectlWith(kubectl, up.tenantKubeconfig);
    host = kubectlWith(kubectl, cluster.kubeconfig);
  });

  after(async () => {
    await up.interrupt();
    await nodes.stop();
    await cluster.stop();
    await removeStateFolder(up.folder);
  });

  const stage = { tenant: () => tenant, host: () => host, folder: () => up.folder, hostNamespace };
  testFirstLight(stage);
  const nodeStage: NodeStage = {
    ...stage,
    restart: async (more) => {
      await up.interrupt();
      up = await startUp(up.folder, [...args, ...more]);
    },
  };
  testTenantNodes(nodeStage);
  testTenantClasses(nodeStage);
  testTenantEndpoints(stage);
  testInCluster(stage);
  testRunningPods(stage);
  testTenantVolumes({ ...stage, binds: true });
  testTenantSwitches(nodeStage);
  testTenantIsolation(nodeStage);
}
