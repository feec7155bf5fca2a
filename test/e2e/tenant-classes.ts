/** What a tenant sees of its host's classes, and what its pods may use of them; on any host. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './sublet-up.ts';
import type { NodeStage } from './tenant-nodes.ts';

const namespace = 'with-classes';
const tier = (name: string) => ({ name, labels: { 'host.example/tier': name } });
const classes = ['gold', 'lead'].flatMap((name) => [
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: tier(name), provisioner: 'host.example/disks' },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: tier(name), value: 1000 },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: tier(name), handler: 'runc' },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: tier(name),
    spec: { controller: 'host.example/c' },
  },
]);
const kinds = 'storageclasses,priorityclasses,runtimeclasses,ingressclasses';

export function testTenantClasses({ tenant, host, folder, hostNamespace, restart }: NodeStage): void {
  const apply = async (kubectl: typeof tenant, name: string, items: readonly object[]): Promise<void> => {
    const file = join(folder(), name);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await kubectl()('apply', '-f', file);
  };
  const seen = (): Promise<string> =>
    tenant()('get', kinds, '-l', 'host.example/tier', '-o', 'jsonpath={.items[*].metadata.name}');

  test('classes of the host are seen that the operator selects', async () => {
    await apply(host, 'classes.json', classes);
    assert.equal(await seen(), '');
    await restart(kinds.split(',').flatMap((kind) => ['--from-host', `${kind}:host.example/tier=gold`]));
    await eventually(async () => assert.equal(await seen(), 'gold gold gold gold'), 30_000);
    await host()('label', 'priorityclass', 'gold', 'host.example/more=yes');
    await host()('label', 'ingressclass', 'lead', 'host.example/tier=gold', '--overwrite');
    await eventually(async () => assert.equal(await seen(), 'gold gold gold gold lead'), 30_000);
    await tenant()('delete', 'storageclass', 'gold');
    await eventually(async () => assert.equal(await seen(), 'gold gold gold gold lead'), 30_000);
    const labels = await tenant()('get', 'priorityclass', 'gold', '-o', 'jsonpath={.metadata.labels}');
    assert.match(labels, /host\.example\/more/);
  });

  test('pods use those, and no others of the host', async () => {
    await tenant()('create', 'namespace', namespace);
    // Of names that the host has, too, but doesn't give to this tenant.
    const own = classes.filter(({ kind, metadata }) => metadata.name === 'lead' && /Priority|Runtime/.test(kind));
    await apply(tenant, 'own.json', own);
    const run = (name: string, spec: string): Promise<string> =>
      tenant()('run', name, '--image=web', '--overrides', `{"spec":${spec}}`, '--namespace', namespace);
    await run('gold', '{"priorityClassName":"gold","runtimeClassName":"gold"}');
    await run('lead', '{"priorityClassName":"lead"}');
    await run('refused', '{"runtimeClassName":"lead"}');
    await tenant()('wait', 'pod/gold', 'pod/lead', '--for=condition=Ready', '--timeout=60s', '--namespace', namespace);
    const path = 'jsonpath={.spec.priority} {.spec.priorityClassName} {.spec.runtimeClassName}';
    const copy = (name: string): Promise<string> =>
      host()('get', 'pod', `${name}-x-${namespace}-x-demo`, '--namespace', hostNamespace, '-o', path);
    assert.equal(await copy('gold'), '1000 gold gold');
    assert.equal(await copy('lead'), '0  ');
    await eventually(async () => {
      const events = await tenant()('get', 'events', '--namespace', namespace);
      assert.match(events, /SyncError +pod\/refused +Not on the host: .*RuntimeClass "lead" not found/);
    });
  });

  test('what is no longer to be seen goes; what the tenant made stays', async () => {
    await restart([]);
    await eventually(async () => {
      const found = await tenant()('get', kinds, '-o', 'jsonpath={.items[*].metadata.name}');
      assert.deepEqual(
        found.split(' ').filter((name) => !name.startsWith('system-')),
        ['lead', 'lead'],
      );
    }, 30_000);
    await tenant()('delete', 'namespace', namespace, '--timeout=60s');
    for (const { kind, metadata } of classes) await host()('delete', kind, metadata.name);
    await tenant()('delete', 'priorityclass,runtimeclass', 'lead');
  });
}
