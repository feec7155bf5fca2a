/** Into a tenant's simulated pods with the real kubectl: what their scripts print, and programs that the simulated shell knows. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Stage } from './first-light.ts';
import { eventually, type Kubectl } from './sublet-up.ts';

const namespace = 'into-pods';

export function testTenantConnections({ tenant, folder }: Stage): void {
  const kubectl: Kubectl = (...args) => tenant()('--namespace', namespace, ...args);
  const pod = (name: string, script: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      containers: [
        { name: 'main', image: 'busybox', command: ['sh', '-c', script], env: [{ name: 'WORD', value: 'sesame' }] },
      ],
    },
  });

  test('a tenant’s pods show their logs, those of the run before too', async () => {
    await tenant()('create', 'namespace', namespace);
    const file = join(folder(), 'into-pods.json');
    const items = [
      pod('talker', 'echo hello; for i in 1 2 3; do sleep 1; echo "line $i"; done; sleep 1000'),
      pod('crashing', 'echo falls; exit 3'),
    ];
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await tenant()('apply', '-f', file);
    await kubectl('wait', '--for=condition=Ready', 'pod/talker', '--timeout=60s');
    await eventually(async () => assert.equal(await kubectl('logs', 'talker'), 'hello\nline 1\nline 2\nline 3\n'));
    assert.equal(await kubectl('logs', 'talker', '--tail=1'), 'line 3\n');
    assert.match(await kubectl('logs', 'talker', '--timestamps', '--tail=1'), /^\d{4}-\d\d-\d\dT[\d:.]+Z line 3\n$/);
    await eventually(async () => assert.equal(await kubectl('logs', 'crashing', '--previous'), 'falls\n'));
  });

  test('a log that is followed ends with its pod', async () => {
    const file = join(folder(), 'short-lived.json');
    writeFileSync(file, JSON.stringify(pod('short-lived', 'echo begun; sleep 2; echo done')));
    await tenant()('apply', '-f', file);
    await kubectl('wait', '--for=condition=Ready', 'pod/short-lived', '--timeout=60s');
    assert.match(await kubectl('logs', '--follow', 'short-lived'), /^begun\ndone\n/);
  });

  test('programs run in a tenant’s pods, and end as they end', async () => {
    assert.equal(await kubectl('exec', 'talker', '--', 'printenv', 'WORD'), 'sesame\n');
    await assert.rejects(kubectl('exec', 'talker', '--', 'sh', '-c', 'exit 7'), /command terminated with exit code 7/);
    await assert.rejects(kubectl('exec', 'talker', '--', 'frobnicate'), /executable file not found/);
    await assert.rejects(kubectl('port-forward', 'talker', ':80'), /there is no port to forward to/);
  });

  test('what a tenant is told of its pods names nothing of the host', async () => {
    await assert.rejects(kubectl('logs', 'talker', '--previous'), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, /previous terminated container "main" in pod "talker" not found/);
      assert.doesNotMatch(error.message, /-x-|sublet-demo/);
      return true;
    });
    await tenant()('delete', 'namespace', namespace, '--timeout=60s');
  });
}
