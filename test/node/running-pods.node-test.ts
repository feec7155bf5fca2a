/** What a tenant's users do to a pod that runs: debug it, measure it, give it more. What leads into it is in connect.node-test.ts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, type Kubectl } from '../e2e/sublet-up.ts';
import { pod } from './manifests.ts';
import {
  agnhost,
  applyObjects,
  busybox,
  nodeClusterUnavailable,
  useNodeCluster,
  type NodeHost,
} from './node-cluster.ts';
import { startNodeTenant, type NodeTenant } from './node-tenant.ts';

const unavailable = nodeClusterUnavailable();
const namespace = 'running';

if (unavailable !== undefined) {
  test('running pods of a tenant', { skip: unavailable }, () => undefined);
} else {
  let host: NodeHost;
  let tenant: NodeTenant;
  let kubectl: Kubectl;

  before(async () => {
    host = await useNodeCluster();
    tenant = await startNodeTenant(host, { name: 'running' });
    kubectl = (...args) => tenant.kubectl('--namespace', namespace, ...args);
    await tenant.kubectl('create', 'namespace', namespace);
    await eventually(() => kubectl('get', 'serviceaccount', 'default'));
    const resources = { requests: { cpu: '50m' }, limits: { cpu: '100m' } };
    await applyObjects(kubectl, host.folder, [
      pod(namespace, 'main', { image: agnhost, args: ['pause'], resources }, { restartPolicy: 'Always' }),
    ]);
    await kubectl('wait', '--for=condition=Ready', 'pod/main', '--timeout=120s');
  });

  after(async () => {
    await tenant.stop();
    await host.stop();
  });

  test('debug: a container is added to a running pod, and sees its processes', async () => {
    await kubectl(
      'debug',
      'main',
      `--image=${busybox}`,
      '--container=visitor',
      '--target=main',
      '--profile=general',
      '--',
      'sh',
      '-c',
      'ps; sleep 100',
    );
    const said = await eventually(async () => {
      const text = await kubectl('logs', 'main', '--container=visitor');
      assert.match(text, /sleep 100/);
      return text;
    });
    assert.match(said, /agnhost pause/);
  });

  test('resize: a container gets more without being started again', async () => {
    const limits = '{"spec":{"containers":[{"name":"main","resources":{"limits":{"cpu":"300m"}}}]}}';
    await kubectl('patch', 'pod', 'main', '--subresource=resize', '-p', limits);
    const container = (): Promise<string> =>
      kubectl(
        'get',
        'pod',
        'main',
        '-o',
        'jsonpath={.status.containerStatuses[0].resources.limits.cpu} {.status.containerStatuses[0].restartCount}',
      );
    await eventually(async () => assert.equal(await container(), '300m 0'));
  });

  test('top: what the tenant’s pods use', async () => {
    assert.match(await eventually(() => kubectl('top', 'pod', 'main'), 90_000), /^main\s+\d+m\s+\d+Mi/m);
    const all = await tenant.kubectl('top', 'pod', '--all-namespaces');
    assert.doesNotMatch(all, /coredns/, 'nothing of the host');
  });
}
