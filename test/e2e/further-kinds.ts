/** What goes to a host by further switches, of two tenants that call theirs the same: classes of their own, custom resources; on any host. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { kubectlPath } from '../host/upstream.ts';
import {
  eventually,
  kubectlWith,
  newStateFolder,
  removeStateFolder,
  startUp,
  type Kubectl,
  type Up,
} from './sublet-up.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../dist/sublet.cjs');

const object = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'backups.store.example' },
  spec: {
    group: 'store.example',
    scope: 'Namespaced',
    names: { plural: 'backups', singular: 'backup', kind: 'Backup', listKind: 'BackupList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: object, status: object } } },
      },
    ],
  },
};
const resources = [
  {
    resource: 'backups.store.example',
    selector: 'private!=yes',
    references: [{ path: 'spec.key.name', kind: 'secrets', namespaceField: 'namespace' }],
    selectors: [{ path: 'spec.pods' }],
    patches: [
      { path: 'spec.bucket', expression: "context.tenant + '-' + value" },
      { path: "metadata.labels['store.example/pool']", value: 'tenants' },
      { path: 'status.internal', remove: true, direction: 'fromHost' },
      { path: 'spec.address', expression: 'value', direction: 'fromHost' },
    ],
  },
];
const backup = (name: string, spec: object, labels: object = {}) => ({
  apiVersion: 'store.example/v1',
  kind: 'Backup',
  metadata: { name, namespace: 'shop', labels },
  spec,
});
const spec = { bucket: 'b', key: { name: 'key', namespace: 'shop' }, pods: { matchLabels: { app: 'web' } } };
const classes = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'gold' },
    value: 1000,
    globalDefault: true,
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'gold', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'disks.example',
  },
];

const poolDefinition = {
  ...definition,
  metadata: { name: 'pools.store.example' },
  spec: {
    ...definition.spec,
    scope: 'Cluster',
    names: { plural: 'pools', singular: 'pool', kind: 'Pool', listKind: 'PoolList' },
    // Its status is a field like others.
    versions: definition.spec.versions.map(({ name, served, storage, schema }) => ({ name, served, storage, schema })),
  },
};
const pool = {
  apiVersion: 'store.example/v1',
  kind: 'Pool',
  metadata: { name: 'fast' },
  spec: { size: 5 },
  status: { used: 3 },
};

interface Tenant {
  readonly up: Up;
  readonly kubectl: Kubectl;
  readonly hostNamespace: string;
}

/** `kubeconfig`: of the host; absent: the first tenant's own embedded one. */
export function testFurtherKinds(kubeconfig: () => string | undefined): void {
  const names = ['demo', 'other'] as const;
  const tenants = new Map<string, Tenant>();
  let host: Kubectl;
  let hostKubeconfig: string;
  const of = (name: string): Tenant => {
    const tenant = tenants.get(name);
    assert.ok(tenant);
    return tenant;
  };
  const apply = async (to: Kubectl, items: readonly object[]): Promise<void> => {
    const file = join(of('demo').up.folder, 'apply.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await to('apply', '-f', file);
  };
  const start = async (name: string, more: readonly string[] = []): Promise<void> => {
    const folder = tenants.get(name)?.up.folder ?? (await newStateFolder());
    const file = join(folder, 'resources.json');
    writeFileSync(file, JSON.stringify(resources));
    const shared = name === 'demo' ? kubeconfig() : hostKubeconfig;
    const args = [
      '--tenant',
      name,
      '--sync',
      '*,priorityclasses,storageclasses,serviceaccounts',
      '--sync-resources',
      file,
      ...more,
    ];
    const up = await startUp(folder, shared === undefined ? args : [...args, '--host-kubeconfig', shared]);
    hostKubeconfig = shared ?? up.hostKubeconfig;
    const kubectl = kubectlWith(await kubectlPath(), join(folder, `tenants/${name}.kubeconfig`));
    tenants.set(name, { up, kubectl, hostNamespace: `sublet-${name}` });
  };

  before(async () => {
    for (const name of names) await start(name);
    host = kubectlWith(await kubectlPath(), hostKubeconfig);
  });

  after(async () => {
    // The first may be everybody's host.
    for (const { up } of [...tenants.values()].toReversed()) {
      await up.interrupt();
      await removeStateFolder(up.folder);
    }
  });

  const copyOf = (name: string, plural: string, object: string, path: string): Promise<string> =>
    host('get', plural, `${object}-x-shop-x-${name}`, '--namespace', of(name).hostNamespace, '-o', `jsonpath=${path}`);

  test('tenants get the host’s definition, and what they make of it goes there under names of its own', async () => {
    await apply(host, [definition]);
    for (const name of names) {
      const { kubectl } = of(name);
      await eventually(() =>
        kubectl('wait', 'crd/backups.store.example', '--for=condition=Established', '--timeout=1s'),
      );
      await kubectl('create', 'namespace', 'shop');
      await kubectl('create', 'secret', 'generic', 'key', '--from-literal=a=1', '--namespace', 'shop');
      await eventually(() => apply(kubectl, [backup('nightly', spec), backup('hidden', spec, { private: 'yes' })]));
      await eventually(async () => {
        const path = "{.spec.bucket} {.spec.key.name} {.spec.key.namespace} {.metadata.labels['store\\.example/pool']}";
        assert.equal(
          await copyOf(name, 'backups.store.example', 'nightly', path),
          `${name}-b key-x-shop-x-${name} sublet-${name} tenants`,
        );
      });
      const selector = await copyOf(name, 'backups.store.example', 'nightly', '{.spec.pods.matchLabels}');
      assert.deepEqual(JSON.parse(selector), {
        app: 'web',
        'sublet.dev/namespace': 'shop',
        'sublet.dev/tenant': name,
      });
      await eventually(async () => assert.equal(await copyOf(name, 'secret', 'key', '{.data.a}'), 'MQ=='));
      await assert.rejects(copyOf(name, 'backups.store.example', 'hidden', '{}'), /NotFound/);
    }
  });

  test('what the host says of it comes back, in the tenant’s words', async () => {
    const { kubectl, hostNamespace } = of('demo');
    const copy = ['backups.store.example', 'nightly-x-shop-x-demo', '--namespace', hostNamespace];
    const status = { phase: 'Done', internal: 'secret', message: `${hostNamespace}/nightly-x-shop-x-demo is done` };
    await host('patch', ...copy, '--type=merge', '-p', '{"spec":{"address":"192.0.2.1"}}');
    await host('patch', ...copy, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }));
    await eventually(async () => {
      const said = await kubectl(
        'get',
        'backup',
        'nightly',
        '--namespace',
        'shop',
        '-o',
        'jsonpath={.status}{.spec.address}',
      );
      assert.equal(said, '{"message":"shop/nightly is done","phase":"Done"}192.0.2.1');
    });
    const uid = await copyOf('demo', 'backups.store.example', 'nightly', '{.metadata.uid}');
    const name = 'nightly-x-shop-x-demo';
    const about = { apiVersion: 'store.example/v1', kind: 'Backup', namespace: hostNamespace, name, uid };
    const metadata = { name: `${name}.1`, namespace: hostNamespace };
    const event = { reason: 'Stored', type: 'Normal', message: `${name} is stored`, involvedObject: about, metadata };
    await apply(host, [{ apiVersion: 'v1', kind: 'Event', ...event }]);
    await eventually(async () =>
      assert.match(await kubectl('get', 'events', '-n', 'shop'), /Stored +backup\/nightly +nightly is stored/),
    );
    assert.equal(await of('other').kubectl('get', 'backup', 'nightly', '-n', 'shop', '-o', 'jsonpath={.status}'), '');
  });

  test('a copy that somebody changes or deletes by hand is put right', async () => {
    const copy = ['backups.store.example', 'nightly-x-shop-x-demo', '--namespace', 'sublet-demo'];
    await host('patch', ...copy, '--type=merge', '-p', '{"spec":{"bucket":"mine"}}');
    await eventually(async () =>
      assert.equal(await copyOf('demo', 'backups.store.example', 'nightly', '{.spec.bucket}'), 'demo-b'),
    );
    await host('delete', ...copy);
    await eventually(async () =>
      assert.equal(await copyOf('demo', 'backups.store.example', 'nightly', '{.spec.bucket}'), 'demo-b'),
    );
  });

  test('what can’t be carried stays, and its owner is told why; a copy that is there stays, too', async () => {
    const { kubectl } = of('demo');
    await apply(kubectl, [backup('foreign', { ...spec, key: { name: 'key', namespace: 'default' } })]);
    await apply(kubectl, [backup('nightly', { ...spec, bucket: 7 })]);
    for (const [name, why] of [
      ['foreign', /spec\.key\.name may name secrets of its own namespace only/],
      ['nightly', /the expression .* failed: no such overload/],
    ] as const)
      await eventually(async () => {
        const about = ['--field-selector', `involvedObject.name=${name}`, '--namespace', 'shop'];
        assert.match(await kubectl('get', 'events', ...about), why);
      });
    await assert.rejects(copyOf('demo', 'backups.store.example', 'foreign', '{}'), /NotFound/);
    assert.equal(await copyOf('demo', 'backups.store.example', 'nightly', '{.spec.bucket}'), 'demo-b');
  });

  test('classes and accounts of one name are each tenant’s own, and nobody’s default', async () => {
    for (const name of names) {
      const { kubectl } = of(name);
      await apply(kubectl, classes);
      const metadata = { name: 'data', namespace: 'shop' };
      const resources = { requests: { storage: '1Gi' } };
      const claim = { storageClassName: 'gold', accessModes: ['ReadWriteOnce'], resources };
      await apply(kubectl, [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: claim }]);
      await kubectl(
        'run',
        'web',
        '--image=web',
        '--namespace',
        'shop',
        '--overrides',
        '{"spec":{"priorityClassName":"gold"}}',
      );
      const own = `gold-x-sublet-${name}-x-${name}`;
      await eventually(async () => {
        const path = '{.spec.priorityClassName} {.spec.priority} {.spec.preemptionPolicy}';
        assert.equal(await copyOf(name, 'pod', 'web', path), `${own} 1000 Never`);
        const account = '{.spec.serviceAccountName} {.spec.automountServiceAccountToken}';
        assert.equal(await copyOf(name, 'pod', 'web', account), `default-x-shop-x-${name} false`);
        assert.equal(await copyOf(name, 'pvc', 'data', '{.spec.storageClassName}'), own);
      });
      const storage = await host('get', 'storageclass', own, '-o', 'jsonpath={.provisioner} {.metadata.annotations}');
      assert.match(storage, /^disks\.example /);
      assert.doesNotMatch(storage, /is-default-class/);
    }
    const defaults = await host('get', 'priorityclasses', '-o', 'jsonpath={.items[*].globalDefault}');
    assert.doesNotMatch(defaults, /true/);
  });

  test('of other namespaces of the host a tenant sees what is mapped, and it stays as it is there', async () => {
    const { kubectl, up } = of('demo');
    for (const namespace of ['platform', 'shared-config']) await host('create', 'namespace', namespace);
    await host('create', 'secret', 'generic', 'registry', '--from-literal=a=1', '--namespace', 'platform');
    await host('create', 'secret', 'generic', 'hidden', '--from-literal=a=1', '--namespace', 'platform');
    for (const name of ['gold', 'lead']) {
      await host('create', 'configmap', name, `--from-literal=tier=${name}`, '--namespace', 'shared-config');
      await host('label', 'configmap', name, `tier=${name}`, '--namespace', 'shared-config');
    }
    await apply(host, [poolDefinition]);
    await eventually(() => host('wait', 'crd/pools.store.example', '--for=condition=Established', '--timeout=1s'));
    await eventually(() => apply(host, [pool]));
    await kubectl('create', 'namespace', 'ours');
    await kubectl('create', 'configmap', 'taken', '--from-literal=own=1', '--namespace', 'ours');
    await host('create', 'configmap', 'taken', '--from-literal=tier=gold', '--namespace', 'shared-config');
    await host('label', 'configmap', 'taken', 'tier=gold', '--namespace', 'shared-config');
    await up.interrupt();
    const seenOfHost = [
      'configmaps@shared-config/*=ours/*:tier=gold',
      'secrets@platform/registry=pull/key',
      'pools.store.example',
    ];
    await start(
      'demo',
      seenOfHost.flatMap((kind) => ['--from-host', kind]),
    );
    const seen = (kind: string, namespace: string): Promise<string> =>
      kubectl('get', kind, '--namespace', namespace, '-o', 'jsonpath={.items[*].metadata.name}');
    await eventually(async () => {
      assert.equal(await seen('configmaps', 'ours'), 'gold kube-root-ca.crt taken');
      assert.equal(await seen('secrets', 'pull'), 'key');
      assert.equal(await kubectl('get', 'pools', '-o', 'jsonpath={.items[*].spec.size}{.items[*].status.used}'), '53');
    });
    await kubectl('patch', 'configmap', 'gold', '-n', 'ours', '--type=merge', '-p', '{"data":{"tier":"mine"}}');
    await kubectl('delete', 'secret', 'key', '--namespace', 'pull');
    const tier = (name: string): Promise<string> =>
      kubectl('get', 'configmap', name, '-n', 'ours', '-o', 'jsonpath={.data}');
    await eventually(async () => {
      assert.equal(await tier('gold'), '{"tier":"gold"}');
      assert.equal(await seen('secrets', 'pull'), 'key');
    });
    assert.equal(await tier('taken'), '{"own":"1"}');
    assert.match(await kubectl('get', 'events', '--namespace', 'ours'), /SyncError +configmap\/taken .*in its place/);
    await kubectl('delete', 'namespace', 'pull', '--timeout=60s');
    await eventually(async () => assert.equal(await seen('secrets', 'pull'), 'key'));
    const as = ['--as', 'system:serviceaccount:sublet-demo:sublet-demo', '--namespace', 'platform'];
    await host('get', 'secret', 'registry', ...as);
    for (const refused of [
      ['get', 'secret', 'hidden'],
      ['get', 'secrets'],
      ['delete', 'secret', 'registry'],
    ])
      await assert.rejects(host(...refused, ...as), /[Ff]orbidden/);
  });

  test('what is no longer to be seen goes, and what is the tenant’s own stays', async () => {
    const { kubectl, up } = of('demo');
    await up.interrupt();
    await start('demo');
    await eventually(async () => {
      const found = await kubectl(
        'get',
        'configmaps,secrets',
        '-n',
        'ours',
        '-o',
        'jsonpath={.items[*].metadata.name}',
      );
      assert.equal(found, 'kube-root-ca.crt taken');
    });
    assert.equal(await host('get', 'roles', '--namespace', 'platform', '-o', 'name'), '');
  });

  test('the account of one tenant may do no more than that', async () => {
    const as = ['--as', 'system:serviceaccount:sublet-demo:sublet-demo'];
    await host('get', 'crd', 'backups.store.example', ...as);
    for (const more of [
      ['get', 'crd'],
      ['get', 'clusterroles'],
      ['get', 'backups.store.example', '--namespace', 'sublet-other'],
      ['delete', 'crd', 'backups.store.example'],
      ['get', 'runtimeclasses'],
    ])
      await assert.rejects(host(...more, ...as), /[Ff]orbidden/, more.join(' '));
  });

  test('of a tenant that is deleted nothing is left, and of its neighbour everything', async () => {
    const { up } = of('other');
    await run(process.execPath, [program, 'delete', 'other', '--dir', up.folder]);
    const kinds = 'priorityclasses,storageclasses,clusterroles,clusterrolebindings';
    const left = (name: string): Promise<string> => host('get', kinds, '-l', `sublet.dev/tenant=${name}`, '-o', 'name');
    assert.equal(await left('other'), '');
    assert.equal((await left('demo')).trim().split('\n').length, 4);
    assert.equal(await host('get', 'backups.store.example', '--namespace', 'sublet-other', '-o', 'name'), '');
    assert.equal(await copyOf('demo', 'backups.store.example', 'nightly', '{.spec.bucket}'), 'demo-b');
  });

  test('what the tenant deletes goes from the host', async () => {
    const { kubectl } = of('demo');
    await kubectl('delete', 'namespace', 'shop', '--timeout=90s');
    await kubectl('delete', 'priorityclass,storageclass', 'gold');
    await eventually(async () => {
      const kinds = 'priorityclasses,storageclasses';
      assert.equal(await host('get', kinds, '-l', 'sublet.dev/tenant', '-o', 'name'), '');
      assert.equal(await host('get', 'backups.store.example', '--all-namespaces', '-o', 'name'), '');
    });
    await kubectl('get', 'crd', 'backups.store.example');
  });
}
