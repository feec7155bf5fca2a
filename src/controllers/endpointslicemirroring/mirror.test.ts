import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { asEndpointSlice, type EndpointSlice } from '../endpointslice/endpoint-slice.ts';
import { addressesPerSubsetMax, mayBeMirrored, planMirror, type MirrorAction } from './mirror.ts';
import { repackedSubsets } from './repacked-subsets.ts';

const http = { name: 'http', port: 80, protocol: 'TCP' };
const https = { name: 'https', port: 443, protocol: 'TCP' };

test('each family and set of ports has one slice, which says what the Endpoints say', () => {
  const subsets = [
    {
      ports: [http],
      addresses: [{ ip: '10.0.0.1', nodeName: 'n', hostname: 'h' }, { ip: 'fd00::1' }],
      notReadyAddresses: [{ ip: '10.0.0.2' }],
    },
  ];
  const created = planMirror(endpoints(subsets), []).actions.map(objectOf);
  assert.deepEqual(
    created.map((slice) => [slice['addressType'], slice['endpoints']]),
    [
      [
        'IPv4',
        [
          { addresses: ['10.0.0.1'], conditions: { ready: true }, hostname: 'h', nodeName: 'n' },
          { addresses: ['10.0.0.2'], conditions: { ready: false } },
        ],
      ],
      ['IPv6', [{ addresses: ['fd00::1'], conditions: { ready: true } }]],
    ],
  );
  const [first] = created;
  assert.deepEqual(first?.['ports'], [http]);
  assert.deepEqual(first?.metadata.labels, {
    app: 'web',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  });
  assert.deepEqual(first?.metadata.annotations, { note: 'kept' });
  assert.equal(first?.metadata.ownerReferences?.[0]?.kind, 'Endpoints');
});

test('what is mirrored already is left alone, in whatever order it stands', () => {
  const subsets = [{ ports: [http], addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] }];
  const [slice] = stored(planMirror(endpoints(subsets), []).actions);
  assert.ok(slice);
  const turned = { ...slice, endpoints: slice.endpoints.toReversed() };
  assert.deepEqual(planMirror(endpoints(subsets), [turned]).actions, []);
});

test('what changed is changed in place, what is another becomes another, what is too many goes', () => {
  const before = endpoints([{ ports: [http], addresses: [{ ip: '10.0.0.1' }] }]);
  const slices = stored(planMirror(before, []).actions);
  const changes: readonly [string, KubeObject, readonly EndpointSlice[], readonly string[]][] = [
    ['an address', endpoints([{ ports: [http], addresses: [{ ip: '10.0.0.9' }] }]), slices, ['update']],
    ['ports', endpoints([{ ports: [https], addresses: [{ ip: '10.0.0.1' }] }]), slices, ['update']],
    ['a family', endpoints([{ ports: [http], addresses: [{ ip: 'fd00::1' }] }]), slices, ['create', 'delete']],
    ['a second slice', before, [...slices, ...slices], ['delete']],
    ['nothing left', endpoints([]), slices, ['delete']],
    ['a label', { ...before, metadata: { ...before.metadata, labels: { app: 'other' } } }, slices, ['update']],
    ['another of the name', { ...before, metadata: { ...before.metadata, uid: 'u2' } }, slices, ['update']],
  ];
  for (const [what, object, present, kinds] of changes) {
    assert.deepEqual(
      planMirror(object, present).actions.map(({ kind }) => kind),
      kinds,
      what,
    );
  }
  const [update] = planMirror(changes[1]?.[1] ?? before, slices).actions.map(objectOf);
  assert.equal(update?.metadata.name, 'web-0');
  assert.equal(update?.metadata.resourceVersion, '7');
});

test('addresses that are none, and those beyond the limit, are counted', () => {
  const many = Array.from({ length: addressesPerSubsetMax + 5 }, (_, index) => ({
    ip: `10.0.${Math.floor(index / 250)}.${index % 250}`,
  }));
  const plan = planMirror(endpoints([{ ports: [http], addresses: [{ ip: '!' }, ...many] }]), []);
  assert.deepEqual([plan.invalid, plan.skipped], [1, 6]);
  const [slice] = plan.actions.map(objectOf);
  assert.ok(slice);
  assert.equal((slice['endpoints'] as unknown[]).length, addressesPerSubsetMax);
});

test('Endpoints of leaders, and those that say so, are not mirrored', () => {
  const object = endpoints([]);
  const { metadata } = object;
  assert.ok(mayBeMirrored(object));
  const labels = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  assert.ok(!mayBeMirrored({ ...object, metadata: { ...metadata, labels } }));
  const annotations = { 'control-plane.alpha.kubernetes.io/leader': '{}' };
  assert.ok(!mayBeMirrored({ ...object, metadata: { ...metadata, annotations } }));
});

test('subsets are grouped anew by who offers what; who is not ready once is not ready', () => {
  const [a, b] = [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }];
  const packed = repackedSubsets([
    { ports: [http, https], addresses: [a] },
    { ports: [http], addresses: [b], notReadyAddresses: [a] },
    { addresses: [b] },
  ]);
  const shown = packed.map(({ ports, addresses }) => [
    ports.map(({ name }) => name),
    addresses.map(({ json, ready }) => [json['ip'], ready]),
  ]);
  assert.deepEqual(shown, [
    [
      ['http'],
      [
        ['10.0.0.1', false],
        ['10.0.0.2', true],
      ],
    ],
    [['https'], [['10.0.0.1', true]]],
    [[], [['10.0.0.2', true]]],
  ]);
});

function endpoints(subsets: readonly object[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: 'web',
      namespace: 'demo',
      uid: 'u1',
      labels: { app: 'web' },
      annotations: { note: 'kept', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    subsets: subsets as JsonObject[],
  };
}

function objectOf(action: MirrorAction): KubeObject {
  assert.notEqual(action.kind, 'delete');
  return (action as { readonly object: KubeObject }).object;
}

/** As the server would have them after these. */
function stored(actions: readonly MirrorAction[]): EndpointSlice[] {
  return actions.map(objectOf).map(({ metadata: { generateName: _prefix, ...metadata }, ...rest }, index) =>
    asEndpointSlice({
      ...rest,
      metadata: { ...metadata, name: `web-${index}`, uid: `s${index}`, resourceVersion: '7' },
    }),
  );
}
