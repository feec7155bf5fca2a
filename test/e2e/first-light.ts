/**
 * The whole path on one host, embedded or upstream: applications that no one here wrote, applied with the real kubectl, run on the host under
 * translated names, are read back, changed, and leave nothing behind.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, type Kubectl } from './sublet-up.ts';
import { upstreamManifests } from './upstream-manifests.ts';

export interface Stage {
  readonly tenant: () => Kubectl;
  readonly host: () => Kubectl;
  /** Where files may be written. */
  readonly folder: () => string;
  readonly hostNamespace: string;
}

interface Listed {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly namespace?: string;
      readonly labels?: Record<string, string>;
      readonly annotations?: Record<string, string>;
    };
    readonly spec: Record<string, unknown> & { readonly clusterIP?: string; readonly nodeName?: string };
    readonly status: { readonly phase?: string; readonly podIP?: string };
    readonly kind: string;
  }[];
}

async function list(kubectl: Kubectl, ...args: readonly string[]): Promise<Listed['items']> {
  const listed: Listed = JSON.parse(await kubectl('get', ...args, '-o', 'json'));
  return listed.items;
}

/** One namespace for each folder of upstream's manifests: their names meet. */
function namespaceOf(manifest: string): string {
  return manifest.split('/').slice(0, -1).join('-');
}

/** The tests of one host, in their order. */
export function testFirstLight({ tenant, host, folder, hostNamespace }: Stage): void {
  const namespaces = new Set<string>();

  test('upstream’s own manifests are applied, whole', async () => {
    for (const { name, text } of upstreamManifests()) {
      const namespace = namespaceOf(name);
      if (!namespaces.has(namespace)) await tenant()('create', 'namespace', namespace);
      namespaces.add(namespace);
      const file = join(folder(), name.replaceAll('/', '_').replace(/\.in$/, ''));
      writeFileSync(file, text);
      const said = await tenant()('apply', '--namespace', namespace, '-f', file);
      assert.match(said, /(created|configured|unchanged)\s*$/, name);
    }
    assert.ok(namespaces.size >= 8);
  });

  test('every pod of theirs runs, in the tenant and on the host', async () => {
    const pods = await eventually(async () => {
      const found = (await list(tenant(), 'pods', '--all-namespaces')).filter(({ metadata }) =>
        namespaces.has(metadata.namespace ?? ''),
      );
      assert.ok(found.length >= 20, `${found.length} pods`);
      for (const { metadata, status } of found) assert.equal(status.phase, 'Running', metadata.name);
      return found;
    });
    const copies = await list(host(), 'pods', '--namespace', hostNamespace);
    for (const pod of pods) {
      const name = `${pod.metadata.name}-x-${pod.metadata.namespace}-x-demo`;
      const copy = copies.find(
        ({ metadata }) => metadata.name === name || metadata.annotations?.['sublet.dev/name'] === pod.metadata.name,
      );
      assert.ok(copy, name);
      assert.equal(copy.spec.nodeName, pod.spec.nodeName);
      assert.equal(copy.status.podIP, pod.status.podIP);
      assert.equal(copy.metadata.labels?.['sublet.dev/tenant'], 'demo');
    }
  });

  test('services have the addresses of their host copies', async () => {
    const services = (await list(tenant(), 'services', '--all-namespaces')).filter(({ metadata }) =>
      namespaces.has(metadata.namespace ?? ''),
    );
    const copies = await list(host(), 'services', '--namespace', hostNamespace);
    assert.ok(services.length >= 10);
    for (const { metadata, spec } of services) {
      const copy = copies.find(
        (found) =>
          found.metadata.annotations?.['sublet.dev/name'] === metadata.name &&
          found.metadata.annotations['sublet.dev/namespace'] === metadata.namespace,
      );
      assert.equal(copy?.spec.clusterIP, spec.clusterIP, metadata.name);
      assert.notEqual(spec.clusterIP ?? '', '');
    }
  });

  test('endpoints of a service are its pods', async () => {
    const said = await eventually(async () => {
      const slices = await tenant()(
        'get',
        'endpointslices',
        '--namespace',
        'guestbook',
        '-l',
        'kubernetes.io/service-name=frontend',
        '-o',
        'jsonpath={.items[*].endpoints[*].addresses[0]}',
      );
      assert.equal(slices.split(' ').length, 3);
      return slices;
    });
    const pods = await list(tenant(), 'pods', '--namespace', 'guestbook', '-l', 'tier=frontend');
    assert.deepEqual(said.split(' ').toSorted(), pods.map(({ status }) => status.podIP ?? '').toSorted());
  });

  test('nothing of the tenant stands on the host but pods, services, config maps, secrets and claims', async () => {
    const kinds = (await host()('api-resources', '--namespaced', '--verbs=list', '-o', 'name')).trim().split('\n');
    // And what is told of the pods.
    const own = new Set(['pods', 'pods.metrics.k8s.io', 'services', 'configmaps', 'secrets', 'persistentvolumeclaims']);
    for (const kind of kinds.filter((name) => !own.has(name))) {
      const found = await list(host(), kind, '--all-namespaces', '-l', 'sublet.dev/tenant=demo').catch(() => []);
      // The host's own controllers make endpoints of services, and copy their labels.
      // A host's metrics server says of each pod what it uses, with its labels.
      const strange = found.filter(({ kind: made }) => !['Endpoints', 'EndpointSlice', 'PodMetrics'].includes(made));
      assert.deepEqual(
        strange.map(({ metadata }) => metadata.name),
        [],
        kind,
      );
    }
    const inNamespace = await host()(
      'get',
      'deployments,replicasets,replicationcontrollers',
      '--namespace',
      hostNamespace,
      '-o',
      'name',
    );
    assert.equal(inNamespace, '');
  });

  test('kubectl reads it back: wide tables, describe, explain, api-resources', async () => {
    const wide = await tenant()('get', 'pods', '--namespace', 'guestbook', '-o', 'wide');
    assert.match(wide, /^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\s+IP\s+NODE\s+NOMINATED NODE\s+READINESS GATES/);
    assert.match(wide, /frontend-\S+\s+1\/1\s+Running\s+0\s+\S+\s+10\.244\.\d+\.\d+\s+node-\d/);
    const described = await tenant()('describe', 'deployment', 'frontend', '--namespace', 'guestbook');
    assert.match(described, /Replicas:\s+3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable/);
    assert.match(described, /ScalingReplicaSet/);
    const [first] = await list(tenant(), 'pods', '--namespace', 'guestbook', '-l', 'tier=frontend');
    const pod = await tenant()('describe', 'pod', first?.metadata.name ?? '', '--namespace', 'guestbook');
    assert.match(pod, /Events:[\s\S]*Scheduled[\s\S]*Started/);
    assert.doesNotMatch(pod, /-x-guestbook-x-/, 'no host name shows');
    assert.match(await tenant()('explain', 'deployment.spec.strategy'), /FIELD: strategy <DeploymentStrategy>/);
    const resources = await tenant()('api-resources');
    for (const line of [
      /^pods\s+po\s+v1\s+true\s+Pod/m,
      /^deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/m,
      /^clusterroles\s+rbac/m,
    ])
      assert.match(resources, line);
  });

  test('it is scaled, patched, rolled out, and watched meanwhile', async () => {
    const guestbook = ['--namespace', 'guestbook'];
    await tenant()('scale', 'deployment', 'frontend', '--replicas=5', ...guestbook);
    await tenant()('rollout', 'status', 'deployment', 'frontend', '--timeout=60s', ...guestbook);
    assert.equal((await list(tenant(), 'pods', '-l', 'tier=frontend', ...guestbook)).length, 5);
    const watch = tenant()('get', 'pods', '--watch', '--request-timeout=5s', '-l', 'tier=frontend', ...guestbook).catch(
      (error: unknown) => String(error),
    );
    await tenant()('set', 'image', 'deployment/frontend', 'guestbook-frontend=agnhost:2.99', ...guestbook);
    await tenant()('rollout', 'status', 'deployment', 'frontend', '--timeout=60s', ...guestbook);
    await tenant()(
      'patch',
      'deployment',
      'frontend',
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/spec/replicas","value":2}]',
      ...guestbook,
    );
    await tenant()(
      'patch',
      'deployment',
      'frontend',
      '--type=merge',
      '-p',
      '{"metadata":{"annotations":{"note":"merged"}}}',
      ...guestbook,
    );
    await tenant()(
      'patch',
      'deployment',
      'frontend',
      '-p',
      '{"spec":{"template":{"spec":{"containers":[{"name":"guestbook-frontend","env":[{"name":"A","value":"1"}]}]}}}}',
      ...guestbook,
    );
    await tenant()('rollout', 'status', 'deployment', 'frontend', '--timeout=60s', ...guestbook);
    const history = await tenant()('rollout', 'history', 'deployment', 'frontend', ...guestbook);
    assert.match(history, /^3\s/m);
    assert.match(await watch, /Terminating|ContainerCreating|Pending/);
    await eventually(async () => {
      const copies = await list(
        host(),
        'pods',
        '--namespace',
        hostNamespace,
        '-l',
        'tier=frontend,app=guestbook,sublet.dev/namespace=guestbook',
      );
      assert.equal(copies.length, 2);
    });
  });

  test('config maps and secrets are on the host while a pod names them, and only then', async () => {
    await tenant()('create', 'namespace', 'settings');
    await tenant()('create', 'configmap', 'used', '--from-literal=a=1', '--namespace', 'settings');
    await tenant()('create', 'secret', 'generic', 'used', '--from-literal=b=2', '--namespace', 'settings');
    await tenant()('create', 'configmap', 'unused', '--from-literal=a=1', '--namespace', 'settings');
    const overrides = JSON.stringify({
      spec: {
        containers: [
          {
            name: 'reader',
            image: 'agnhost',
            envFrom: [{ configMapRef: { name: 'used' } }, { secretRef: { name: 'used' } }],
          },
        ],
      },
    });
    await tenant()('run', 'reader', '--image=agnhost', '--namespace', 'settings', `--overrides=${overrides}`);
    const copies = [
      '--namespace',
      hostNamespace,
      '-l',
      'sublet.dev/namespace=settings',
      '-o',
      'jsonpath={.items[*].metadata.annotations.sublet\\.dev/name}',
    ];
    await eventually(async () => {
      assert.deepEqual((await host()('get', 'configmaps', ...copies)).split(' ').toSorted(), [
        'kube-root-ca.crt',
        'used',
      ]);
      assert.ok((await host()('get', 'secrets', ...copies)).split(' ').includes('used'));
    });
    await tenant()('patch', 'configmap', 'used', '--namespace', 'settings', '-p', '{"data":{"a":"changed"}}');
    await eventually(async () => {
      assert.equal(
        await host()(
          'get',
          'configmap',
          'used-x-settings-x-demo',
          '--namespace',
          hostNamespace,
          '-o',
          'jsonpath={.data.a}',
        ),
        'changed',
      );
    });
    await tenant()('delete', 'pod', 'reader', '--namespace', 'settings');
    await eventually(async () => {
      assert.equal(await host()('get', 'configmaps', ...copies), '');
      assert.equal(await host()('get', 'secrets', ...copies), '');
    });
    namespaces.add('settings');
  });

  test('deletion empties the host namespace', async () => {
    for (const namespace of namespaces) await tenant()('delete', 'namespace', namespace, '--wait=false');
    await eventually(async () => {
      const left = (await tenant()('get', 'namespaces', '-o', 'name')).trim().split('\n');
      assert.deepEqual(left.toSorted(), [
        'namespace/default',
        'namespace/kube-node-lease',
        'namespace/kube-public',
        'namespace/kube-system',
      ]);
    });
    await eventually(async () => {
      const copies = await host()(
        'get',
        'pods,services,configmaps,secrets,persistentvolumeclaims',
        '--namespace',
        hostNamespace,
        '-l',
        'sublet.dev/tenant=demo,sublet.dev/namespace!=default',
        '-o',
        'name',
      );
      assert.equal(copies, '');
    });
  });
}
