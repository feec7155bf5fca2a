/** What a pod finds of its cluster, read from its copy on the host: the API by address and by name, services, names, labels. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkServerIdentity } from 'node:tls';
import type { Stage } from './first-light.ts';
import { eventually } from './sublet-up.ts';

const namespace = 'inside';
const downward = [
  { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
  { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
];
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace, labels: { app: 'web' } },
  spec: {
    subdomain: 'db',
    initContainers: [{ name: 'init', image: 'init' }],
    containers: [{ name: 'web', image: 'web', env: [{ name: 'URL', value: 'https://$(KUBERNETES_SERVICE_HOST)' }] }],
    volumes: [{ name: 'self', downwardAPI: { items: downward } }],
  },
};
const db = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'my-db', namespace },
  spec: { selector: { app: 'db' }, ports: [{ name: 'sql', port: 5432 }] },
};

interface Env {
  readonly name: string;
  readonly value?: string;
}

interface Copy {
  readonly metadata: { readonly annotations: Record<string, string>; readonly resourceVersion: string };
  readonly spec: {
    readonly containers: readonly { readonly env?: readonly Env[] }[];
    readonly initContainers: readonly { readonly env?: readonly Env[] }[];
    readonly hostname?: string;
    readonly subdomain?: string;
    readonly hostAliases?: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
    readonly volumes: readonly {
      readonly name: string;
      readonly projected?: { readonly sources: readonly { readonly secret?: { readonly name: string } }[] };
      readonly downwardAPI?: { readonly items: readonly { readonly fieldRef: { readonly fieldPath: string } }[] };
    }[];
  };
}

export function testInCluster({ tenant, host, folder, hostNamespace }: Stage): void {
  const onHost = ['--namespace', hostNamespace];
  const apiCopy = 'kubernetes-x-default-x-demo';
  const addressOf = (kubectl: Stage['tenant'], name: string, ...where: readonly string[]): Promise<string> =>
    kubectl()('get', 'service', name, ...where, '-o', 'jsonpath={.spec.clusterIP}');
  const copyOf = async (name: string): Promise<Copy> =>
    JSON.parse(await host()('get', 'pod', `${name}-x-${namespace}-x-demo`, ...onHost, '-o', 'json'));

  test('the API has an address of the host, and leads to the tenant’s process', async () => {
    const address = await addressOf(tenant, 'kubernetes');
    assert.match(address, /^\d+\.\d+\.\d+\.\d+$/);
    assert.equal(await addressOf(host, apiCopy, ...onHost), address);
    await eventually(async () => {
      const path = 'jsonpath={.endpoints[0].addresses[0]}:{.ports[0].port}';
      const inTenant = await tenant()('get', 'endpointslice', 'kubernetes', '-o', path);
      assert.equal(await host()('get', 'endpointslice', apiCopy, ...onHost, '-o', path), inTenant);
      assert.equal(inTenant.split(':')[1], portOf(folder()));
    });
  });

  test('a pod is told of its services and its API, and calls itself as in its tenant', async () => {
    await tenant()('create', 'namespace', namespace);
    const file = join(folder(), 'inside.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [db, pod] }));
    await tenant()('apply', '-f', file);
    const copy = await eventually(() => copyOf('web'));
    const address = await addressOf(tenant, 'kubernetes');
    const { containers, initContainers, hostname, subdomain, hostAliases } = copy.spec;
    for (const container of [...containers, ...initContainers]) {
      const env = new Map(container.env?.map(({ name, value }) => [name, value]));
      assert.equal(env.get('KUBERNETES_SERVICE_HOST'), address);
      assert.equal(env.get('KUBERNETES_SERVICE_PORT'), '443');
      assert.equal(env.get('MY_DB_SERVICE_HOST'), await addressOf(tenant, 'my-db', '--namespace', namespace));
      assert.equal(env.get('MY_DB_SERVICE_PORT_SQL'), '5432');
    }
    assert.equal(containers[0]?.env?.at(-1)?.name, 'URL', 'its own variables come last');
    assert.deepEqual([hostname, subdomain], ['web', undefined]);
    assert.deepEqual(hostAliases, [
      {
        ip: address,
        hostnames: ['kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'],
      },
    ]);
  });

  test('what stands in a pod is enough to ask the API, by its address and by its names', async () => {
    const { volumes } = (await copyOf('web')).spec;
    const sources = volumes.flatMap(({ projected }) => projected?.sources ?? []);
    const secret = sources.find((source) => source.secret)?.secret?.name ?? '';
    const tokens = await host()('get', 'secret', secret, ...onHost, '-o', 'json');
    const [encoded = ''] = Object.values<string>(JSON.parse(tokens).data);
    const token = Buffer.from(encoded, 'base64').toString();
    const configMap = `kube-root-ca.crt-x-${namespace}-x-demo`;
    const rootCertificate = await host()('get', 'configmap', configMap, ...onHost, '-o', 'jsonpath={.data.ca\\.crt}');
    const names = ['kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
    for (const name of [await addressOf(tenant, 'kubernetes'), ...names]) {
      // The certificate is made anew when the address is known.
      const answer = await eventually(() => whoAmI(Number(portOf(folder())), name, rootCertificate, token));
      assert.match(answer, /system:serviceaccount:inside:default/);
    }
  });

  test('labels and annotations are the tenant’s own, as they are now', async () => {
    const { volumes } = (await copyOf('web')).spec;
    const paths = volumes
      .find(({ name }) => name === 'self')
      ?.downwardAPI?.items.map(({ fieldRef }) => fieldRef.fieldPath);
    assert.deepEqual(paths, [
      "metadata.annotations['sublet.dev/labels']",
      "metadata.annotations['sublet.dev/annotations']",
    ]);
    await tenant()('label', 'pod', 'web', 'tier=front', '--namespace', namespace);
    await tenant()('annotate', 'pod', 'web', 'note=two words', '--namespace', namespace);
    await eventually(async () => {
      const { annotations } = (await copyOf('web')).metadata;
      assert.equal(annotations['sublet.dev/labels'], 'app="web"\ntier="front"');
      assert.match(annotations['sublet.dev/annotations'] ?? '', /^note="two words"$/m);
      assert.doesNotMatch(annotations['sublet.dev/annotations'] ?? '', /sublet/);
    });
  });

  test('a service that comes later changes no pod', async () => {
    const { resourceVersion } = (await copyOf('web')).metadata;
    await tenant()('create', 'service', 'clusterip', 'late', '--tcp=80', '--namespace', namespace);
    await tenant()('run', 'later', '--image=web', '--namespace', namespace);
    const later = await eventually(() => copyOf('later'));
    assert.ok(later.spec.containers[0]?.env?.some(({ name }) => name === 'LATE_SERVICE_HOST'));
    assert.equal((await copyOf('web')).metadata.resourceVersion, resourceVersion);
  });

  test('who wants no links is told of the API only', async () => {
    const spec = { enableServiceLinks: false };
    await tenant()('run', 'alone', '--image=web', '--namespace', namespace, `--overrides=${JSON.stringify({ spec })}`);
    const alone = await eventually(() => copyOf('alone'));
    const told = alone.spec.containers[0]?.env?.map(({ name }) => name) ?? [];
    assert.ok(told.includes('KUBERNETES_SERVICE_HOST'));
    assert.deepEqual(
      told.filter((name) => !name.startsWith('KUBERNETES_')),
      [],
    );
  });

  test('the API’s Service comes back when somebody deletes it, with its address', async () => {
    const address = await addressOf(tenant, 'kubernetes');
    await tenant()('delete', 'service', 'kubernetes');
    await eventually(async () => assert.equal(await addressOf(tenant, 'kubernetes'), address));
    await eventually(async () => assert.equal(await addressOf(host, apiCopy, ...onHost), address));
  });

  test('where it leads is set right when somebody changes or deletes that', async () => {
    const path = 'jsonpath={.endpoints[0].addresses[0]}';
    const leadsTo = (kubectl: Stage['tenant'], name: string, ...where: readonly string[]): Promise<string> =>
      kubectl()('get', 'endpointslice', name, ...where, '-o', path);
    const before = await leadsTo(tenant, 'kubernetes');
    const elsewhere = JSON.stringify({ endpoints: [{ addresses: ['192.0.2.99'] }] });
    await tenant()('patch', 'endpointslice', 'kubernetes', '--type=merge', '-p', elsewhere);
    await eventually(async () => assert.equal(await leadsTo(tenant, 'kubernetes'), before));
    await tenant()('delete', 'endpointslice,endpoints', 'kubernetes');
    await eventually(async () => assert.equal(await leadsTo(tenant, 'kubernetes'), before));
    await eventually(() => tenant()('get', 'endpoints', 'kubernetes'));
    await eventually(async () => assert.equal(await leadsTo(host, apiCopy, ...onHost), before));
    await tenant()('delete', 'namespace', namespace, '--timeout=60s');
  });
}

function portOf(folder: string): string {
  const text = readFileSync(join(folder, 'tenants/demo.kubeconfig'), 'utf8');
  return /server: \S+:(\d+)/.exec(text)?.[1] ?? '';
}

/** As a pod would ask, but that the host's proxy of services is passed by. */
function whoAmI(port: number, name: string, ca: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const review = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
    const call = request(
      {
        host: '127.0.0.1',
        port,
        ca,
        agent: false,
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      },
    );
    call.once('error', reject);
    call.end(review);
  });
}
