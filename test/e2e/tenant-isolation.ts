/** What the operator enforces on a tenant's pods and Services, whatever the tenant's own API server says; as its users see it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './sublet-up.ts';
import type { NodeStage } from './tenant-nodes.ts';

const namespace = 'isolated';
const policy = `
podSecurity: baseline
registries: [docker.io/library, ghcr.io/acme]
tolerations: {guarded: [dedicated]}
resources: {defaultRequests: {cpu: 50m}}
services: {types: [ClusterIP], externalIPs: []}
`;

export function testTenantIsolation({ tenant, host, folder, hostNamespace, restart }: NodeStage): void {
  const inTenant = (...args: string[]): Promise<string> => tenant()('--namespace', namespace, ...args);
  const copy = (name: string, path: string): Promise<string> =>
    host()('get', 'pod', `${name}-x-${namespace}-x-demo`, '--namespace', hostNamespace, '-o', `jsonpath=${path}`);
  const run = (name: string, image: string, spec: object = {}): Promise<string> =>
    inTenant('run', name, `--image=${image}`, '--overrides', JSON.stringify({ spec }));
  const isTold = (pod: string, words: RegExp): Promise<void> =>
    eventually(async () => {
      const described = await inTenant('describe', 'pod', pod);
      assert.match(described, words);
      assert.match(described, /Warning +PolicyViolation/);
    }, 30_000);

  test('a pod that the operator’s policy forbids is not on the host, and kubectl describe says why', async () => {
    const file = join(folder(), 'isolation.yaml');
    writeFileSync(file, policy);
    await restart(['--isolation', file]);
    await tenant()('create', 'namespace', namespace);
    // The tenant's own level says that all may pass.
    await tenant()('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=privileged');
    await run('good', 'nginx');
    await run('shares', 'nginx', { hostPID: true, tolerations: [{ operator: 'Exists' }] });
    await run('foreign', 'evil.example/docker.io/library/nginx');
    await inTenant('wait', 'pod/good', '--for=condition=Ready', '--timeout=60s');
    await isTold(
      'shares',
      /Message: +Not started.*violates PodSecurity "baseline:latest": host namespaces \(hostPID=true\)/,
    );
    await isTold('shares', /tolerating all taints is not allowed/);
    await isTold('foreign', /Reason: +PolicyViolation\n.*images may be from docker.io\/library and ghcr.io\/acme/);
    assert.match(await inTenant('get', 'pod', 'foreign'), /PolicyViolation/);
    const condition = '{.status.phase} {.status.conditions[?(@.type=="PodScheduled")].reason}';
    assert.equal(await inTenant('get', 'pod', 'foreign', '-o', `jsonpath=${condition}`), 'Pending PolicyViolation');
    const copies = await host()('get', 'pods', '--namespace', hostNamespace, '-o', 'name');
    assert.match(copies, /good-x-isolated-x-demo/);
    assert.doesNotMatch(copies, /shares|foreign/);
    assert.equal(await copy('good', '{.spec.containers[0].resources.requests.cpu}'), '50m');
    assert.equal(await inTenant('get', 'pod', 'good', '-o', 'jsonpath={.spec.containers[0].resources}'), '{}');
  });

  test('nor is what is changed in a running pod', async () => {
    await inTenant('set', 'image', 'pod/good', 'good=evil.example/x');
    await isTold('good', /The change does not reach the running pod.*evil.example\/x/);
    await inTenant('label', 'pod', 'good', 'seen=yes');
    await eventually(async () => assert.equal(await copy('good', '{.metadata.labels.seen}'), 'yes'), 30_000);
    assert.equal(await copy('good', '{.spec.containers[0].image}'), 'nginx');
    await inTenant('debug', 'good', '--image=busybox', '--profile=sysadmin', '--container=root', '--', 'sh');
    await isTold('good', /privileged \(container "root" must not set/);
    assert.equal(await copy('good', '{.spec.ephemeralContainers}'), '');
    await inTenant('set', 'image', 'pod/good', 'good=nginx:2');
    await eventually(async () => assert.equal(await copy('good', '{.spec.containers[0].image}'), 'nginx:2'), 30_000);
  });

  test('a Service that it forbids is refused at once', async () => {
    await assert.rejects(
      inTenant('create', 'service', 'nodeport', 'open', '--tcp=80'),
      /forbidden: not allowed by the operator's policy: spec.type: NodePort is not allowed; ClusterIP may be used/,
    );
    await inTenant('create', 'service', 'clusterip', 'inner', '--tcp=80');
    await inTenant('patch', 'service', 'inner', '--patch', '{"spec":{"externalIPs":["192.0.2.1"]}}');
    await eventually(async () => {
      const events = await inTenant('get', 'events', '--field-selector', 'involvedObject.kind=Service');
      assert.match(events, /PolicyViolation.*192.0.2.1 is not allowed/);
    }, 30_000);
    const service = `inner-x-${namespace}-x-demo`;
    const path = 'jsonpath={.spec.externalIPs}';
    assert.equal(await host()('get', 'service', service, '--namespace', hostNamespace, '-o', path), '');
  });

  test('a pod that has been mended is begun, and with another policy all are', async () => {
    await inTenant('set', 'image', 'pod/foreign', 'foreign=ghcr.io/acme/nginx');
    await inTenant('wait', 'pod/foreign', '--for=condition=Ready', '--timeout=60s');
    assert.equal(await inTenant('get', 'pod', 'foreign', '-o', 'jsonpath={.status.reason}{.status.message}'), '');
    await restart([]);
    await inTenant('wait', 'pod/shares', '--for=condition=Ready', '--timeout=60s');
    await tenant()('delete', 'namespace', namespace, '--timeout=60s');
  });
}
