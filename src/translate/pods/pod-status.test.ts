import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { markOn } from '../../api/side.ts';
import { tenantPodStatus } from './pod-status.ts';

const metadata = { name: 'web', namespace: 'default' };
const base = { apiVersion: 'v1', kind: 'Pod', metadata };

function shown(
  tenant: { readonly spec?: JsonObject; readonly status?: JsonObject },
  host: JsonObject,
  { spec, carried }: { readonly spec?: JsonObject; readonly carried?: JsonObject } = {},
): JsonObject {
  const annotations = carried ? { 'sublet.dev/carried': JSON.stringify(carried) } : {};
  return tenantPodStatus(
    markOn('tenant', {
      ...base,
      spec: { containers: [{ name: 'c', image: 'i' }], ...tenant.spec },
      status: tenant.status ?? {},
    }),
    markOn('host', {
      ...base,
      metadata: { ...metadata, annotations },
      spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
      status: host,
    }),
    (text) => text.replaceAll('host', 'tenant'),
  );
}

const condition = (type: string, status: string): JsonObject => ({ type, status });

test('a disruption that began in the tenant is remembered, and one of the host is told', () => {
  const ours = { ...condition('DisruptionTarget', 'True'), reason: 'EvictionByEvictionAPI' };
  const theirs = { ...condition('DisruptionTarget', 'True'), reason: 'PreemptionByScheduler' };
  const ready = condition('Ready', 'True');
  const tenant = { status: { conditions: [ours] } };
  assert.deepEqual(shown(tenant, { conditions: [ready] })['conditions'], [ready, ours]);
  assert.deepEqual(shown(tenant, { conditions: [theirs] })['conditions'], [theirs]);
});

test('conditions: the host’s, but for readiness gates and what the host knows nothing of', () => {
  const status = {
    conditions: [
      condition('gate', 'True'),
      condition('example.com/own', 'True'),
      condition('example.com/both', 'True'),
      condition('OfAController', 'True'),
      condition('PodResizePending', 'True'),
    ],
  };
  const host = {
    conditions: [condition('Ready', 'True'), condition('gate', 'False'), condition('example.com/both', 'False')],
  };
  assert.deepEqual(shown({ spec: { readinessGates: [{ conditionType: 'gate' }] }, status }, host)['conditions'], [
    condition('Ready', 'True'),
    condition('example.com/both', 'False'),
    condition('gate', 'True'),
    condition('example.com/own', 'True'),
    condition('OfAController', 'True'),
  ]);
});

test('containers that the host injected are not shown, and texts speak of the tenant', () => {
  const host = {
    message: 'a host text',
    reason: 'host',
    containerStatuses: [{ name: 'c', state: { waiting: { message: 'on host' } } }, { name: 'injected' }],
  };
  assert.deepEqual(shown({}, host), {
    message: 'a tenant text',
    reason: 'host',
    containerStatuses: [{ name: 'c', state: { waiting: { message: 'on tenant' } } }],
  });
});

test('a gate that is called as a condition of the system leaves that to the host', () => {
  const tenant = {
    spec: { readinessGates: [{ conditionType: 'Ready' }] },
    status: { conditions: [condition('Ready', 'True')] },
  };
  assert.deepEqual(shown(tenant, { conditions: [condition('Ready', 'False')] })['conditions'], [
    condition('Ready', 'False'),
  ]);
});

test('an image that the host renamed is shown as the tenant wrote it, with what it really is', () => {
  const containerStatuses = [{ name: 'c', image: 'mirror.example/i:1', imageID: 'sha256:1' }];
  const renamed = { spec: { containers: [{ name: 'c', image: 'mirror.example/i:1' }] } };
  assert.deepEqual(shown({}, { containerStatuses }, renamed)['containerStatuses'], [
    { name: 'c', image: 'i', imageID: 'sha256:1' },
  ]);
  assert.deepEqual(shown({}, { containerStatuses })['containerStatuses'], containerStatuses);
});

test('what the host mounted into a container is not shown', () => {
  const volumeMounts = [{ name: 'data', mountPath: '/data' }];
  const tenant = { spec: { containers: [{ name: 'c', image: 'i', volumeMounts }] } };
  const seen = [...volumeMounts, { name: 'mesh', mountPath: '/mesh' }];
  assert.deepEqual(shown(tenant, { containerStatuses: [{ name: 'c', volumeMounts: seen }] })['containerStatuses'], [
    { name: 'c', volumeMounts },
  ]);
});

const waiting = (message: string) => [{ ...condition('Ready', 'False'), reason: 'ContainersNotReady', message }];
const meshed = {
  spec: {
    containers: [
      { name: 'c', image: 'i' },
      { name: 'mesh', image: 'm' },
    ],
  },
};

for (const [message, expected] of [
  ['containers with unready status: [c mesh]', 'containers with unready status: [c]'],
  ['containers with unready status: [mesh]', 'containers of the tenant are not ready'],
  ['containers with unready status: [c]', 'containers with unready status: [c]'],
  ['containers with incomplete status: [mesh c]', 'containers with incomplete status: [c]'],
] as const) {
  test(`a pod that waits for what the host injected is not ready, and doesn’t name it: ${message}`, () => {
    assert.deepEqual(shown({}, { conditions: waiting(message) }, meshed)['conditions'], waiting(expected));
  });
}

test('ephemeral containers are shown that the tenant asked for, and not those of the host', () => {
  const tenant = {
    spec: {
      ephemeralContainers: [
        { name: 'shell', image: 's' },
        { name: 'taken', image: 's' },
      ],
    },
  };
  const host = {
    ephemeralContainerStatuses: [{ name: 'shell', image: 's' }, { name: 'taken' }, { name: 'operator' }],
  };
  const carried = { ephemeralContainers: ['shell'] };
  assert.deepEqual(shown(tenant, host, { carried }), { ephemeralContainerStatuses: [{ name: 'shell', image: 's' }] });
  assert.deepEqual(shown(tenant, host), {});
});

test('claims of the host are not the tenant’s', () => {
  const own = { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'web-gpu-1' }] };
  const host = {
    resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'of-the-host' }],
    extendedResourceClaimStatus: { resourceClaimName: 'of-the-host' },
  };
  assert.deepEqual(shown({ status: own }, host), own);
});

interface Generations {
  /** What the host says has been seen of the copy, and its newest. */
  readonly told: number;
  readonly newest: number;
  /** What the tenant was told before. */
  readonly before?: number;
  readonly isAwaited?: boolean;
  readonly shown?: number;
}

const generations: Readonly<Record<string, Generations>> = {
  'who has seen the newest of the copy has seen what the tenant’s pod is now': {
    told: 4,
    newest: 4,
    before: 1,
    shown: 2,
  },
  'who is behind has seen what was told before': { told: 3, newest: 4, before: 1, shown: 1 },
  'who is behind, and never told anything, says nothing': { told: 3, newest: 4 },
  'nobody has seen what the copy is yet to become': { told: 4, newest: 4, before: 1, isAwaited: true, shown: 1 },
};

for (const [what, { told, newest, before, isAwaited = false, shown: expected }] of Object.entries(generations)) {
  test(what, () => {
    const seen = (observedGeneration: number | undefined): JsonObject => ({
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      conditions: [
        { ...condition('Ready', 'True'), ...(observedGeneration === undefined ? {} : { observedGeneration }) },
      ],
    });
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    const tenant = { ...base, metadata: { ...metadata, generation: 2 }, spec, status: seen(before) };
    const host = { ...base, metadata: { ...metadata, generation: newest }, spec, status: seen(told) };
    const status = tenantPodStatus(markOn('tenant', tenant), markOn('host', host), (text) => text, isAwaited);
    const [ready] = status['conditions'] as JsonObject[];
    assert.deepEqual([status['observedGeneration'], ready?.['observedGeneration']], [expected, expected]);
  });
}
