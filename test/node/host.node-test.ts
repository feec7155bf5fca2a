/** What a host with a real node can do by itself: whatever a tenant's test relies on. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { eventually, type Kubectl } from '../e2e/sublet-up.ts';
import {
  agnhost,
  applyObjects,
  busybox,
  fetchText,
  nodeClusterUnavailable,
  useNodeCluster,
  webServer,
  type NodeHost,
} from './node-cluster.ts';
import { pod, service, smallClaim } from './manifests.ts';

const unavailable = nodeClusterUnavailable();
const namespace = 'host-tests';

if (unavailable !== undefined) {
  test('a host with a node', { skip: unavailable }, () => undefined);
} else {
  let host: NodeHost;
  let kubectl: Kubectl;

  before(async () => {
    host = await useNodeCluster();
    kubectl = (...args) => host.kubectl('--namespace', namespace, ...args);
    await host.kubectl('create', 'namespace', namespace);
    await eventually(() => kubectl('get', 'serviceaccount', 'default'));
    await applyObjects(kubectl, host.folder, [
      pod(namespace, 'client', { image: agnhost, args: ['pause'] }),
      pod(namespace, 'web', { image: webServer, ports: [{ containerPort: 80, hostPort: 8080 }] }),
      service(namespace, 'web', { type: 'NodePort' }),
    ]);
    await kubectl('wait', '--for=condition=Ready', 'pod/client', 'pod/web', '--timeout=120s');
  });

  after(async () => {
    await host.kubectl('delete', 'namespace', namespace, '--timeout=120s');
    await host.stop();
  });

  const connects = (target: string): Promise<string> =>
    kubectl('exec', 'client', '--', '/agnhost', 'connect', target, '--timeout=2s');

  test('the node is ready, and what runs on it is what it says', async () => {
    const node = JSON.parse(await kubectl('get', 'node', 'node1', '-o', 'json'));
    const ready = node.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
    assert.equal(ready.status, 'True');
    assert.equal(node.status.nodeInfo.kubeletVersion, 'v1.36.3');
    assert.match(node.status.nodeInfo.containerRuntimeVersion, /^containerd:/);
  });

  test('a pod prints, and a command in it runs', async () => {
    await applyObjects(kubectl, host.folder, [
      pod(namespace, 'speaker', { image: busybox, command: ['sh', '-c', 'echo said; sleep 1000'] }),
    ]);
    await kubectl('wait', '--for=condition=Ready', 'pod/speaker', '--timeout=60s');
    assert.equal(await eventually(() => kubectl('logs', 'speaker')), 'said\n');
    assert.match(await kubectl('exec', 'speaker', '--', 'ps'), /^\s*1 root\s+sleep 1000$/m);
  });

  test('names of services lead to them', async () => {
    assert.match(
      await kubectl('exec', 'client', '--', 'nslookup', `web.${namespace}.svc.cluster.local`),
      /Address: 10\.203\./,
    );
    assert.equal(await kubectl('exec', 'client', '--', 'curl', '-sS', '-m5', 'http://web/hostname'), 'web');
  });

  test('processes of the machine reach pods and services, and both by ports of the node', async () => {
    const address = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
    assert.equal(await eventually(() => fetchText(`http://${address}/hostname`)), 'web');
    const podAddress = await kubectl('get', 'pod', 'web', '-o', 'jsonpath={.status.podIP}');
    const nodePort = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.ports[0].nodePort}');
    for (const target of [podAddress, `${host.nodeAddress}:8080`, `${host.nodeAddress}:${nodePort}`]) {
      assert.equal(await eventually(() => fetchText(`http://${target}/hostname`)), 'web', target);
    }
  });

  test('pods reach what listens on the machine at hostAddress', async () => {
    const server = createServer((_, response) => response.end('the machine'));
    await new Promise<void>((resolve) => server.listen(0, host.hostAddress, resolve));
    // It listens, so it has an address.
    const { port } = server.address() as AddressInfo;
    const url = `http://${host.hostAddress}:${port}/`;
    assert.equal(await kubectl('exec', 'client', '--', 'curl', '-sS', '-m5', url), 'the machine');
    server.close();
  });

  test('the API server reaches pods and services', async () => {
    const path = `/api/v1/namespaces/${namespace}/services/web:80/proxy/hostname`;
    assert.equal(await kubectl('get', '--raw', path), 'web');
  });

  test('network policies are enforced, and their end is', async () => {
    const address = await kubectl('get', 'pod', 'web', '-o', 'jsonpath={.status.podIP}');
    await connects(`${address}:80`);
    await applyObjects(kubectl, host.folder, [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'closed', namespace },
        spec: {
          podSelector: { matchLabels: { name: 'web' } },
          ingress: [{ from: [{ podSelector: { matchLabels: { friend: 'yes' } } }] }],
        },
      },
    ]);
    await eventually(() => assert.rejects(connects(`${address}:80`), /TIMEOUT/));
    await kubectl('label', 'pod', 'client', 'friend=yes');
    await eventually(() => connects(`${address}:80`));
    await kubectl('label', 'pod', 'client', 'friend-');
    await eventually(() => assert.rejects(connects(`${address}:80`), /TIMEOUT/));
    await kubectl('delete', 'networkpolicy', 'closed');
    await eventually(() => connects(`${address}:80`));
  });

  test('a claim gets a volume, which outlives the pod', async () => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const worker = (name: string, command: string): object => {
      const volumeMounts = [{ name: 'data', mountPath: '/data' }];
      return pod(namespace, name, { image: busybox, command: ['sh', '-c', command], volumeMounts }, { volumes });
    };
    const metadata = { name: 'data', namespace };
    await applyObjects(kubectl, host.folder, [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: smallClaim },
      worker('first', 'echo kept > /data/file'),
    ]);
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/first', '--timeout=60s');
    await kubectl('delete', 'pod', 'first');
    await applyObjects(kubectl, host.folder, [worker('second', 'cat /data/file')]);
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/second', '--timeout=60s');
    assert.equal(await kubectl('logs', 'second'), 'kept\n');
  });

  test('kubectl top tells what the pods use', async () => {
    assert.match(await eventually(() => kubectl('top', 'pod', 'web')), /^web\s+\d+m\s+\d+Mi/m);
    assert.match(await kubectl('top', 'node'), /^node1\s+\d+m/m);
  });
}
