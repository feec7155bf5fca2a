import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { KubeObject } from '../../api/object.ts';
import { markOn, nameOn } from '../../api/side.ts';
import type { InCluster } from './in-cluster.ts';
import { copyPod, updatedPodCopy, type PodContext } from './pod.ts';
import { viewPod } from './pod-view.ts';

const goldens = new URL('../../../test/golden/pods/', import.meta.url);

const context: PodContext = {
  place: { tenant: 'demo', hostNamespace: nameOn('host', 'sublet-demo') },
  namespacesSelectedBy: (selector) => (selector.matchLabels?.['tier'] === 'back' ? [nameOn('tenant', 'back')] : []),
};

function read(path: string): KubeObject {
  // A golden file holds one object.
  return parse(readFileSync(new URL(path, goldens), 'utf8')) as KubeObject;
}

/** The digest of what may change is an internal matter: goldens leave it out. */
function withoutDigest(object: KubeObject): unknown {
  const { ['sublet.dev/changeable']: digest, ...annotations } = object.metadata.annotations ?? {};
  assert.match(digest ?? '', /^[0-9a-f]{16}$/);
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** What a tenant with a DNS and a service tells its pods. */
const told: InCluster = {
  dns: { nameservers: ['10.96.0.53'], clusterDomain: 'cluster.local' },
  servicesIn: (namespace) =>
    namespace === 'default' ? [service('default', 'kubernetes', 443)] : [service(namespace, 'my-db', 5432)],
  keysOf: (kind, namespace, name) =>
    `${kind}/${namespace}/${name}` === 'configmaps/front/settings' ? ['MY_DB_PORT'] : [],
};

function service(namespace: string, name: string, port: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { clusterIP: '10.96.0.1', ports: [{ port }] },
  };
}

for (const name of readdirSync(goldens)) {
  test(`golden: ${name}`, () => {
    const copy = copyPod(
      name === 'in-cluster' ? { ...context, inCluster: told } : context,
      markOn('tenant', read(`${name}/tenant.yaml`)),
    );
    assert.deepEqual(withoutDigest(copy), read(`${name}/host.yaml`));
  });
}

function pod(change: (pod: KubeObject, container: Record<string, unknown>) => void = () => undefined) {
  const container = { name: 'web', image: 'web:1' };
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1', labels: { app: 'web' } },
    spec: { containers: [container] },
  };
  change(object, container);
  return copyPod(context, markOn('tenant', object));
}

test('a copy that is up to date stays the same object', () => {
  const copy = pod();
  assert.equal(updatedPodCopy(copy, pod()), copy);
});

test('a new image in the tenant goes to the host', () => {
  const updated = updatedPodCopy(
    pod(),
    pod((_pod, container) => (container['image'] = 'web:2')),
  );
  assert.deepEqual(updated['spec'], { ...(pod()['spec'] as object), containers: [{ name: 'web', image: 'web:2' }] });
});

test('what the host changed stays: an injected container, a renamed image, a label, a toleration', () => {
  const mutated = markOn('host', {
    ...structuredClone(pod()),
    spec: {
      containers: [
        { name: 'web', image: 'mirror/web:1' },
        { name: 'mesh', image: 'mesh:1' },
      ],
      tolerations: [{ operator: 'Exists' }],
    },
  });
  mutated.metadata.labels = { ...mutated.metadata.labels, mesh: 'on' };
  assert.equal(updatedPodCopy(mutated, pod()), mutated);
  const relabelled = updatedPodCopy(
    mutated,
    pod((changed) => (changed.metadata.labels = { tier: 'front' })),
  );
  assert.deepEqual(relabelled['spec'], mutated['spec']);
  assert.equal(relabelled.metadata.labels?.['mesh'], 'on');
  assert.equal(relabelled.metadata.labels?.['app'], undefined);
  assert.equal(relabelled.metadata.labels?.['tier'], 'front');
});

test('where service accounts have copies, a pod is its own on the host; elsewhere it is nobody', () => {
  const account = (serviceAccountName: string, accountsOnHost: boolean) => {
    const spec = { containers: [{ name: 'a', image: 'a' }], serviceAccountName };
    const metadata = { name: 'web', namespace: 'shop', uid: 'u1' };
    const pod = markOn('tenant', { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    const copy = copyPod({ ...context, accountsOnHost }, pod);
    assert.equal(viewPod(copy).spec['automountServiceAccountToken'], false);
    return viewPod(copy).spec.serviceAccountName;
  };
  assert.equal(account('deployer', true), 'deployer-x-shop-x-demo');
  assert.equal(account('deployer', false), undefined);
});
