import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { objectKey } from '../../api/object.ts';
import { Directory } from './directory.ts';
import { copyOf, podOf, serviceOf, sliceOf } from './dns-world.test-double.ts';

const ip = '10.244.0.1';

function tenantAt(address: string, ...pods: readonly KubeObject[]): string | undefined {
  const directory = new Directory();
  for (const pod of pods) directory.put('pods', pod);
  return directory.tenantAt(address)?.identity.tenant;
}

function relabelled(pod: KubeObject, labels: Record<string, string>): KubeObject {
  return { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, ...labels } } };
}

const deleted = (pod: KubeObject): KubeObject => ({
  ...pod,
  metadata: { ...pod.metadata, deletionTimestamp: '2030-01-01T00:00:00Z' },
});

const a = podOf('a', 'default', 'p', ip);
const b = podOf('b', 'default', 'p', ip);

const cases: readonly [what: string, pods: readonly KubeObject[], tenant: string | undefined][] = [
  ['nobody', [], undefined],
  ['the pod that has it', [a], 'a'],
  ['two pods of one tenant', [a, podOf('a', 'default', 'q', ip)], 'a'],
  ['pods of two tenants', [a, b], undefined],
  ['one is about to go', [deleted(a), b], 'b'],
  ['a pod that has ended', [podOf('a', 'default', 'p', ip, { status: { phase: 'Failed' } })], undefined],
  ['one has ended', [podOf('a', 'default', 'p', ip, { status: { phase: 'Succeeded' } }), b], 'b'],
  ['both are about to go', [deleted(a), deleted(b)], undefined],
  ['a pod that is about to go still asks', [deleted(a)], 'a'],
  ["a pod in its node's network", [podOf('a', 'default', 'p', ip, { spec: { hostNetwork: true } })], undefined],
  ["a label that doesn't agree with its marks", [relabelled(a, { 'sublet.dev/tenant': 'b' })], undefined],
  ['a namespace that does not agree', [relabelled(a, { 'sublet.dev/namespace': 'other' })], undefined],
  ["another name than a copy's", [{ ...a, metadata: { ...a.metadata, name: 'p' } }], undefined],
  ['no address yet', [podOf('a', 'default', 'p', '')], undefined],
];

for (const [what, pods, tenant] of cases)
  test(`who asks from an address: ${what}`, () => assert.equal(tenantAt(ip, ...pods), tenant));

test('a tenant is one of one host namespace: another of its name elsewhere is somebody else', () => {
  const directory = new Directory();
  directory.put('services', copyOf('a', 'default', 'web', { spec: { clusterIP: '10.96.0.1' } }, 'here'));
  const spec = { status: { podIP: ip } };
  directory.put('pods', copyOf('a', 'default', 'p', spec, 'there'));
  assert.equal(directory.tenantAt(ip)?.identity.hostNamespace, 'there');
  assert.equal(directory.tenantAt(ip)?.service('default', 'web'), undefined);
});

test('a pod is found under its new address, and not under the old one', () => {
  const directory = new Directory();
  directory.put('pods', a);
  directory.put('pods', podOf('a', 'default', 'p', '10.244.0.9'));
  assert.equal(directory.tenantAt(ip), undefined);
  assert.equal(directory.tenantAt('10.244.0.9')?.identity.tenant, 'a');
});

const db = copyOf('a', 'data', 'db', { spec: { clusterIP: 'None', ports: [] } });
const endpointName = 'db-0.db';
const dbPod = podOf('a', 'data', 'db-0', ip, { endpointName });

function endpointNames(pod: KubeObject, endpoint: Record<string, string> = {}): readonly (string | undefined)[] {
  const directory = new Directory();
  directory.put('pods', pod);
  directory.put('services', db);
  const target = { kind: 'Pod', name: pod.metadata.name ?? '' };
  directory.put('endpointslices', sliceOf(db, [{ addresses: [ip], targetRef: target, ...endpoint }]));
  const view = directory.tenantAt(ip);
  const service = view?.service('data', 'db');
  return service
    ? (view?.endpoints(service) ?? []).flatMap(({ endpoints }) => Array.from(endpoints, ({ hostname }) => hostname))
    : [];
}

test('an endpoint has the host name that its slice says', () => {
  assert.deepEqual(endpointNames(dbPod, { hostname: 'Other' }), ['other']);
});

test("an endpoint has the host name of its pod, when the pod's subdomain is the service's name in the tenant", () => {
  assert.deepEqual(endpointNames(dbPod), ['db-0']);
});

test('a pod of another subdomain lends its host name to no endpoint, nor does one of another namespace or tenant', () => {
  assert.deepEqual(endpointNames(podOf('a', 'data', 'db-0', ip, { endpointName: 'db-0.web' })), [undefined]);
  assert.deepEqual(endpointNames(podOf('a', 'default', 'db-0', ip, { endpointName })), [undefined]);
  assert.deepEqual(endpointNames(podOf('a', 'data', 'db-0', ip)), [undefined]);
  assert.deepEqual(endpointNames(podOf('a', 'data', 'db-0', ip, { endpointName: 'a.b.db' })), [undefined]);
});

test('a host name that is no label is none: it would spoil the answer', () => {
  assert.deepEqual(
    endpointNames(dbPod, { hostname: 'a.b' }),
    [undefined].map(() => 'db-0'),
  );
  assert.deepEqual(endpointNames(dbPod, { hostname: 'x'.repeat(64) }), ['db-0']);
});

test('endpoints that are not ready are none; what does not say counts as ready', () => {
  const directory = new Directory();
  directory.put('services', db);
  directory.put(
    'endpointslices',
    sliceOf(db, [
      { addresses: ['10.0.0.1'], conditions: { ready: false } },
      { addresses: ['10.0.0.2'], conditions: { ready: true } },
      { addresses: ['10.0.0.3'] },
    ]),
  );
  directory.put('pods', podOf('a', 'default', 'p', ip));
  const view = directory.tenantAt(ip);
  const service = view?.service('data', 'db');
  assert.ok(view && service);
  assert.deepEqual(
    view.endpoints(service).flatMap(({ endpoints }) => Array.from(endpoints, ({ address }) => address)),
    ['10.0.0.2', '10.0.0.3'],
  );
});

test('what is put and removed leaves nothing, in whatever order', () => {
  const gone: string[] = [];
  const directory = new Directory({ onTenantGone: ({ identity }) => gone.push(identity.tenant) });
  const service = serviceOf('a', 'default', 'web', '10.96.0.1');
  const slice = sliceOf(service, [{ addresses: [ip] }]);
  directory.put('endpointslices', slice);
  directory.put('pods', a);
  directory.put('services', service);
  directory.remove('pods', objectKey(a));
  directory.remove('services', objectKey(service));
  directory.remove('endpointslices', objectKey(slice));
  directory.remove('endpointslices', objectKey(slice));
  assert.deepEqual([[...directory.tenants], gone], [[], ['a']]);
  assert.deepEqual([directory.podsAt(ip), directory.slicesAt(ip, 10)], [[], []]);
  for (const kind of ['pods', 'services', 'endpointslices'] as const) assert.deepEqual([...directory.keys(kind)], []);
});
