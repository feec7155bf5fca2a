/** What a kubelet makes of a tenant's pod: files of tokens with their modes, and readiness that the tenant's controllers decide. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, type Kubectl } from '../e2e/sublet-up.ts';
import { pod } from './manifests.ts';
import {
  agnhost,
  applyObjects,
  busybox,
  nodeClusterUnavailable,
  useNodeCluster,
  type NodeHost,
} from './node-cluster.ts';
import { startNodeTenant, type NodeTenant } from './node-tenant.ts';

const unavailable = nodeClusterUnavailable();
const namespace = 'files';
const gate = 'gates.example/ok';

const volumes = [
  {
    name: 'tokens',
    projected: {
      sources: [
        { serviceAccountToken: { path: 'vault/token', audience: 'vault', expirationSeconds: 600 } },
        { serviceAccountToken: { path: 'api' } },
      ],
    },
  },
];
/** Owner, group and mode of what the link leads to; then who is told, and that the file is read. */
const script = [
  'cd /tokens',
  'stat -L -c "%u %g %a" vault/token api',
  'readlink api',
  'readlink ..data >/dev/null && echo linked',
  'for token in vault/token api; do cut -d. -f2 $token | tr _- /+ | base64 -d 2>/dev/null; echo; done',
].join('; ');
const reader = {
  image: busybox,
  command: ['sh', '-c', script],
  volumeMounts: [{ name: 'tokens', mountPath: '/tokens' }],
};

const readers: readonly (readonly [name: string, securityContext: object, file: string])[] = [
  ['nobody', {}, '0 0 644'],
  ['group', { fsGroup: 2000, runAsUser: 1000 }, '0 2000 640'],
  ['user', { runAsUser: 1000 }, '0 0 644'],
  ['root', { runAsUser: 0 }, '0 0 600'],
];

if (unavailable !== undefined) {
  test('files of a tenant’s pods', { skip: unavailable }, () => undefined);
} else {
  let host: NodeHost;
  let tenant: NodeTenant;
  let kubectl: Kubectl;

  before(async () => {
    host = await useNodeCluster();
    tenant = await startNodeTenant(host, { name: 'files' });
    kubectl = (...args) => tenant.kubectl('--namespace', namespace, ...args);
    await tenant.kubectl('create', 'namespace', namespace);
    await eventually(() => kubectl('get', 'serviceaccount', 'default'));
    const waiting = { readinessGates: [{ conditionType: gate }], restartPolicy: 'Always' };
    await applyObjects(kubectl, host.folder, [
      ...readers.map(([name, securityContext]) => pod(namespace, name, reader, { volumes, securityContext })),
      pod(namespace, 'gated', { image: agnhost, args: ['pause'] }, waiting),
    ]);
  });

  after(async () => {
    await tenant.stop();
    await host.stop();
  });

  for (const [name, , file] of readers) {
    test(`tokens of a pod of ${name}: modes, links, and whom they are for`, async () => {
      await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${name}`, '--timeout=180s');
      const [one, other, link, linked, vault = '', api = ''] = (await kubectl('logs', name)).split('\n');
      assert.deepEqual([one, other, link, linked], [file, file, '..data/api', 'linked']);
      const uid = await kubectl('get', 'pod', name, '-o', 'jsonpath={.metadata.uid}');
      assert.match(vault, /"aud":\["vault"\]/);
      for (const claims of [vault, api]) assert.ok(claims.includes(`"uid":"${uid}"`), claims);
    });
  }

  test('a pod is ready when the tenant says so of its gate', async () => {
    const ready = (type: string): Promise<string> =>
      kubectl('get', 'pod', 'gated', '-o', `jsonpath={.status.conditions[?(@.type=="${type}")].status}`);
    await eventually(async () => assert.equal(await ready('ContainersReady'), 'True'), 180_000);
    assert.equal(await ready('Ready'), 'False');
    const say = (status: string): Promise<string> =>
      kubectl(
        'patch',
        'pod',
        'gated',
        '--subresource=status',
        '-p',
        JSON.stringify({ status: { conditions: [{ type: gate, status }] } }),
      );
    await say('True');
    await kubectl('wait', '--for=condition=Ready', 'pod/gated', '--timeout=120s');
    await say('False');
    await kubectl('wait', '--for=condition=Ready=false', 'pod/gated', '--timeout=120s');
  });
}
