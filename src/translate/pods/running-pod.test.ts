/** What of a running pod goes to its copy, one step after the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, nameOn, type On } from '../../api/side.ts';
import { takenByHost, withCarried } from './carried.ts';
import { translatePod, updatedPodCopy } from './pod.ts';
import { viewPod } from './pod-view.ts';
import { subresourcePatches } from './running-pod.ts';

const context = {
  place: { tenant: 'demo', hostNamespace: nameOn('host', 'sublet-demo') },
  namespacesSelectedBy: () => [],
};

interface Change {
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

function tenantPod({ spec, status }: Change = {}): On<'tenant', KubeObject> {
  return markOn('tenant', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1' },
    spec: { containers: [{ name: 'web', image: 'web:1' }], ...spec },
    status: { ...status },
  });
}

function copyOf(pod: On<'tenant', KubeObject>, { spec, status }: Change = {}): On<'host', KubeObject> {
  const { copy } = translatePod(context, pod);
  return markOn('host', { ...copy, spec: { ...viewPod(copy).spec, ...spec }, status: { ...status } });
}

/** The ordinary update first, then what it leaves to the subresources. */
function step(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>) {
  const translated = translatePod(context, pod);
  const updated = updatedPodCopy(copy, withCarried(pod, copy, translated.copy));
  return { updated, patches: subresourcePatches(pod, updated, translated) };
}

const debugged = tenantPod({
  spec: {
    ephemeralContainers: [
      { name: 'shell', image: 'busybox', env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
    ],
  },
});
const shell = {
  name: 'shell',
  image: 'busybox',
  env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's-x-default-x-demo', key: 'k' } } }],
};

test('an ephemeral container is noted, and then goes, with its references renamed', () => {
  const copy = copyOf(tenantPod());
  const { updated, patches } = step(debugged, copy);
  assert.notEqual(updated, copy);
  assert.deepEqual(patches, [
    { subresource: 'ephemeralcontainers', patch: { spec: { ephemeralContainers: [shell] } } },
  ]);
  const there = markOn('host', { ...updated, spec: { ...viewPod(updated).spec, ephemeralContainers: [shell] } });
  const after = step(debugged, there);
  assert.equal(after.updated, there);
  assert.deepEqual(after.patches, []);
});

test('it is not created with the pod', () => {
  assert.equal(viewPod(translatePod(context, debugged).copy).spec.ephemeralContainers, undefined);
});

test('one of the host’s by the same name is not taken for the tenant’s', () => {
  const copy = copyOf(tenantPod(), { spec: { ephemeralContainers: [{ name: 'shell', image: 'operators' }] } });
  const { updated, patches } = step(debugged, copy);
  assert.equal(updated, copy);
  assert.deepEqual(patches, []);
  assert.deepEqual(takenByHost(debugged, copy), ['shell']);
});

test('one that the host has injected is no obstacle to others', () => {
  const copy = copyOf(tenantPod(), { spec: { ephemeralContainers: [{ name: 'operator', image: 'o' }] } });
  const { patches } = step(debugged, copy);
  assert.deepEqual(
    patches.map(({ patch }) => patch),
    [{ spec: { ephemeralContainers: [shell] } }],
  );
  assert.deepEqual(takenByHost(debugged, copy), []);
});

const small = { requests: { cpu: '100m', 'ephemeral-storage': '1Gi' }, limits: { memory: '1Gi' } };
const large = { requests: { cpu: '200m', 'ephemeral-storage': '1Gi' }, limits: { memory: '2Gi' } };
const sized = (resources: JsonObject, more: JsonObject = {}) =>
  tenantPod({ spec: { containers: [{ name: 'web', image: 'web:1', resources }], ...more } });

test('a pod that is resized is resized on the host, whose ordinary update leaves that alone', () => {
  const copy = copyOf(sized(small));
  assert.deepEqual(step(sized(small), copy).patches, []);
  const { updated, patches } = step(sized(large), copy);
  assert.equal(updated, copy);
  const { note, ...rest } = patches[0] ?? {};
  assert.deepEqual(rest, {
    subresource: 'resize',
    patch: {
      spec: { containers: [{ name: 'web', resources: { requests: { cpu: '200m' }, limits: { memory: '2Gi' } } }] },
    },
  });
  const annotations = { ...copy.metadata.annotations, ...note };
  const noted = markOn('host', { ...copy, metadata: { ...copy.metadata, annotations } });
  assert.deepEqual(step(sized(large), noted), { updated: noted, patches: [] });
});

test('so are its own resources', () => {
  const copy = copyOf(sized(small, { resources: { limits: { cpu: '1', memory: '4Gi' } } }));
  const { patches } = step(sized(small, { resources: { limits: { cpu: '2', memory: '4Gi' } } }), copy);
  const [{ patch } = { patch: {} }] = patches;
  assert.deepEqual((patch as { spec?: JsonObject }).spec?.['resources'], { limits: { cpu: '2', memory: '4Gi' } });
});

test('sizes that the host changed at the beginning stay, as long as the tenant doesn’t resize', () => {
  const copy = copyOf(sized(small), {
    spec: { containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '10m' } } }] },
  });
  assert.deepEqual(step(sized(small), copy), { updated: copy, patches: [] });
});

test('a note that somebody took away is put back without a resize, where the sizes are as they should be', () => {
  const copy = copyOf(sized(small));
  const { ['sublet.dev/sizes']: noted, ...annotations } = copy.metadata.annotations ?? {};
  const spoiled = markOn('host', { ...copy, metadata: { ...copy.metadata, annotations } });
  const { updated, patches } = step(sized(small), spoiled);
  assert.equal(updated.metadata.annotations?.['sublet.dev/sizes'], noted);
  assert.deepEqual(patches, []);
});

test('a label that changes beside the sizes does not make the resize forgotten', () => {
  const copy = copyOf(sized(small));
  const pod = sized(large);
  pod.metadata.labels = { a: 'b' };
  const { updated } = step(pod, copy);
  assert.equal(updated.metadata.labels?.['a'], 'b');
  assert.equal(step(pod, updated).patches[0]?.subresource, 'resize');
});

const gates = {
  readinessGates: [{ conditionType: 'a.example/ok' }, { conditionType: 'Ready' }, { conditionType: 'dns' }],
};
const condition = (type: string, status: string, more: JsonObject = {}): JsonObject => ({ type, status, ...more });
const patched = (type: string, status: string) => ({
  ...condition(type, status),
  reason: null,
  message: null,
  lastTransitionTime: null,
  lastProbeTime: null,
});

test('conditions of readiness gates go to the host’s status, and no others', () => {
  const conditions = [
    condition('a.example/ok', 'True'),
    condition('Ready', 'True'),
    condition('other.example/x', 'True'),
  ];
  const pod = tenantPod({ spec: gates, status: { conditions } });
  const copy = copyOf(pod, { status: { conditions: [condition('Ready', 'False')] } });
  const { updated, patches } = step(pod, copy);
  assert.deepEqual(patches, [
    { subresource: 'status', patch: { status: { conditions: [patched('a.example/ok', 'True')] } } },
  ]);
  const there = markOn('host', {
    ...updated,
    status: { conditions: [condition('Ready', 'False'), condition('a.example/ok', 'True', { lastProbeTime: null })] },
  });
  assert.deepEqual(step(pod, there), { updated: there, patches: [] });
});

test('one that the tenant takes back is taken back; one that only the host sets is left alone', () => {
  const pod = tenantPod({ spec: gates, status: { conditions: [condition('a.example/ok', 'True')] } });
  const { updated } = step(pod, copyOf(pod));
  const there = markOn('host', {
    ...updated,
    status: { conditions: [condition('a.example/ok', 'True'), condition('dns', 'True')] },
  });
  const without = step(tenantPod({ spec: gates }), there);
  assert.deepEqual(
    without.patches.map(({ patch }) => patch),
    [{ status: { conditions: [{ $patch: 'delete', type: 'a.example/ok' }] } }],
  );
  const gone = markOn('host', { ...without.updated, status: { conditions: [condition('dns', 'True')] } });
  const after = step(tenantPod({ spec: gates }), gone);
  assert.deepEqual(after.patches, []);
  assert.deepEqual(step(tenantPod({ spec: gates }), after.updated), { updated: after.updated, patches: [] });
});
