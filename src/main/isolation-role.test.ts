import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { isolationOf, parseIsolation } from './isolation-role.ts';

test('all rules are read, the short ways of writing some included', () => {
  const read = parseIsolation({
    podSecurity: 'restricted:v1.30',
    volumes: ['configMap', 'emptyDir'],
    hostPaths: [{ path: '/var/log/acme' }, { path: '/data', readOnly: false }],
    hostNamespaces: [],
    userNamespaces: 'required',
    hostPorts: [8080, '30000-30010'],
    capabilities: ['NET_BIND_SERVICE'],
    sysctls: ['net.ipv4.*'],
    forbidden: ['hostAliases'],
    forbiddenAnnotations: ['k8s.v1.cni.cncf.io/*'],
    forbiddenLabels: ['mesh'],
    imagePullPolicy: 'Always',
    seccompDefault: 'RuntimeDefault',
    nodeSelector: { pool: 'tenants' },
    tolerations: { allowed: ['team=a:NoSchedule', 'spot/*', '*'], otherwise: 'drop' },
    runtimeClasses: { allowed: ['gvisor'], default: 'gvisor' },
    priorityClasses: { allowed: ['low'], valueMax: 1000 },
    registries: ['docker.io/library', 'registry.example:5000'],
    resources: { defaultRequests: { cpu: 0.05 }, podMax: { memory: '4096Mi' } },
    probes: { hosts: 'own', leastPeriodSeconds: 5 },
    services: { types: ['ClusterIP'], externalIPs: ['192.0.2.0/24'] },
  });
  assert.deepEqual(read.podSecurity, { level: 'restricted', version: 30 });
  assert.deepEqual(read.hostPaths, [
    { path: '/var/log/acme', readOnly: true },
    { path: '/data', readOnly: false },
  ]);
  assert.deepEqual(read.hostPorts, [
    { from: 8080, to: 8080 },
    { from: 30_000, to: 30_010 },
  ]);
  assert.deepEqual(read.tolerations, {
    allowed: [{ key: 'team', value: 'a', effect: 'NoSchedule' }, { key: 'spot/*' }, { key: '*' }],
    otherwise: 'drop',
  });
  assert.deepEqual(read.resources, { defaultRequests: { cpu: '50m' }, podMax: { memory: '4Gi' } });
  assert.equal(Object.keys(read).length, 21);
});

test('guarded taints are refused unless it is said otherwise', () => {
  assert.deepEqual(parseIsolation({ tolerations: { guarded: ['dedicated:NoExecute'] } }).tolerations, {
    guarded: [{ key: 'dedicated', effect: 'NoExecute' }],
    otherwise: 'refuse',
  });
});

const wrong: readonly (readonly [given: unknown, words: RegExp])[] = [
  [[], /isolation takes an object, not \[\]/],
  [{ podsecurity: 'baseline' }, /isolation has no "podsecurity"; it has podSecurity, volumes/],
  [{ podSecurity: 'strict' }, /isolation.podSecurity must be one of privileged, baseline, restricted, not "strict"/],
  [{ podSecurity: 'baseline:1.30' }, /the version must be "latest" or "v1.x", not "1.30"/],
  [{ podSecurity: 'baseline:v1.30:x' }, /must be one of/],
  [{ volumes: ['hostpath'] }, /isolation.volumes\[0\] takes one of configMap.*not "hostpath"/],
  [{ volumes: 'configMap' }, /takes a list/],
  [{ hostPaths: [{ path: 'var' }] }, /absolute path/],
  [{ hostPaths: [{ path: '/var/' }] }, /without a slash at its end/],
  [{ hostPaths: [{ path: '/var/../etc' }] }, /absolute path/],
  [{ hostPaths: [{}] }, /absolute path/],
  [{ hostPorts: ['90-80'] }, /a port from 1 to 65535/],
  [{ hostPorts: [0] }, /a port from 1 to 65535/],
  [{ capabilities: ['CAP_kill'] }, /the name of a capability/],
  [{ tolerations: {} }, /either "guarded".*or "allowed"/],
  [{ tolerations: { guarded: ['a'], allowed: ['b'] } }, /either "guarded".*or "allowed"/],
  [{ tolerations: { guarded: ['a=b'] } }, /takes key or with an effect/],
  [{ tolerations: { guarded: ['a:PreferNoSchedule'] } }, /NoSchedule\|NoExecute/],
  [{ registries: ['nginx'] }, /a registry by its full name/],
  [{ registries: ['docker.io/'] }, /a registry by its full name/],
  [{ registries: ['https://ghcr.io'] }, /a registry by its full name/],
  [{ resources: { podMax: { cpu: 'much' } } }, /isolation.resources.podMax.cpu takes a quantity/],
  [{ priorityClasses: { valueMax: '1' } }, /a whole number/],
  [{ services: { types: ['Any'] } }, /one of ClusterIP/],
  [{ services: { externalIPs: ['192.0.2.1'] } }, /a block of addresses/],
  [{ nodeSelector: { pool: 1 } }, /isolation.nodeSelector.pool takes a text/],
];

for (const [given, words] of wrong)
  test(`refused: ${JSON.stringify(given)}`, () => assert.throws(() => parseIsolation(given), words));

test('a level that is typed counts more than the file’s', () => {
  assert.deepEqual(isolationOf({ podSecurity: 'privileged', volumes: [] }, 'baseline'), {
    podSecurity: 'baseline',
    volumes: [],
  });
  assert.equal(isolationOf(undefined, undefined), undefined);
  assert.throws(() => isolationOf('baseline', undefined), /takes an object/);
  assert.throws(() => isolationOf(undefined, 'none'), /must be one of/);
});

test('the example in the README is a policy', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, example = ''] = /```yaml\n(podSecurity: baseline\n[^]*?)```/.exec(readme) ?? [];
  assert.equal(Object.keys(parseIsolation(parse(example))).length, 21);
});
