/** A host whose webhooks, controllers and people change the copies of pods, in any mixture: both sides come to rest, and neither gets what is the other's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cloneJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { originOfCopy } from '../../translate/marks.ts';
import { containersOf, viewPod, type PodSpec } from '../../translate/pods/pod-view.ts';
import type { Action } from '../action.ts';
import { viewOf } from '../view.test-double.ts';
import { pods } from './pods.ts';

const view = viewOf();
const key = 'default/web';
/** In the name of all that the host adds. */
const added = 'zz-added';

const tenantPod = markOn('tenant', {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u1', resourceVersion: '7', labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'web:1',
        env: [{ name: 'A', value: '1' }],
        resources: { requests: { cpu: '1' } },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
    initContainers: [{ name: 'init', image: 'init:1' }],
    volumes: [{ name: 'data', emptyDir: {} }],
    tolerations: [{ key: 'a', operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    nodeName: 'node-1',
    terminationGracePeriodSeconds: 5,
    dnsPolicy: 'ClusterFirst',
  },
  status: { phase: 'Pending', qosClass: 'Burstable', conditions: [{ type: 'own.example/ok', status: 'True' }] },
});

type Mutation = (pod: KubeObject, spec: PodSpec) => void;

const mutations: Readonly<Record<string, Mutation>> = {
  'a sidecar': (_, spec) => spec.containers.unshift({ name: added, image: added }),
  'an init container, first': (_, spec) => spec.initContainers?.unshift({ name: added, image: added }),
  'an ephemeral container': (_, spec) => (spec.ephemeralContainers = [{ name: added, image: added }]),
  'images of a mirror': (_, spec) => {
    for (const container of containersOf(spec)) container.image = `${added}/${container.image}`;
  },
  'a volume, mounted everywhere': (_, spec) => {
    spec.volumes?.push({ name: added, emptyDir: {} });
    for (const container of containersOf(spec))
      container.volumeMounts = [...(container.volumeMounts ?? []), { name: added, mountPath: `/${added}` }];
  },
  'an environment': (_, spec) => {
    for (const container of containersOf(spec)) container.env = [...(container.env ?? []), { name: added }];
  },
  'other sizes': (_, spec) => {
    for (const container of containersOf(spec)) container.resources = { requests: { cpu: '7' }, limits: { cpu: '7' } };
  },
  'a toleration': (_, spec) => {
    const known = spec['tolerations'];
    spec['tolerations'] = [...(Array.isArray(known) ? known : []), { key: added, operator: 'Exists' }];
  },
  'no tolerations': (_, spec) => delete spec['tolerations'],
  labels: ({ metadata }) => (metadata.labels = { ...metadata.labels, [added]: added }),
  annotations: ({ metadata }) => (metadata.annotations = { ...metadata.annotations, [added]: added }),
  'a finalizer': ({ metadata }) => (metadata.finalizers = [`${added}/hold`]),
  'an owner': ({ metadata }) => {
    metadata['ownerReferences'] = [{ apiVersion: 'v1', kind: 'Node', name: added, uid: added }];
  },
  'a priority': (_, spec) => Object.assign(spec, { priorityClassName: added, priority: 5, preemptionPolicy: 'Never' }),
  'an account': (_, spec) => Object.assign(spec, { serviceAccountName: added, automountServiceAccountToken: true }),
  'a gate': (_, spec) => (spec.readinessGates = [{ conditionType: `${added}/ok` }]),
  'no affinity': (_, spec) => delete spec.affinity,
  'no volumes': (_, spec) => delete spec.volumes,
  'no grace': (_, spec) => delete spec.terminationGracePeriodSeconds,
  'another scheduler': (_, spec) => Object.assign(spec, { schedulerName: added, dnsPolicy: 'Default' }),
};

const some = fc.subarray(Object.keys(mutations));

function planOf(tenant: On<'tenant', KubeObject>, host?: On<'host', KubeObject>): readonly Action[] {
  const origin = host && originOfCopy(view.place, host);
  assert.ok(!host || origin, 'a copy is a copy, whatever the host adds');
  return pods.plan(key, { tenant, host, origin }, view).actions;
}

function mutatedCopy(names: readonly string[]): On<'host', KubeObject> {
  const [create] = planOf(tenantPod);
  assert.ok(create?.type === 'create-host');
  const { metadata, ...rest } = create.object;
  const copy: KubeObject = { ...cloneJson(rest as JsonObject), apiVersion: 'v1', kind: 'Pod', metadata };
  copy.metadata = { ...metadata, uid: 'h1', resourceVersion: '3' };
  for (const name of names) mutations[name]?.(copy, viewPod(copy).spec);
  return markOn('host', copy);
}

/** As a kubelet tells of all that it runs. */
function running(copy: On<'host', KubeObject>): On<'host', KubeObject> {
  const { spec } = viewPod(copy);
  const statusOf = (list: PodSpec['containers'] = []): JsonValue =>
    list.map(({ name, image, volumeMounts = [] }) => ({
      name,
      image,
      imageID: 'sha256:1',
      ready: name !== added,
      restartCount: 0,
      state: { running: {} },
      volumeMounts,
    }));
  const isWaited = spec.containers.some(({ name }) => name === added);
  const message = isWaited ? { message: `containers with unready status: [${added}]` } : {};
  const conditions = ['Ready', 'ContainersReady'].map((type) => ({
    type,
    status: isWaited ? 'False' : 'True',
    ...message,
  }));
  const status = {
    phase: 'Running',
    qosClass: 'Guaranteed',
    conditions: [...conditions, { type: 'PodScheduled', status: 'True' }],
    containerStatuses: statusOf(spec.containers),
    initContainerStatuses: statusOf(spec.initContainers),
    ...(spec.ephemeralContainers ? { ephemeralContainerStatuses: statusOf(spec.ephemeralContainers) } : {}),
  };
  return markOn('host', { ...copy, spec: { ...spec, nodeName: 'node-1' }, status });
}

test('property: what a host changes of a pod is neither undone nor told, and both sides come to rest', () => {
  fc.assert(
    fc.property(some, (names) => {
      const copy = running(mutatedCopy(names));
      const [told, ...more] = planOf(tenantPod, copy);
      assert.ok(told?.type === 'update-tenant-status');
      assert.deepEqual(more, []);
      assert.doesNotMatch(JSON.stringify(told.object), new RegExp(added));
      const { status } = viewPod(told.object);
      assert.equal(status?.qosClass, 'Burstable');
      assert.equal(status?.phase, 'Running');
      assert.ok(status?.conditions?.some(({ type }) => type === 'own.example/ok'));
      const [ready, containersReady] = ['Ready', 'ContainersReady'].map(
        (type) => status?.conditions?.find((one) => one.type === type)?.status,
      );
      assert.equal(ready, containersReady);
      assert.equal(ready, names.includes('a sidecar') ? 'False' : 'True');
      assert.deepEqual(planOf(told.object, copy), []);
    }),
    { numRuns: 300 },
  );
});

test('property: a change in the tenant leaves on the host what the host added', () => {
  fc.assert(
    fc.property(some, fc.constantFrom('label', 'image'), (names, change) => {
      const copy = running(mutatedCopy(names));
      const changed = cloneJson(tenantPod as unknown as JsonObject) as unknown as On<'tenant', KubeObject>;
      if (change === 'label') changed.metadata.labels = { app: 'other' };
      else for (const container of viewPod(changed).spec.containers) container.image = 'web:2';
      const [update, ...more] = planOf(changed, copy);
      assert.ok(update?.type === 'update-host');
      assert.deepEqual(more, []);
      const { object } = update;
      if (change === 'label') assert.equal(object.metadata.labels?.['app'], 'other');
      else assert.equal(viewPod(object).spec.containers.find(({ name }) => name === 'web')?.image, 'web:2');
      const count = (pod: KubeObject): number => JSON.stringify(withoutImages(pod)).split(added).length;
      assert.equal(count(object), count(copy));
      assert.deepEqual(
        planOf(changed, object).filter(({ type }) => type !== 'update-tenant-status'),
        [],
      );
    }),
    { numRuns: 300 },
  );
});

/** What a tenant changes is its own. */
function withoutImages(pod: KubeObject): JsonObject {
  const { spec } = viewPod(pod);
  const plain = (list: PodSpec['containers'] = []): JsonValue => list.map((container) => ({ ...container, image: '' }));
  return {
    ...cloneJson(spec),
    containers: plain(spec.containers),
    initContainers: plain(spec.initContainers),
    ephemeralContainers: plain(spec.ephemeralContainers),
    metadata: pod.metadata as unknown as JsonObject,
  };
}
