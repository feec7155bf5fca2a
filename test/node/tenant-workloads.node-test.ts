/** What a tenant's users run, on real containers: the usual kinds of workloads, and what their pods find in themselves. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, type Kubectl } from '../e2e/sublet-up.ts';
import { pod, podSpec, service, smallClaim, workload } from './manifests.ts';
import {
  agnhost,
  applyObjects,
  busybox,
  nodeClusterUnavailable,
  useNodeCluster,
  webServer,
  type NodeHost,
} from './node-cluster.ts';
import { startNodeTenant, type NodeTenant } from './node-tenant.ts';

const unavailable = nodeClusterUnavailable();
const namespace = 'shop';

if (unavailable !== undefined) {
  test('a tenant on a host with a node', { skip: unavailable }, () => undefined);
} else {
  let host: NodeHost;
  let tenant: NodeTenant;
  let kubectl: Kubectl;

  const apply = (...objects: readonly object[]): Promise<void> => applyObjects(kubectl, host.folder, objects);
  const rollout = (what: string): Promise<string> => kubectl('rollout', 'status', what, '--timeout=120s');
  const field = (what: string, path: string): Promise<string> =>
    kubectl('get', ...what.split(' '), '-o', `jsonpath=${path}`);
  /** Its own words, as the kubelet on the host knows them. */
  const hostLogs = (copy: string): Promise<string> => host.kubectl('logs', '--namespace', tenant.hostNamespace, copy);
  const copyOf = (name: string): string => `${name}-x-${namespace}-x-${tenant.name}`;
  /** Runs a shell command in a container of the tenant's pod, at the host. */
  const inPod = (name: string, command: string): Promise<string> =>
    host.kubectl('exec', '--namespace', tenant.hostNamespace, copyOf(name), '--', 'sh', '-c', command);

  before(async () => {
    host = await useNodeCluster();
    tenant = await startNodeTenant(host, { name: 'workloads', args: ['--sync', '*,networkpolicies'] });
    kubectl = (...args) => tenant.kubectl('--namespace', namespace, ...args);
    await tenant.kubectl('create', 'namespace', namespace);
    await eventually(() => kubectl('get', 'serviceaccount', 'default'));
    await apply(pod(namespace, 'client', { image: agnhost, args: ['pause'] }));
    await kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=120s');
  });

  after(async () => {
    await tenant.stop();
    await host.stop();
  });

  test('a Deployment with a Service answers, and its pods take turns', async () => {
    const container = {
      image: webServer,
      readinessProbe: { httpGet: { path: '/hostname', port: 80 }, periodSeconds: 1 },
    };
    await apply(
      workload('Deployment', namespace, 'web', podSpec(container), { replicas: 2 }),
      service(namespace, 'web'),
    );
    await rollout('deployment/web');
    const address = await field('service web', '{.spec.clusterIP}');
    const pods = (await field('pods -l name=web', '{.items[*].metadata.name}')).split(' ');
    const seen = new Set<string>();
    await eventually(async () => {
      seen.add(await inPod('client', `curl -sS -m5 http://${address}/hostname`));
      assert.deepEqual([...seen].toSorted(), pods.toSorted());
    });
  });

  test('a Job reads its secrets, from files and from its environment', async () => {
    await kubectl('create', 'secret', 'generic', 'key', '--from-literal=word=open sesame');
    const command = 'cat /secrets/word; echo; echo "$WORD"';
    const container = {
      image: busybox,
      command: ['sh', '-c', command],
      env: [{ name: 'WORD', valueFrom: { secretKeyRef: { name: 'key', key: 'word' } } }],
      volumeMounts: [{ name: 'secrets', mountPath: '/secrets', readOnly: true }],
    };
    const volumes = [{ name: 'secrets', secret: { secretName: 'key', defaultMode: 0o400 } }];
    const template = { spec: podSpec(container, { restartPolicy: 'Never', volumes }) };
    await apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'reader', namespace }, spec: { template } });
    await kubectl('wait', '--for=condition=Complete', 'job/reader', '--timeout=120s');
    const name = await field('pods -l job-name=reader', '{.items[0].metadata.name}');
    assert.equal(await hostLogs(copyOf(name)), 'open sesame\nopen sesame\n');
  });

  test('a StatefulSet has its names, its volumes, and keeps them', async () => {
    const container = {
      image: agnhost,
      args: ['netexec', '--http-port=80', '--udp-port=-1'],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    };
    const claims = [{ metadata: { name: 'data' }, spec: smallClaim }];
    await apply(
      service(namespace, 'db', { clusterIP: 'None' }),
      workload('StatefulSet', namespace, 'db', podSpec(container), {
        replicas: 2,
        serviceName: 'db',
        volumeClaimTemplates: claims,
      }),
    );
    await rollout('statefulset/db');
    for (const name of ['db-0', 'db-1']) {
      assert.equal(await inPod(name, 'hostname'), `${name}\n`);
      await inPod(name, 'hostname > /data/owner');
    }
    const first = await field('pod db-1', '{.metadata.uid}');
    await kubectl('delete', 'pod', 'db-1');
    await eventually(async () => assert.notEqual(await field('pod db-1', '{.metadata.uid}'), first));
    await rollout('statefulset/db');
    assert.equal(await inPod('db-1', 'cat /data/owner'), 'db-1\n');
    const addresses = await field('pods -l name=db', '{.items[*].status.podIP}');
    const endpoints = await eventually(async () => {
      const found = await field(
        'endpointslices -l kubernetes.io/service-name=db',
        '{.items[*].endpoints[*].addresses[0]}',
      );
      assert.equal(found.split(' ').length, 2);
      return found;
    });
    assert.deepEqual(endpoints.split(' ').toSorted(), addresses.split(' ').toSorted());
  });

  test('a DaemonSet runs on the node', async () => {
    await apply(workload('DaemonSet', namespace, 'agent', podSpec({ image: busybox, command: ['sleep', '1000'] })));
    await rollout('daemonset/agent');
    assert.equal(await field('pods -l name=agent', '{.items[*].status.phase}'), 'Running');
    assert.equal(await field('daemonset agent', '{.status.numberReady}'), '1');
  });

  test('a ConfigMap’s files follow the ConfigMap', async () => {
    await kubectl('create', 'configmap', 'settings', '--from-literal=colour=blue');
    const mounts = [{ name: 'settings', mountPath: '/settings' }];
    const volumes = [{ name: 'settings', configMap: { name: 'settings' } }];
    await apply(
      pod(namespace, 'reader', { image: busybox, command: ['sleep', '1000'], volumeMounts: mounts }, { volumes }),
    );
    await kubectl('wait', '--for=condition=Ready', 'pod/reader', '--timeout=60s');
    assert.equal(await inPod('reader', 'cat /settings/colour'), 'blue');
    assert.match(await inPod('reader', 'readlink /settings/colour'), /^\.\.data\/colour$/m);
    await kubectl('patch', 'configmap', 'settings', '-p', '{"data":{"colour":"green"}}');
    // A kubelet looks at its volumes once in a minute or so.
    await eventually(async () => assert.equal(await inPod('reader', 'cat /settings/colour'), 'green'), 150_000);
  });

  test('a pod’s account files are its tenant’s, and its tokens for the audience it asks for', async () => {
    const projected = {
      sources: [{ serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 1200 } }],
    };
    const container = {
      image: busybox,
      command: ['sleep', '1000'],
      volumeMounts: [{ name: 'vault', mountPath: '/vault' }],
    };
    await apply(pod(namespace, 'account', container, { volumes: [{ name: 'vault', projected }] }));
    await kubectl('wait', '--for=condition=Ready', 'pod/account', '--timeout=60s');
    const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
    assert.equal(await inPod('account', `cat ${folder}/namespace`), namespace);
    assert.match(await inPod('account', `cat ${folder}/ca.crt`), /BEGIN CERTIFICATE/);
    const claims = decode(await inPod('account', `cat ${folder}/token`));
    assert.equal(claims.sub, `system:serviceaccount:${namespace}:default`);
    assert.equal(claims['kubernetes.io']?.pod?.name, 'account');
    const vault = decode(await inPod('account', 'cat /vault/token'));
    assert.deepEqual(vault.aud, ['vault']);
    assert.ok((vault.exp ?? 0) - (vault.iat ?? 0) <= 1200);
  });

  test('a NetworkPolicy closes a pod to others of its tenant', async () => {
    const address = await field('pods -l name=web', '{.items[0].status.podIP}');
    const connect = (): Promise<string> => inPod('client', `/agnhost connect ${address}:80 --timeout=2s`);
    await connect();
    await apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'closed', namespace },
      spec: { podSelector: { matchLabels: { name: 'web' } }, ingress: [] },
    });
    await eventually(() => assert.rejects(connect(), /TIMEOUT/));
    await kubectl('delete', 'networkpolicy', 'closed');
    await eventually(connect);
  });

  test('a container that fails is started again, and its tenant sees why', async () => {
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'failing', namespace },
      spec: podSpec({ image: busybox, command: ['sh', '-c', 'sleep 1; exit 7'] }),
    });
    await eventually(async () =>
      assert.equal(await field('pod failing', '{.status.containerStatuses[0].lastState.terminated.exitCode}'), '7'),
    );
    assert.match(
      await eventually(() => kubectl('get', 'events', '--field-selector=involvedObject.name=failing')),
      /Started/,
    );
    await kubectl('delete', 'pod', 'failing');
  });
}

interface TokenClaims {
  readonly sub?: string;
  readonly aud?: readonly string[];
  readonly exp?: number;
  readonly iat?: number;
  readonly 'kubernetes.io'?: { readonly pod?: { readonly name?: string } };
}

/** What a token claims. Nothing is verified. */
function decode(token: string): TokenClaims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
