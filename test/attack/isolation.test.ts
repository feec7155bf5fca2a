/**
 * A tenant is root in its own API server, which lets all of this pass; nothing of it may reach the host. The pods are stored by a real API server of
 * ours and planned by the syncer's own kind, under a policy as an operator of a shared cluster writes it.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/api/object.ts';
import { markOn } from '../../src/api/side.ts';
import { parseIsolation } from '../../src/main/isolation-role.ts';
import type { Action, Plan } from '../../src/syncer/action.ts';
import { pods } from '../../src/syncer/kinds/pods.ts';
import { viewOf } from '../../src/syncer/view.test-double.ts';
import { originOfCopy } from '../../src/translate/marks.ts';
import { startCluster, type Cluster, type Loose } from './cluster.ts';
import { changes, tricks } from './isolation/tricks.ts';

const view = viewOf({
  isolation: parseIsolation({
    podSecurity: 'baseline',
    volumes: ['configMap', 'downwardAPI', 'emptyDir', 'persistentVolumeClaim', 'projected', 'secret', 'image'],
    forbidden: ['hostAliases', 'procMount'],
    nodeSelector: { pool: 'tenants' },
    tolerations: { guarded: ['dedicated'] },
    registries: ['docker.io/library'],
    resources: { defaultLimits: { cpu: '1', memory: '1Gi' }, containerMax: { cpu: '2' }, podMax: { cpu: '4' } },
    probes: { hosts: 'own', leastPeriodSeconds: 5 },
  }),
});
const namespace = '/api/v1/namespaces/lawless';
const path = `${namespace}/pods`;
const container = { name: 'web', image: 'nginx', resources: { limits: { cpu: '1', memory: '1Gi' } } };
let cluster: Cluster;

before(async () => {
  cluster = await startCluster();
  const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
  await cluster.create('/api/v1/namespaces', { metadata: { name: 'lawless', labels } });
  await cluster.create(`${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
});
after(() => cluster.close());

function planOf(stored: Loose, copy?: Loose): Plan {
  const tenant = markOn('tenant', stored as KubeObject);
  const host = copy && markOn('host', copy as KubeObject);
  const observed = { tenant, host, origin: host && originOfCopy(view.place, host) };
  return pods.plan(`lawless/${tenant.metadata.name}`, observed, { ...view, tokenSecret: () => undefined });
}

function isForHost({ type }: Action): boolean {
  return type === 'create-host' || type === 'update-host' || type === 'patch-host';
}

async function stored(name: string, spec: Loose, metadata: Loose = {}): Promise<Loose> {
  const { code, message, body } = await cluster.admin.post(path, { metadata: { ...metadata, name }, spec });
  assert.equal(code, 201, `the tenant's API server refused it already: ${message}`);
  return body;
}

test('a pod that keeps to the policy goes to the host', async () => {
  const { actions } = planOf(await stored('good', { containers: [container] }));
  assert.ok(actions.some(({ type }) => type === 'create-host'));
});

for (const [index, { name, spec, container: more, metadata }] of tricks.entries()) {
  test(`what the tenant's API server lets pass doesn't reach the host: ${name}`, async () => {
    const pod = await stored(`trick-${index}`, { containers: [{ ...container, ...more }], ...spec }, metadata);
    const plan = planOf(pod);
    assert.deepEqual(plan.actions.filter(isForHost), []);
    assert.deepEqual(
      plan.notices?.map(({ reason }) => reason),
      ['PolicyViolation'],
    );
  });
}

for (const [index, { name, subresource, patch }] of changes.entries()) {
  test(`nor when it is changed in a pod that runs: ${name}`, async () => {
    const pod = await stored(`change-${index}`, { containers: [container] });
    const create = planOf(pod).actions.find((action) => action.type === 'create-host');
    assert.ok(create?.type === 'create-host');
    const copy: Loose = structuredClone(create.object);
    copy.metadata.uid = 'h1';
    copy.spec.nodeName = 'node-1';
    copy.status = { phase: 'Running' };
    const binding = { metadata: { name: pod.metadata.name }, target: { kind: 'Node', name: 'node-1' } };
    await cluster.create(`${path}/${pod.metadata.name}/binding`, binding);
    await cluster.admin.patch(`${path}/${pod.metadata.name}/status`, 'merge-patch+json', {
      status: { phase: 'Running' },
    });
    const target = `${path}/${pod.metadata.name}${subresource}`;
    const { code, message, body } = await cluster.admin.patch(target, 'strategic-merge-patch+json', patch);
    assert.equal(code, 200, message);
    // Notes of ours may be written; what is in the patch must not be.
    const plan = planOf(body, copy);
    const reaching = JSON.stringify(
      plan.actions
        .filter(isForHost)
        .map((action) => ('patch' in action ? action.patch : 'object' in action ? action.object['spec'] : {})),
    );
    assert.doesNotMatch(reaching, /evil|privileged|"64"|"operator":"Exists"\}|ephemeralContainers/);
    assert.match(plan.notices?.[0]?.message ?? '', /^The change does not reach the running pod/);
  });
}
