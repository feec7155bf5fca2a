/**
 * Least privilege, on an upstream host with RBAC: for sets of switches, with just the derived Role a tenant's process does all that it is there for and is refused
 * nothing; and of the Role nothing is idle, so that any verb less would be missed. What it asks of the host is seen by a proxy in between.
 *
 * Not judged here: verbs by which users reach into running pods (they are used where users ask for it), and that reading is get, list and watch in one.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/api/object.ts';
import type { Client } from '../../src/client/client.ts';
import { clusterRules, hostRules, type HostRule } from '../../src/syncer/host-rules.ts';
import { kindsSwitchedOn, syncedKinds } from '../../src/syncer/kinds/synced-kinds.ts';
import { call, callKubeconfig, untilServing, type Caller } from '../bench/connection.ts';
import { placeOnHost, startNodes, tenantRole, type SubletProcess } from '../bench/sublet-process.ts';
import { startUpstreamHost, upstreamUnavailable, type UpstreamHost } from '../host/upstream.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { eventually, newStateFolder, removeStateFolder } from './sublet-up.ts';

const unavailable = upstreamUnavailable();
const program = join(import.meta.dirname, '../../dist/sublet.cjs');

const gvrs = {
  configmaps: { group: '', version: 'v1', resource: 'configmaps' },
  secrets: { group: '', version: 'v1', resource: 'secrets' },
  services: { group: '', version: 'v1', resource: 'services' },
  endpoints: { group: '', version: 'v1', resource: 'endpoints' },
  endpointslices: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' },
  persistentvolumeclaims: { group: '', version: 'v1', resource: 'persistentvolumeclaims' },
  ingresses: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' },
  networkpolicies: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
  poddisruptionbudgets: { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' },
  priorityclasses: { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' },
  storageclasses: { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' },
  serviceaccounts: { group: '', version: 'v1', resource: 'serviceaccounts' },
  pods: { group: '', version: 'v1', resource: 'pods' },
} as const;
type Plural = keyof typeof gvrs;

const address = (ip: string) => ({ addresses: [{ ip }], ports: [{ port: 80 }] });
const policy = { podSelector: {}, policyTypes: ['Ingress'] };
const backend = { service: { name: 'web', port: { number: 80 } } };

/** Of each kind an object, and the change of it (a merge patch) that its copy follows. */
const objects: Readonly<Record<Plural, readonly [object: KubeObject, change: object]>> = {
  configmaps: [object('v1', 'ConfigMap', 'conf', { data: { a: '1' } }), { data: { a: '2' } }],
  secrets: [object('v1', 'Secret', 'secret', { stringData: { a: '1' } }), { stringData: { a: '2' } }],
  services: [
    object('v1', 'Service', 'web', { spec: { ports: [{ port: 80 }] } }),
    { spec: { type: 'NodePort', ports: [{ port: 81 }] } },
  ],
  endpoints: [
    object('v1', 'Endpoints', 'web', { subsets: [address('192.0.2.1')] }),
    { subsets: [address('192.0.2.2')] },
  ],
  endpointslices: [
    {
      ...object('discovery.k8s.io/v1', 'EndpointSlice', 'web-slice', {
        addressType: 'IPv4',
        endpoints: [{ addresses: ['192.0.2.1'] }],
      }),
      metadata: { name: 'web-slice', labels: { 'kubernetes.io/service-name': 'web' } },
    },
    { endpoints: [{ addresses: ['192.0.2.2'] }] },
  ],
  persistentvolumeclaims: [
    object('v1', 'PersistentVolumeClaim', 'data', {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } } },
    }),
    { metadata: { labels: { tier: 'back' } } },
  ],
  ingresses: [
    object('networking.k8s.io/v1', 'Ingress', 'web', { spec: { defaultBackend: backend } }),
    { metadata: { labels: { tier: 'back' } } },
  ],
  networkpolicies: [
    object('networking.k8s.io/v1', 'NetworkPolicy', 'none', { spec: policy }),
    { metadata: { labels: { tier: 'back' } } },
  ],
  poddisruptionbudgets: [
    object('policy/v1', 'PodDisruptionBudget', 'web', {
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    }),
    { metadata: { labels: { tier: 'back' } } },
  ],
  priorityclasses: [
    object('scheduling.k8s.io/v1', 'PriorityClass', 'urgent', { value: 10 }),
    { description: 'more so' },
  ],
  storageclasses: [
    object('storage.k8s.io/v1', 'StorageClass', 'fast', { provisioner: 'nobody.example/none' }),
    { allowVolumeExpansion: true },
  ],
  serviceaccounts: [object('v1', 'ServiceAccount', 'robot', {}), { metadata: { annotations: { cloud: 'role' } } }],
  pods: [
    object('v1', 'Pod', 'web', {
      spec: {
        terminationGracePeriodSeconds: 0,
        readinessGates: [{ conditionType: 'gates.example/ok' }],
        containers: [{ name: 'c', image: 'c:1', resources: { requests: { cpu: '10m' } } }],
        volumes: [
          { name: 'conf', configMap: { name: 'conf' } },
          { name: 'secret', secret: { secretName: 'secret' } },
        ],
      },
    }),
    { metadata: { labels: { tier: 'back' } } },
  ],
};
const clusterScoped: ReadonlySet<string> = new Set(['priorityclasses', 'storageclasses']);

/** Users' ways into what runs, and figures that the host may not have. */
const connecting = /^\S* (pods\/(log|exec|attach|portforward|proxy)|services\/proxy) |^metrics\.k8s\.io /;

const plurals = syncedKinds.map(({ gvr }) => gvr.resource);
/** The usual, everything, and some by themselves: rights are joined by kind, so that what holds for these holds for their combinations. */
const switches: readonly (readonly string[])[] = [
  ['*'],
  ['*', ...plurals],
  ['pods'],
  ['services'],
  ['configmaps'],
  ['ingresses', 'networkpolicies'],
];

if (unavailable !== undefined) {
  test('least privilege', { skip: unavailable }, () => undefined);
} else {
  let cluster: UpstreamHost;
  let nodes: SubletProcess;
  let host: Caller<'host'>;
  let folder: string;

  before(async () => {
    cluster = await startUpstreamHost({ controllers: true });
    nodes = startNodes(program, cluster.kubeconfig);
    await nodes.ready;
    host = await callKubeconfig('host', cluster.kubeconfig);
    folder = await newStateFolder();
  });

  after(async () => {
    host.close();
    await nodes.stop();
    await cluster.stop();
    await removeStateFolder(folder);
  });

  for (const [index, sync] of switches.entries()) {
    test(`--sync ${sync.join()}: the Role is enough, and nothing of it is idle`, async () => {
      const kinds = kindsSwitchedOn(sync);
      const name = `t${index}`;
      const place = await placeOnHost(host.client, host.connection, name, { kinds });
      const proxy = await startFaultProxy(host.connection);
      const connection = {
        ...place.connection,
        server: proxy.server,
        certificateAuthority: proxy.certificateAuthority,
      };
      const role = await tenantRole(join(folder, name), name, { ...place, connection }, { sync });
      const running = role.start(program);
      const tenant = call('tenant', role.connection);
      try {
        await running.ready;
        await untilServing(role.connection, running.assertRunning);
        const granted = rightsOf([...hostRules(kinds), ...clusterRules([], {}, kinds)]);
        await live(
          tenant.client,
          host.client,
          place.hostNamespace,
          kinds.map(({ gvr }) => gvr.resource),
        );
        await eventually(async () => {
          const used = new Set(proxy.seen.flatMap(rightUsed));
          assert.deepEqual(
            granted.filter((right) => !used.has(right)),
            [],
            'granted, and not used',
          );
        }, 60_000);
        assert.deepEqual(proxy.refused, [], 'refused');
      } finally {
        tenant.close();
        await running.stop();
        await proxy.stop();
      }
    });
  }
}

/** A tenant's life: of each kind something is made, changed, deleted, and is there again. */
async function live(
  tenant: Client<'tenant'>,
  host: Client<'host'>,
  hostNamespace: string,
  on: readonly string[],
): Promise<void> {
  const resource = (plural: Plural) => tenant.resource(gvrs[plural], clusterScoped.has(plural) ? undefined : 'default');
  const copiesOf = async (plural: Plural): Promise<readonly KubeObject[]> => {
    const inNamespace = clusterScoped.has(plural) ? undefined : hostNamespace;
    const { items } = await host.resource(gvrs[plural], inNamespace).list({ labelSelector: 'sublet.dev/tenant' });
    const { name } = objects[plural][0].metadata;
    return items.filter(
      ({ metadata }) =>
        metadata.annotations?.['sublet.dev/name'] === name &&
        metadata.annotations?.['sublet.dev/uid'] &&
        metadata.annotations['sublet.dev/purpose'] === undefined,
    );
  };
  await eventually(() =>
    tenant.resource({ group: '', version: 'v1', resource: 'serviceaccounts' }, 'default').get('default'),
  );
  const all = Object.keys(objects) as Plural[];
  for (const plural of all) await resource(plural).create(objects[plural][0]);
  const copied = all.filter((plural) => on.includes(plural) && !(plural === 'endpoints' && !on.includes('services')));
  for (const plural of copied) await eventually(async () => assert.equal((await copiesOf(plural)).length, 1, plural));
  for (const plural of all)
    await eventually(() => resource(plural).patch(objects[plural][0].metadata.name ?? '', 'merge', objects[plural][1]));
  if (on.includes('pods')) await touchPod(tenant, host, hostNamespace);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  for (const plural of all.toReversed())
    await resource(plural).delete(objects[plural][0].metadata.name ?? '', { gracePeriodSeconds: 0 });
  for (const plural of copied) await eventually(async () => assert.equal((await copiesOf(plural)).length, 0, plural));
  // Under the name of one that was there: its copy makes room.
  await eventually(() => resource('services').create(objects.services[0]));
}

/** What is done to a pod while it is there, and what its tokens need. */
async function touchPod(tenant: Client<'tenant'>, host: Client<'host'>, hostNamespace: string): Promise<void> {
  const pods = tenant.resource(gvrs.pods, 'default');
  await eventually(async () => assert.match(JSON.stringify((await pods.get('web'))['status']), /"phase":"Running"/));
  await pods.patch(
    'web',
    'strategic',
    { spec: { ephemeralContainers: [{ name: 'shell', image: 's:1' }] } },
    { subresource: 'ephemeralcontainers' },
  );
  await pods.patch(
    'web',
    'strategic',
    { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '20m' } } }] } },
    { subresource: 'resize' },
  );
  await pods.patch(
    'web',
    'strategic',
    { status: { conditions: [{ type: 'gates.example/ok', status: 'True' }] } },
    { subresource: 'status' },
  );
  const secrets = host.resource(gvrs.secrets, hostNamespace);
  await eventually(async () => {
    const { items } = await secrets.list({ labelSelector: 'sublet.dev/tenant' });
    const tokens = items.find(({ metadata }) => metadata.annotations?.['sublet.dev/purpose'] === 'pod-tokens');
    assert.ok(tokens);
    const annotations = { 'sublet.dev/renew-at': '2020-01-01T00:00:00Z' };
    await secrets.patch(tokens.metadata.name ?? '', 'merge', { metadata: { annotations } });
  });
}

/** `group resource verb`, reading in one. */
function rightsOf(rules: readonly HostRule[]): readonly string[] {
  const rights = rules.flatMap(({ apiGroups, resources, verbs }) =>
    verbs.map((verb) => `${apiGroups.join()} ${resources.join()} ${verb}`),
  );
  return [
    ...new Set(
      rights.filter((right) => !connecting.test(right)).map((right) => right.replace(/ (get|list|watch)$/, ' read')),
    ),
  ];
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function rightUsed({ method, url }: FaultProxy['seen'][number]): readonly string[] {
  const { pathname } = new URL(url, 'https://host');
  const [, group = '', plural = '', subresource] =
    /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/(?:namespaces\/[^/]+\/)?([a-z]+)(?:\/[^/]+(?:\/([a-z]+))?)?$/.exec(
      pathname,
    ) ?? [];
  return [`${group} ${subresource === undefined ? plural : `${plural}/${subresource}`} ${verbs[method] ?? method}`];
}

function object(apiVersion: string, kind: string, name: string, content: object): KubeObject {
  return { apiVersion, kind, metadata: { name }, ...content };
}
