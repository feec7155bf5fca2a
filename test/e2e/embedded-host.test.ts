import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { kubectlPath, upstreamUnavailable } from '../host/upstream.ts';
import { testFirstLight } from './first-light.ts';
import { testTenantClasses } from './tenant-classes.ts';
import { testRunningPods } from './tenant-running-pods.ts';
import { testInCluster } from './tenant-in-cluster.ts';
import { testTenantConnections } from './tenant-connections.ts';
import { testTenantEndpoints } from './tenant-endpoints.ts';
import { testTenantIsolation } from './tenant-isolation.ts';
import { testTenantNodes, type NodeStage } from './tenant-nodes.ts';
import { testTenantSwitches } from './tenant-switches.ts';
import { testTenantUsage } from './tenant-usage.ts';
import { testTenantVolumes } from './tenant-volumes.ts';
import {
  eventually,
  kubectlWith,
  newStateFolder,
  removeStateFolder,
  startUp,
  type Kubectl,
  type Up,
} from './sublet-up.ts';

const unavailable = upstreamUnavailable();

if (unavailable !== undefined) {
  test('first light on the embedded host', { skip: unavailable }, () => undefined);
} else {
  let up: Up;
  let tenant: Kubectl;
  let host: Kubectl;

  before(async () => {
    up = await startUp(await newStateFolder());
    const kubectl = await kubectlPath();
    tenant = kubectlWith(kubectl, up.tenantKubeconfig);
    host = kubectlWith(kubectl, up.hostKubeconfig);
  });

  after(async () => {
    await up.interrupt();
    await removeStateFolder(up.folder);
  });

  test('a newcomer is told where everything is, and what to try', () => {
    assert.match(up.welcome, /ready in \d/);
    assert.match(up.welcome, /demo\.kubeconfig/);
    assert.match(up.welcome, /host\.kubeconfig/);
    assert.equal(up.welcome.split('\n').filter((line) => /^ {2}(kubectl|export)/.test(line)).length, 3);
    assert.ok(existsSync(up.tenantKubeconfig));
    assert.equal(statSync(up.tenantKubeconfig).mode & 0o077, 0, 'credentials are their owner’s only');
  });

  const stage = { tenant: () => tenant, host: () => host, folder: () => up.folder, hostNamespace: 'sublet-demo' };
  testFirstLight(stage);
  const nodeStage: NodeStage = {
    ...stage,
    restart: async (args) => {
      await up.interrupt();
      up = await startUp(up.folder, args);
    },
  };
  testTenantNodes(nodeStage);
  testTenantClasses(nodeStage);
  testTenantEndpoints(stage);
  testTenantConnections(stage);
  testInCluster(stage);
  testTenantVolumes({ ...stage, binds: false });
  testRunningPods(stage);
  testTenantUsage(stage);
  testTenantSwitches(nodeStage);
  testTenantIsolation(nodeStage);

  test('Ctrl-C stops all cleanly, and the next start finds everything as it was', async () => {
    await tenant('create', 'namespace', 'kept');
    await tenant('create', 'deployment', 'web', '--image=web', '--replicas=2', '--namespace', 'kept');
    await tenant('rollout', 'status', 'deployment', 'web', '--timeout=60s', '--namespace', 'kept');
    const before = await tenant(
      'get',
      'pods',
      '--namespace',
      'kept',
      '-o',
      'jsonpath={.items[*].metadata.uid} {.items[*].status.podIP}',
    );
    const onHost = await host('get', 'pods', '--namespace', 'sublet-demo', '-o', 'jsonpath={.items[*].metadata.uid}');
    assert.equal(await up.interrupt(), 0);
    await assert.rejects(tenant('get', 'namespaces', '--request-timeout=2s'));
    up = await startUp(up.folder);
    assert.equal(
      await tenant(
        'get',
        'pods',
        '--namespace',
        'kept',
        '-o',
        'jsonpath={.items[*].metadata.uid} {.items[*].status.podIP}',
      ),
      before,
    );
    assert.equal(
      await host('get', 'pods', '--namespace', 'sublet-demo', '-o', 'jsonpath={.items[*].metadata.uid}'),
      onHost,
    );
  });

  test('killed without warning, it comes back with all that was acknowledged', async () => {
    await tenant('create', 'configmap', 'acknowledged', '--from-literal=a=1', '--namespace', 'kept');
    await up.kill();
    up = await eventually(() => startUp(up.folder), 30_000);
    assert.equal(
      await tenant('get', 'configmap', 'acknowledged', '--namespace', 'kept', '-o', 'jsonpath={.data.a}'),
      '1',
    );
    await tenant('delete', 'namespace', 'kept', '--timeout=60s');
  });
}
