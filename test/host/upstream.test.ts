/** The host cluster itself: it serves, its controllers and scheduler work, and it leaves nothing behind. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { clusterStatus, startCluster, stopCluster } from '../../hack/host-cluster/lifecycle.ts';
import { isRunning, processIdentity, type ProcessIdentity } from '../../hack/host-cluster/processes.ts';
import { kubectlPath, startUpstreamHost, upstreamUnavailable, type UpstreamHost } from './upstream.ts';

const run = promisify(execFile);
const waitMs = 60_000;

async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) assert.fail(`not seen in ${waitMs / 1000} s: ${what}`);
    await sleep(50);
  }
}

async function kubectl(kubeconfig: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(await kubectlPath(), ['--kubeconfig', kubeconfig, ...args]);
  return stdout.trim();
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sublet-cluster-test-'));
}

suite('an upstream host', { skip: upstreamUnavailable() ?? false }, () => {
  let host: UpstreamHost;
  let components: readonly ProcessIdentity[];
  before(async () => {
    delete process.env['SUBLET_UPSTREAM_DIR'];
    host = await startUpstreamHost();
    components = clusterStatus(host.folder);
  });
  after(() => host.stop());

  test('is ready, and of the version that it is built from', async () => {
    assert.equal(await kubectl(host.kubeconfig, 'get', '--raw', '/readyz'), 'ok');
    assert.match(await kubectl(host.kubeconfig, 'get', '--raw', '/version'), /"gitVersion": "v1\.36\.3"/);
  });

  test('has a kubeconfig that works anywhere: nothing in it names a file', () => {
    assert.doesNotMatch(
      readFileSync(host.kubeconfig, 'utf8'),
      /certificate-authority:|client-certificate:|client-key:/,
    );
  });

  test('authorizes by RBAC', async () => {
    const asNobody = ['auth', 'can-i', 'list', 'secrets', '--as', 'nobody'];
    await assert.rejects(kubectl(host.kubeconfig, ...asNobody), { stdout: 'no\n' });
    await kubectl(host.kubeconfig, 'create', 'clusterrolebinding', 'nobody', '--clusterrole=admin', '--user=nobody');
    assert.equal(
      await eventually('nobody may', () => kubectl(host.kubeconfig, ...asNobody).catch(() => undefined)),
      'yes',
    );
  });

  test('has controllers and a scheduler: a deployment becomes a pod, for which there is no node', async () => {
    await kubectl(host.kubeconfig, 'create', 'deployment', 'web', '--image=nginx');
    const path = 'jsonpath={.items[*].status.conditions[?(@.type=="PodScheduled")].message}';
    const message = await eventually(
      'a pod that cannot be scheduled',
      async () => (await kubectl(host.kubeconfig, 'get', 'pods', '-l', 'app=web', '-o', path)) || undefined,
    );
    assert.equal(message, 'no nodes available to schedule pods');
  });

  test('refuses a second start in its folder, and goes on', async () => {
    await assert.rejects(startCluster({ folder: host.folder, controllers: false }), /runs in .* already/);
    assert.equal(await kubectl(host.kubeconfig, 'get', '--raw', '/readyz'), 'ok');
  });

  test('leaves no process and no folder when it is stopped; stopping again does nothing', async () => {
    assert.equal(components.filter(isRunning).length, 4);
    await host.stop();
    assert.equal(components.filter(isRunning).length, 0);
    assert.equal(existsSync(host.folder), false);
    await host.stop();
  });
});

suite('a host cluster', { skip: upstreamUnavailable() ?? false }, () => {
  test('keeps its data over down and up, and sees that it crashed', async () => {
    const folder = temporaryFolder();
    try {
      const first = await startCluster({ folder, controllers: false });
      await kubectl(first.kubeconfig, 'create', 'configmap', 'kept');
      await stopCluster(folder, { force: false });
      assert.deepEqual(clusterStatus(folder), []);
      await startCluster({ folder, controllers: false, apiServerArgs: ['--v=1'] });
      const crashed = clusterStatus(folder);
      assert.deepEqual(
        crashed.map(({ name, running }) => [name, running]),
        [
          ['etcd', true],
          ['kube-apiserver', true],
        ],
      );
      for (const { pid } of crashed) process.kill(pid, 'SIGKILL');
      await eventually('stale records', () =>
        clusterStatus(folder).some(({ running }) => running) ? undefined : true,
      );
      const third = await startCluster({ folder, controllers: false });
      assert.equal(await kubectl(third.kubeconfig, 'get', 'configmap', 'kept', '-o', 'name'), 'configmap/kept');
    } finally {
      await stopCluster(folder, { force: true });
      rmSync(folder, { recursive: true });
    }
  });

  test('that cannot start says why, in its own words, and leaves no process', async () => {
    const folder = temporaryFolder();
    try {
      const start = startCluster({ folder, controllers: false, apiServerArgs: ['--no-such-flag'] });
      await assert.rejects(start, /kube-apiserver ended while starting:[^]*unknown flag: --no-such-flag/);
      assert.deepEqual(clusterStatus(folder), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('ends with the test process that started it, even when that is killed', async () => {
    const program = `
      const { startUpstreamHost } = await import(${JSON.stringify(join(import.meta.dirname, 'upstream.ts'))});
      const { folder } = await startUpstreamHost({ controllers: false });
      process.stdout.write(folder);
      setInterval(() => undefined, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let folder = '';
    owner.stdout.on('data', (text) => (folder += String(text)));
    await eventually('its cluster', () => folder || undefined);
    const components = clusterStatus(folder);
    assert.equal(components.filter(isRunning).length, 2);
    owner.kill('SIGKILL');
    await eventually('its end', () => (components.some(isRunning) || existsSync(folder) ? undefined : true));
  });

  test('does not keep the process alive that started it', async () => {
    const program = `
      const { startUpstreamHost } = await import(${JSON.stringify(join(import.meta.dirname, 'upstream.ts'))});
      const { folder } = await startUpstreamHost({ controllers: false });
      process.stdout.write(folder);`;
    const { stdout: folder } = await run(process.execPath, ['--input-type=module', '-e', program], { timeout: waitMs });
    await eventually('its end', () => (existsSync(folder) ? undefined : true));
  });
});

test('a process is known by its pid and its beginning', () => {
  const self = processIdentity(process.pid);
  assert.equal(isRunning(self), true);
  assert.equal(isRunning({ ...self, began: '1' }), false);
});
