/** Claims of a tenant, on any host: what binds them is the host's, what holds them is the tenant's. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Stage } from './first-light.ts';
import { eventually, type Kubectl } from './sublet-up.ts';

export interface VolumeStage extends Stage {
  /** Whether somebody on the host binds claims; otherwise the test does. */
  readonly binds: boolean;
}

const namespace = 'with-volumes';
const className = 'disks.example';
const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: className },
  provisioner: 'host.example/disks',
  allowVolumeExpansion: true,
};
const size = { storage: '1Gi' };
const template = { accessModes: ['ReadWriteOnce'], storageClassName: className, resources: { requests: size } };
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'db', namespace },
  spec: {
    containers: [{ name: 'db', image: 'db', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: template } } },
    ],
  },
};
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace },
  spec: template,
};

function volume(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      accessModes: template.accessModes,
      capacity: size,
      storageClassName: className,
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/tmp/${name}` },
    },
  };
}

export function testTenantVolumes({ tenant, host, folder, hostNamespace, binds }: VolumeStage): void {
  const apply = async (kubectl: () => Kubectl, name: string, items: readonly object[]): Promise<void> => {
    const file = join(folder(), name);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await kubectl()('apply', '-f', file);
  };
  const hostClaim = (name: string): readonly string[] => [
    'pvc',
    `${name}-x-${namespace}-x-demo`,
    '--namespace',
    hostNamespace,
  ];
  const bind = async (name: string, volumeName: string): Promise<void> => {
    const status = { phase: 'Bound', accessModes: template.accessModes, capacity: size };
    await eventually(() => host()('patch', ...hostClaim(name), '-p', JSON.stringify({ spec: { volumeName } })));
    await host()('patch', ...hostClaim(name), '--subresource=status', '-p', JSON.stringify({ status }));
  };

  test('claims are bound on the host, and the tenant sees to what; its pod runs with them', async () => {
    await tenant()('create', 'namespace', namespace);
    const volumes = ['volume-1', 'volume-2'];
    await apply(host, 'host-volumes.json', [storageClass, ...volumes.map((name) => volume(name))]);
    await apply(tenant, 'claims.json', [storageClass, claim, pod]);
    if (!binds) {
      await bind('data', 'volume-1');
      await bind('db-scratch', 'volume-2');
    }
    const path =
      'jsonpath={range .items[*]}{.metadata.name} {.spec.volumeName} {.status.phase} {.status.capacity.storage};{end}';
    await eventually(async () => {
      const seen = await tenant()('get', 'pvc', '--namespace', namespace, '-o', path);
      assert.match(seen, /^data volume-\d Bound 1Gi;db-scratch volume-\d Bound 1Gi;$/);
    });
    await tenant()('wait', 'pod/db', '--for=condition=Ready', '--timeout=90s', '--namespace', namespace);
    const names = await host()('get', 'pvc', '--namespace', hostNamespace, '-o', 'jsonpath={.items[*].metadata.name}');
    assert.deepEqual(
      names.split(' ').filter((name) => /scratch|data-x-with-volumes/.test(name)),
      [`data-x-${namespace}-x-demo`, `db-scratch-x-${namespace}-x-demo`],
    );
    const used = 'jsonpath={.spec.volumes[*].persistentVolumeClaim.claimName}';
    const copy = await host()('get', 'pod', `db-x-${namespace}-x-demo`, '--namespace', hostNamespace, '-o', used);
    assert.deepEqual(copy.split(' '), [`data-x-${namespace}-x-demo`, `db-scratch-x-${namespace}-x-demo`]);
  });

  test('a claim that grows in the tenant grows on the host', async () => {
    const grown = '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}';
    await tenant()('patch', 'pvc', 'data', '--namespace', namespace, '-p', grown);
    await eventually(async () => {
      assert.equal(
        await host()('get', ...hostClaim('data'), '-o', 'jsonpath={.spec.resources.requests.storage}'),
        '2Gi',
      );
    });
  });

  test('a claim that names a volume of the host is not carried there, and its owner is told', async () => {
    const thief = { ...claim, metadata: { name: 'thief', namespace }, spec: { ...template, volumeName: 'volume-1' } };
    await apply(tenant, 'thief.json', [thief]);
    await eventually(async () => {
      const events = await tenant()('get', 'events', '--namespace', namespace);
      assert.match(events, /SyncError +persistentvolumeclaim\/thief +Not on the host: the volume volume-1 is none/);
    });
    await assert.rejects(host()('get', ...hostClaim('thief')), /NotFound/);
  });

  test('what is deleted in the tenant is held there by its pod, and goes on both sides', async () => {
    await tenant()('delete', 'pvc', 'data', '--namespace', namespace, '--wait=false');
    const terminating = 'jsonpath={.metadata.deletionTimestamp}';
    assert.notEqual(await tenant()('get', 'pvc', 'data', '--namespace', namespace, '-o', terminating), '');
    assert.equal(await host()('get', ...hostClaim('data'), '-o', terminating), '');
    await tenant()('delete', 'namespace', namespace, '--timeout=90s');
    await eventually(async () => {
      const mine = ['-l', `sublet.dev/namespace=${namespace}`, '--namespace', hostNamespace];
      assert.equal(await host()('get', 'pods,pvc', ...mine, '-o', 'name'), '');
    });
    await tenant()('delete', 'storageclass', className);
    await host()('delete', 'pv/volume-1', 'pv/volume-2', `storageclass/${className}`);
  });
}
