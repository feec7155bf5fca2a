/** Somebody deletes a tenant's host namespace, with all that is in it: it is made again, and what the tenant has runs again. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { kubectlPath, upstreamUnavailable } from '../host/upstream.ts';
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
  test('a lost host namespace', { skip: unavailable }, () => undefined);
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

  const uidOf = (kubectl: Kubectl, ...what: string[]): Promise<string> =>
    kubectl('get', ...what, '-o', 'jsonpath={.metadata.uid}');

  test('a host namespace that is deleted is made again, account and copies and all', async () => {
    await tenant('create', 'configmap', 'conf', '--from-literal=a=1');
    await tenant('create', 'deployment', 'web', '--image=web', '--replicas=2');
    await tenant('expose', 'deployment', 'web', '--port=80');
    await tenant('rollout', 'status', 'deployment', 'web', '--timeout=60s');
    const before = await uidOf(host, 'namespace', 'sublet-demo');
    await host('delete', 'namespace', 'sublet-demo', '--timeout=60s');
    await eventually(async () => assert.notEqual(await uidOf(host, 'namespace', 'sublet-demo'), before));
    await eventually(async () => {
      const running = await host(
        'get',
        'pods',
        '--namespace',
        'sublet-demo',
        '-o',
        'jsonpath={.items[*].status.phase}',
      );
      assert.equal(running, 'Running Running');
    }, 90_000);
    await tenant('rollout', 'status', 'deployment', 'web', '--timeout=60s');
    await eventually(async () =>
      assert.equal(
        await tenant('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'),
        await host(
          'get',
          'service',
          'web-x-default-x-demo',
          '--namespace',
          'sublet-demo',
          '-o',
          'jsonpath={.spec.clusterIP}',
        ),
      ),
    );
  });

  test('copies of kinds that are switched off go at the next start, and come back when they are on again', async () => {
    const copies = (): Promise<string> =>
      host('get', 'pods', '--namespace', 'sublet-demo', '-l', 'sublet.dev/tenant=demo', '-o', 'name');
    await up.interrupt();
    up = await startUp(up.folder, ['--sync', '*,-pods']);
    await eventually(async () => assert.equal(await copies(), ''));
    assert.match(await host('get', 'services', '--namespace', 'sublet-demo', '-o', 'name'), /web-x-default-x-demo/);
    await up.interrupt();
    up = await startUp(up.folder);
    await eventually(async () => assert.equal((await copies()).trim().split('\n').length, 2), 90_000);
    await tenant('rollout', 'status', 'deployment', 'web', '--timeout=60s');
  });
}
