import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { asPod } from '../../controller/pod.ts';
import { asEndpointSlice, endpointIdentity } from './endpoint-slice.ts';
import { endpointsPerSliceMax, planEndpointSlices, type Action } from './plan.ts';
import { asService } from './service.ts';

interface PodFacts {
  readonly name: string;
  readonly ip?: string;
  readonly ready?: boolean;
  readonly deleting?: boolean;
  readonly phase?: string;
  readonly port?: number;
  readonly hostname?: string;
}

function service(spec: JsonObject = {}, metadata: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'a', uid: 'svc', labels: { tier: 'front' }, ...metadata },
    spec: {
      clusterIP: '10.0.0.1',
      ipFamilies: ['IPv4'],
      selector: { app: 'web' },
      ports: [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }],
      ...spec,
    },
  };
}

function pod({
  name,
  ip = '10.1.0.1',
  ready = true,
  deleting,
  phase = 'Running',
  port = 8080,
  hostname,
}: PodFacts): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'a',
      uid: `u-${name}`,
      ...(deleting ? { deletionTimestamp: '2030-01-01T00:00:00Z' } : {}),
    },
    spec: {
      nodeName: 'n1',
      ...(hostname ? { hostname, subdomain: 'web' } : {}),
      containers: [{ name: 'c', ports: [{ name: 'web', containerPort: port, protocol: 'TCP' }] }],
    },
    status: {
      phase,
      ...(ip === '' ? {} : { podIP: ip, podIPs: [{ ip }] }),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

/** Carries a plan out on slices in memory. */
function run(of: KubeObject, pods: readonly KubeObject[], before: readonly KubeObject[] = []) {
  const slices = new Map(before.map((slice) => [slice.metadata.name ?? '', slice]));
  const actions = planEndpointSlices({
    service: asService(of),
    pods: pods.map(asPod),
    slices: before.map(asEndpointSlice),
    zoneOf: (node) => (node === 'n1' ? 'z1' : undefined),
  });
  for (const action of actions) {
    if (action.kind === 'delete') slices.delete(action.slice.metadata.name ?? '');
    else {
      let number = 0;
      while (slices.has(`web-${number}`)) number++;
      const name = action.kind === 'create' ? `web-${number}` : (action.slice.metadata.name ?? '');
      slices.set(name, { ...action.object, metadata: { ...action.object.metadata, name } });
    }
  }
  return { actions, slices: [...slices.values()] };
}

function kindsOf(actions: readonly Action[]): string[] {
  return actions.map(({ kind }) => kind).sort((left, right) => left.localeCompare(right));
}

function endpointsOf(slice: KubeObject | undefined): JsonObject[] {
  return (slice?.['endpoints'] ?? []) as JsonObject[];
}

test('a slice says of a pod what upstream says', () => {
  const { slices } = run(service(), [pod({ name: 'p', hostname: 'host' })]);
  assert.deepEqual(slices, [
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: 'web-',
        namespace: 'a',
        labels: {
          tier: 'front',
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'svc', controller: true, blockOwnerDeletion: true },
        ],
        name: 'web-0',
      },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.1.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          hostname: 'host',
          nodeName: 'n1',
          targetRef: { kind: 'Pod', namespace: 'a', name: 'p', uid: 'u-p' },
          zone: 'z1',
        },
      ],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
  ]);
});

const conditions: readonly [name: string, facts: Omit<PodFacts, 'name'>, spec: JsonObject, expected: unknown][] = [
  ['ready', {}, {}, { ready: true, serving: true, terminating: false }],
  ['not ready', { ready: false }, {}, { ready: false, serving: false, terminating: false }],
  ['terminating and serving', { deleting: true }, {}, { ready: false, serving: true, terminating: true }],
  [
    'terminating, not serving',
    { deleting: true, ready: false },
    {},
    { ready: false, serving: false, terminating: true },
  ],
  [
    'published though not ready',
    { ready: false },
    { publishNotReadyAddresses: true },
    { ready: true, serving: false, terminating: false },
  ],
  ['without an address', { ip: '' }, {}, undefined],
  ['ended', { phase: 'Succeeded' }, {}, undefined],
  ['of the other family', { ip: 'fd00::1' }, {}, undefined],
];

for (const [name, facts, spec, expected] of conditions) {
  test(`a pod that is ${name}`, () => {
    const { slices } = run(service(spec), [pod({ name: 'p', ...facts })]);
    assert.deepEqual(endpointsOf(slices[0])[0]?.['conditions'], expected);
  });
}

test('no endpoints: one empty slice, kept as it is', () => {
  const first = run(service(), []);
  assert.deepEqual(kindsOf(first.actions), ['create']);
  assert.deepEqual(first.slices[0]?.['ports'], []);
  assert.deepEqual(run(service(), [], first.slices).actions, []);
});

test('a headless Service has the headless label; both families get slices of their own', () => {
  const headless = service({ clusterIP: 'None', ipFamilies: ['IPv4', 'IPv6'] });
  const { slices } = run(headless, [pod({ name: 'four' }), pod({ name: 'six', ip: 'fd00::6' })]);
  assert.deepEqual(
    slices.map((slice) => slice['addressType']),
    ['IPv4', 'IPv6'],
  );
  assert.equal(slices[0]?.metadata.labels?.['service.kubernetes.io/headless'], '');
});

test('pods whose named port has different numbers are in different slices', () => {
  const { slices } = run(service(), [pod({ name: 'old', port: 1 }), pod({ name: 'new', port: 2 })]);
  const ports = slices.map((slice) => (slice['ports'] as JsonObject[])[0]?.['port']);
  assert.deepEqual(new Set(ports), new Set([1, 2]));
});

test('new labels of the Service reach its slices; a foreign slice of its name is deleted', () => {
  const { slices } = run(service(), [pod({ name: 'p' })]);
  const relabelled = run(service({}, { labels: { tier: 'back' } }), [pod({ name: 'p' })], slices);
  assert.deepEqual(kindsOf(relabelled.actions), ['update']);
  assert.equal(relabelled.slices[0]?.metadata.labels?.['tier'], 'back');
  const reborn = run(service({}, { uid: 'svc-2' }), [pod({ name: 'p' })], slices);
  assert.deepEqual(kindsOf(reborn.actions), ['create', 'delete']);
});

test('a Service that is being deleted gets no new slices', () => {
  assert.deepEqual(run(service({}, { deletionTimestamp: '2030-01-01T00:00:00Z' }), [pod({ name: 'p' })]).actions, []);
});

test('the last endpoint goes: its slice becomes the empty one instead of being replaced', () => {
  const { slices } = run(service(), [pod({ name: 'p' })]);
  const after = run(service(), [], slices);
  assert.deepEqual(kindsOf(after.actions), ['update']);
  assert.deepEqual(endpointsOf(after.slices[0]), []);
});

test('property: every pod in exactly one slice, none too large, few writes, and then silence', () => {
  const names = fc.uniqueArray(fc.nat(400), { maxLength: 350 });
  fc.assert(
    fc.property(names, names, (first, second) => {
      const podsOf = (numbers: readonly number[]): KubeObject[] =>
        numbers.map((number) =>
          pod({ name: `p${number}`, ip: `10.1.${Math.floor(number / 250)}.${number % 250}`, ready: number % 3 > 0 }),
        );
      const before = run(service(), podsOf(first));
      const after = run(service(), podsOf(second), before.slices);
      const identities = after.slices.flatMap(endpointsOf).map(endpointIdentity);
      assert.equal(new Set(identities).size, identities.length);
      assert.equal(identities.length, second.length);
      for (const slice of after.slices) assert.ok(endpointsOf(slice).length <= endpointsPerSliceMax);
      assert.ok(after.slices.length <= before.slices.length + Math.ceil(second.length / endpointsPerSliceMax) + 1);
      assert.deepEqual(run(service(), podsOf(second), after.slices).actions, []);
    }),
    { numRuns: 50 },
  );
});
