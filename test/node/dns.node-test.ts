/** One name server for the pods of two tenants, asked by real pods over a real network: each knows its own names and nothing of the other. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../e2e/sublet-up.ts';
import { applyObjects, busybox, nodeClusterUnavailable, useNodeCluster, type NodeHost } from './node-cluster.ts';
import { startNodeTenant, type NodeTenant } from './node-tenant.ts';

const unavailable = nodeClusterUnavailable();
const zone = 'svc.cluster.local';

if (unavailable !== undefined) {
  test("pods of two tenants and their tenants' DNS", { skip: unavailable }, () => undefined);
} else {
  let host: NodeHost;
  let first: NodeTenant;
  let second: NodeTenant;

  before(async () => {
    host = await useNodeCluster();
    // The first has the server, for both.
    first = await startNodeTenant(host, { name: 'names-a', args: ['--dns', `${host.hostAddress}:53`] });
    second = await startNodeTenant(host, { name: 'names-b', args: ['--cluster-dns', host.hostAddress] });
    for (const tenant of [first, second]) {
      await eventually(() => tenant.kubectl('get', 'serviceaccount', 'default'));
      await applyObjects(tenant.kubectl, host.folder, [...database, asker]);
      await tenant.kubectl('create', 'service', 'clusterip', `only-${tenant.name}`, '--tcp=80');
      await tenant.kubectl(
        'create',
        'service',
        'externalname',
        'alias',
        `--external-name=only-${tenant.name}.default.${zone}`,
      );
    }
    for (const tenant of [first, second]) {
      await tenant.kubectl('rollout', 'status', 'statefulset/db', '--timeout=180s');
      await tenant.kubectl('wait', 'pod/asker', '--for=condition=Ready', '--timeout=180s');
    }
  });

  after(async () => {
    await second?.stop();
    await first?.stop();
    await host?.stop();
  });

  /** What busybox' `nslookup` in the tenant's pod prints. It exits with 1 where there is nothing. */
  function lookUp(tenant: NodeTenant, type: string, name: string): Promise<string> {
    return inPod(tenant, `nslookup -type=${type} ${name} ${host.hostAddress} 2>&1 || true`);
  }

  function inPod(tenant: NodeTenant, command: string): Promise<string> {
    const copy = `asker-x-default-x-${tenant.name}`;
    return host.kubectl('exec', '--namespace', tenant.hostNamespace, copy, '--', 'sh', '-c', command);
  }

  /** Addresses, names, ports; or why there are none. */
  async function found(tenant: NodeTenant, type: string, name: string): Promise<readonly string[]> {
    const said = await lookUp(tenant, type, name);
    // What comes first is the server's own address.
    const answer = said.split('\n').slice(2).join('\n');
    return [...answer.matchAll(/(?:^Address:|name =|service =|can't find \S+:)\s*(.+?)\s*$/gm)].map(
      (match) => match[1] ?? '',
    );
  }

  const clusterIp = (tenant: NodeTenant, service: string): Promise<string> =>
    tenant.kubectl('get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}');
  const podIp = (tenant: NodeTenant, pod: string): Promise<string> =>
    tenant.kubectl('get', 'pod', pod, '-o', 'jsonpath={.status.podIP}');

  const pairs = (): readonly (readonly [NodeTenant, NodeTenant])[] => [
    [first, second],
    [second, first],
  ];

  test('a pod finds its own services: by short name and whole, as an alias, and back from the address', async () => {
    for (const [own] of pairs()) {
      const service = `only-${own.name}`;
      const ip = await clusterIp(own, service);
      await eventually(async () => assert.deepEqual(await found(own, 'a', `${service}.default.${zone}`), [ip]));
      assert.deepEqual(await found(own, 'a', `alias.default.${zone}`), [`${service}.default.${zone}`, ip]);
      assert.deepEqual(await found(own, 'ptr', reverse(ip)), [`${service}.default.${zone}`]);
      // As its resolv.conf says: by whom to ask, and where to search.
      assert.match(
        await inPod(own, `nslookup -type=a ${service} 2>&1 || true`),
        new RegExp(`^Address:\\s*${ip}$`, 'm'),
      );
    }
  });

  test('a pod finds the pods of its StatefulSet by their names, with their ports', async () => {
    for (const [own] of pairs()) {
      const ip = await podIp(own, 'db-0');
      await eventually(async () => assert.deepEqual(await found(own, 'a', `db-0.db.default.${zone}`), [ip]));
      assert.deepEqual(await found(own, 'a', `db.default.${zone}`), [ip]);
      assert.deepEqual(await found(own, 'srv', `_http._tcp.db.default.${zone}`), [`0 100 80 db-0.db.default.${zone}`]);
      assert.deepEqual(await found(own, 'ptr', reverse(ip)), [`db-0.db.default.${zone}`]);
    }
  });

  test('kubernetes.default is the API of its own tenant', async () => {
    for (const [own] of pairs())
      await eventually(async () =>
        assert.deepEqual(await found(own, 'a', `kubernetes.default.${zone}`), [await clusterIp(own, 'kubernetes')]),
      );
  });

  test('a pod finds nothing of the other tenant, nor of the host', async () => {
    for (const [own, other] of pairs()) {
      const foreign = `only-${other.name}`;
      const names = [
        `${foreign}.default.${zone}`,
        `${foreign}-x-default-x-${other.name}.${other.hostNamespace}.${zone}`,
      ];
      for (const name of [...names, `kube-dns.kube-system.${zone}`])
        assert.deepEqual(await found(own, 'a', name), ['NXDOMAIN'], name);
      for (const ip of [await clusterIp(other, foreign), await podIp(other, 'db-0')])
        assert.deepEqual(await found(own, 'ptr', reverse(ip)), ['NXDOMAIN'], ip);
    }
  });

  test('who is not a pod of a tenant is refused: a pod of the host', async () => {
    const pod = { ...asker, metadata: { name: 'stranger', namespace: 'default' } };
    await applyObjects(host.kubectl, host.folder, [pod]);
    await host.kubectl('wait', 'pod/stranger', '--for=condition=Ready', '--timeout=180s');
    const command = `nslookup -type=a kubernetes.default.${zone} ${host.hostAddress} 2>&1 || true`;
    assert.match(await host.kubectl('exec', 'stranger', '--', 'sh', '-c', command), /: REFUSED/);
    await host.kubectl('delete', 'pod', 'stranger', '--wait=false');
  });
}

function reverse(ip: string): string {
  return `${ip.split('.').toReversed().join('.')}.in-addr.arpa`;
}

const asker = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'asker' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'asker', image: busybox, command: ['sleep', '100000'] }],
  },
};

const database = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'db' },
    spec: { clusterIP: 'None', selector: { app: 'db' }, ports: [{ name: 'http', port: 80 }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: {
      serviceName: 'db',
      replicas: 1,
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'db', image: busybox, command: ['sleep', '100000'] }],
        },
      },
    },
  },
];
