/** Kinds that go to the host only where the operator says so, on any host. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './sublet-up.ts';
import type { NodeStage } from './tenant-nodes.ts';

const namespace = 'with-switches';
const metadata = (name: string) => ({ name, namespace });
const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata('web'),
  spec: { selector: { matchLabels: { app: 'web' } }, maxUnavailable: 1 },
};
const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata('guard'),
  spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { tier: 'back' } } }] }] },
};

export function testTenantSwitches({ tenant, host, folder, hostNamespace, restart }: NodeStage): void {
  const onHost = (plural: string, name: string, path: string): Promise<string> =>
    host()('get', plural, `${name}-x-${namespace}-x-demo`, '--namespace', hostNamespace, '-o', `jsonpath=${path}`);

  test('what is off by default stays in the tenant', async () => {
    await tenant()('create', 'namespace', namespace);
    await tenant()('create', 'deployment', 'web', '--image=web', '--replicas=3', '--namespace', namespace);
    const file = join(folder(), 'switched.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [budget, policy] }));
    await tenant()('apply', '-f', file);
    await tenant()('rollout', 'status', 'deployment', 'web', '--timeout=90s', '--namespace', namespace);
    assert.equal(await host()('get', 'pdb,networkpolicies', '--namespace', hostNamespace, '-o', 'name'), '');
  });

  test('switched on, policies and budgets hold on the host, for the tenant’s own pods', async () => {
    await restart(['--sync', '*,networkpolicies,poddisruptionbudgets']);
    await eventually(async () => {
      // The host's own controller finds the pods.
      assert.equal(await onHost('pdb', 'web', '{.spec.minAvailable} {.status.disruptionsAllowed}'), '2 1');
    });
    await tenant()('scale', 'deployment', 'web', '--replicas=4', '--namespace', namespace);
    await eventually(async () => {
      assert.equal(await onHost('pdb', 'web', '{.spec.minAvailable} {.status.disruptionsAllowed}'), '3 1');
    });
    assert.equal(
      await tenant()('get', 'pdb', 'web', '--namespace', namespace, '-o', 'jsonpath={.spec.minAvailable}'),
      '',
    );
    const peer = '{.spec.ingress[0].from[0].podSelector.matchExpressions[0]}';
    assert.match(await onHost('networkpolicies', 'guard', peer), /DoesNotExist/);
    await tenant()('label', 'namespace', namespace, 'tier=back');
    await eventually(async () => {
      assert.match(await onHost('networkpolicies', 'guard', peer), /"values":\["with-switches"\]/);
    });
  });

  test('they go with what they are of', async () => {
    await tenant()('delete', 'namespace', namespace, '--timeout=90s');
    await eventually(async () => {
      assert.equal(await host()('get', 'pdb,networkpolicies', '--namespace', hostNamespace, '-o', 'name'), '');
    });
    await restart([]);
  });
}
