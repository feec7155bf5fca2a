/** Kinds that go to the host only where the operator says so, on any host. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './sublet-up.ts';
import type { NodeStage } from './tenant-nodes.ts';

const namespace = 'with-switches';
const switched = 'pdb,networkpolicies,ingresses';
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

const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: metadata('web'),
  spec: {
    ingressClassName: 'public',
    tls: [{ hosts: ['shop.example'], secretName: 'certificate' }],
    rules: [
      {
        host: 'shop.example',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
  },
};

export function testTenantSwitches({ tenant, host, folder, hostNamespace, restart }: NodeStage): void {
  const onHost = (plural: string, name: string, path: string): Promise<string> =>
    host()('get', plural, `${name}-x-${namespace}-x-demo`, '--namespace', hostNamespace, '-o', `jsonpath=${path}`);

  test('what is off by default stays in the tenant', async () => {
    await tenant()('create', 'namespace', namespace);
    await tenant()('create', 'deployment', 'web', '--image=web', '--replicas=3', '--namespace', namespace);
    const file = join(folder(), 'switched.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [budget, policy, ingress] }));
    await tenant()('apply', '-f', file);
    await tenant()('create', 'secret', 'generic', 'certificate', '--from-literal=a=1', '--namespace', namespace);
    await tenant()('rollout', 'status', 'deployment', 'web', '--timeout=90s', '--namespace', namespace);
    assert.equal(await host()('get', switched, '--namespace', hostNamespace, '-o', 'name'), '');
    await assert.rejects(onHost('secret', 'certificate', '{.data.a}'), /NotFound/);
  });

  test('switched on, policies and budgets hold on the host, for the tenant’s own pods', async () => {
    await restart(['--sync', '*,ingresses,networkpolicies,poddisruptionbudgets']);
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

  test('an ingress leads to the tenant’s own services, with its secret, and where it is reached comes back', async () => {
    const path = '{.spec.tls[0].secretName} {.spec.rules[0].http.paths[0].backend.service.name}';
    const suffix = `-x-${namespace}-x-demo`;
    assert.equal(await onHost('ingress', 'web', path), `certificate${suffix} web${suffix}`);
    await eventually(async () => assert.equal(await onHost('secret', 'certificate', '{.data.a}'), 'MQ=='));
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } });
    const copy = ['ingress', `web${suffix}`, '--namespace', hostNamespace];
    await host()('patch', ...copy, '--subresource=status', '--type=merge', '-p', status);
    await eventually(async () => {
      assert.match(await tenant()('get', 'ingress', 'web', '--namespace', namespace), /shop\.example +192\.0\.2\.1/);
    });
    await tenant()('delete', 'ingress', 'web', '--namespace', namespace);
    await eventually(() => assert.rejects(onHost('secret', 'certificate', '{.data.a}'), /NotFound/));
  });

  test('they go with what they are of', async () => {
    await tenant()('delete', 'namespace', namespace, '--timeout=90s');
    await eventually(async () => {
      assert.equal(await host()('get', switched, '--namespace', hostNamespace, '-o', 'name'), '');
    });
    await restart([]);
  });
}
