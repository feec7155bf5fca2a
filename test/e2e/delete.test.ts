/** Deleting a tenant, while its applications run, leaves nothing of it on the host. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { kubectlPath, upstreamUnavailable } from '../host/upstream.ts';
import { kubectlWith, newStateFolder, removeStateFolder, startUp, type Up } from './sublet-up.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../dist/sublet.cjs');
const unavailable = upstreamUnavailable();

if (unavailable !== undefined) {
  test('deleting a tenant', { skip: unavailable }, () => undefined);
} else {
  let up: Up;

  before(async () => {
    up = await startUp(await newStateFolder());
  });

  after(async () => {
    await up.interrupt();
    await removeStateFolder(up.folder);
  });

  test('a tenant that is not there cannot be deleted', async () => {
    await assert.rejects(
      run(process.execPath, [program, 'delete', 'nobody', '--dir', up.folder]),
      /there is no tenant nobody/,
    );
  });

  test('deleting a tenant leaves the host namespace empty, and then no namespace', async () => {
    const kubectl = await kubectlPath();
    const tenant = kubectlWith(kubectl, up.tenantKubeconfig);
    const host = kubectlWith(kubectl, up.hostKubeconfig);
    await tenant('create', 'deployment', 'web', '--image=web', '--replicas=3');
    await tenant('expose', 'deployment', 'web', '--port=80');
    await tenant('rollout', 'status', 'deployment', 'web', '--timeout=60s');
    const { stdout, stderr } = await run(process.execPath, [program, 'delete', 'demo', '--dir', up.folder]);
    assert.match(stdout, /^tenant "demo" deleted$/m);
    assert.match(stderr, /its copies are gone from the host/);
    await assert.rejects(tenant('get', 'pods', '--request-timeout=2s'));
    assert.equal(existsSync(up.tenantKubeconfig), false);
    assert.equal(
      await host(
        'get',
        'pods,services,configmaps,secrets',
        '--all-namespaces',
        '-l',
        'sublet.dev/tenant',
        '-o',
        'name',
      ),
      '',
    );
    await host('wait', '--for=delete', 'namespace/sublet-demo', '--timeout=30s');
  });

  test('an order to nobody says what to do', async () => {
    const elsewhere = await newStateFolder();
    await assert.rejects(run(process.execPath, [program, 'delete', 'demo', '--dir', elsewhere]), /start it first/);
    await removeStateFolder(elsewhere);
  });
}
