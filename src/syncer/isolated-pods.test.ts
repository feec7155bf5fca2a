/** Plans of pods under an operator's policy: nothing gets past it, neither at the beginning nor by and by. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import { originOfCopy } from '../translate/marks.ts';
import { viewPod, type PodSpec } from '../translate/pods/pod-view.ts';
import { translatePod } from '../translate/pods/pod.ts';
import type { IsolationPolicy } from '../translate/policy/policy.ts';
import type { Plan } from './action.ts';
import { pods } from './kinds/pods.ts';
import { viewOf } from './view.test-double.ts';

const isolation: IsolationPolicy = {
  podSecurity: { level: 'baseline', version: 'latest' },
  registries: ['docker.io/library'],
  tolerations: { guarded: [{ key: 'dedicated' }], otherwise: 'refuse' },
  resources: { defaultRequests: { cpu: '50m' }, containerMax: { cpu: '2', memory: '1Gi' } },
};
const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } };
const container = (more: JsonObject = {}): JsonObject => ({ name: 'web', image: 'nginx', resources, ...more });

function podOf(spec: JsonObject, metadata: ObjectMeta = {}, status: JsonObject = {}): On<'tenant', KubeObject> {
  return markOn('tenant', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1', generation: 3, ...metadata },
    spec: { containers: [container()], ...spec },
    status: { phase: 'Pending', ...status },
  });
}

/** The copy of a pod as it was made, and then ran. */
function copyOf(pod: On<'tenant', KubeObject>, spec: JsonObject = { nodeName: 'node-1' }): On<'host', KubeObject> {
  const { copy } = translatePod(viewOf(), pod);
  return markOn('host', {
    ...copy,
    metadata: { ...copy.metadata, uid: 'h1', resourceVersion: '7' },
    spec: { ...viewPod(copy).spec, ...spec },
    status: { phase: 'Running' },
  });
}

function plan(tenant: On<'tenant', KubeObject>, host?: On<'host', KubeObject>, policy = isolation): Plan {
  const view = viewOf({ isolation: policy });
  return pods.plan('default/web', { tenant, host, origin: host && originOfCopy(view.place, host) }, view);
}

const running = (spec: JsonObject, metadata: ObjectMeta = {}) =>
  podOf({ nodeName: 'node-1', ...spec }, metadata, { phase: 'Running' });
const messages = ({ notices = [] }: Plan): string => notices.map(({ message }) => message).join('\n');

/** What of a plan reaches the host. */
function reaching({ actions }: Plan): readonly (readonly [string, PodSpec | JsonObject])[] {
  return actions.flatMap((action): (readonly [string, PodSpec | JsonObject])[] => {
    if (action.type === 'create-host' || action.type === 'update-host')
      return [[action.type, viewPod(action.object).spec]];
    return action.type === 'patch-host' ? [[`${action.type} ${action.subresource}`, action.patch]] : [];
  });
}

test('a pod that violates is not begun; its owner is told once, in its status and by an Event', () => {
  const pod = podOf({ hostPID: true });
  const first = plan(pod);
  assert.deepEqual(reaching(first), []);
  const words =
    'Not started, by the operator\'s policy: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)';
  assert.deepEqual(first.notices, [{ reason: 'PolicyViolation', message: words }]);
  const [told] = first.actions;
  assert.ok(told?.type === 'update-tenant-status');
  assert.deepEqual(told.object['status'], {
    phase: 'Pending',
    reason: 'PolicyViolation',
    message: words,
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'PolicyViolation',
        message: words,
        lastProbeTime: null,
        lastTransitionTime: '2030-01-01T00:00:00Z',
        observedGeneration: 3,
      },
    ],
  });
  assert.deepEqual(plan(markOn('tenant', { ...told.object })), { actions: [] });
});

test('when the pod has become another, or the policy, it is begun', () => {
  const refused = podOf({ containers: [container({ image: 'evil.com/x' })] });
  const [told] = plan(refused).actions;
  assert.ok(told?.type === 'update-tenant-status');
  const mended = markOn('tenant', { ...told.object, spec: { containers: [container()] } });
  assert.deepEqual(
    reaching(plan(mended)).map(([type]) => type),
    ['create-host'],
  );
  assert.deepEqual(
    reaching(plan(told.object, undefined, {})).map(([type]) => type),
    ['create-host'],
  );
});

test('what is missing is filled in on the host, and stays as it is there', () => {
  const pod = podOf({ containers: [container({ resources: { limits: { cpu: '1', memory: '1Gi' } } })] });
  const [[type, spec] = ['', {}]] = reaching(plan(pod));
  assert.equal(type, 'create-host');
  assert.deepEqual((spec as PodSpec).containers[0]?.resources, {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '50m' },
  });
});

const pod = running({});
const copy = copyOf(pod);
const changes: readonly (readonly [title: string, changed: On<'tenant', KubeObject>, words: RegExp])[] = [
  ['another image', running({ containers: [container({ image: 'evil.com/x' })] }), /evil.com\/x/],
  [
    'another image of an init container',
    running({ initContainers: [container({ name: 'i', image: 'evil.com/x' })] }),
    /initContainers\[i\].image/,
  ],
  ['a toleration', running({ tolerations: [{ key: 'dedicated', operator: 'Exists' }] }), /tolerating dedicated/],
  ['a toleration of everything', running({ tolerations: [{ operator: 'Exists' }] }), /tolerating all taints/],
  [
    'a larger size',
    running({ containers: [container({ resources: { limits: { cpu: '64', memory: '1Gi' } } })] }),
    /cpu of 64 is more/,
  ],
  [
    'an ephemeral container from elsewhere',
    running({ ephemeralContainers: [{ name: 'sh', image: 'evil.com/sh' }] }),
    /ephemeralContainers\[sh\].image/,
  ],
  [
    'an ephemeral container with privileges',
    running({ ephemeralContainers: [{ name: 'sh', image: 'busybox', securityContext: { privileged: true } }] }),
    /privileged \(container "sh"/,
  ],
  [
    'an ephemeral container with fields of tomorrow',
    running({ ephemeralContainers: [{ name: 'sh', image: 'busybox', hostRoot: true }] }),
    /hostRoot: is not known/,
  ],
];

for (const [title, changed, words] of changes) {
  test(`a running pod doesn’t get what violates, and its owner is told: ${title}`, () => {
    const found = plan(changed, copy);
    const wrong = JSON.stringify(reaching(found));
    assert.doesNotMatch(wrong, /evil|dedicated|"Exists"|"64"|busybox|hostRoot/);
    assert.match(messages(found), /^The change does not reach the running pod, by the operator's policy: /);
    assert.match(messages(found), words);
  });
}

test('labels reach it all the same, but no annotation that says how it is confined', () => {
  const annotations = { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined', note: 'x' };
  const changed = running({ containers: [container({ image: 'evil.com/x' })] }, { labels: { a: 'b' }, annotations });
  const [update] = plan(changed, copy).actions;
  assert.ok(update?.type === 'update-host');
  assert.equal(update.object.metadata.labels?.['a'], 'b');
  assert.equal(update.object.metadata.annotations?.['note'], 'x');
  assert.equal(update.object.metadata.annotations['container.apparmor.security.beta.kubernetes.io/web'], undefined);
  assert.equal(viewPod(update.object).spec.containers[0]?.image, 'nginx');
});

test('nor one that is forbidden, nor a label', () => {
  const policy = { ...isolation, forbiddenAnnotations: ['cni/*'], forbiddenLabels: ['mesh'] };
  const changed = running({}, { labels: { a: 'b', mesh: 'x' }, annotations: { 'cni/networks': 'x' } });
  const found = plan(changed, copy, policy);
  const [update] = found.actions;
  assert.ok(update?.type === 'update-host');
  assert.equal(update.object.metadata.labels?.['a'], 'b');
  assert.equal(update.object.metadata.labels['mesh'], undefined);
  assert.equal(update.object.metadata.annotations?.['cni/networks'], undefined);
  assert.match(messages(found), /metadata.annotations\[cni\/networks\]: is not allowed; metadata.labels\[mesh\]/);
});

test('an annotation that unconfines is a violation by itself', () => {
  const annotations = { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' };
  assert.match(messages(plan(podOf({}, { annotations }))), /forbidden AppArmor profile/);
});

test('what keeps to the policy reaches it: another image, a debug container beside one that is refused', () => {
  const image = plan(running({ containers: [container({ image: 'nginx:2' })] }), copy);
  assert.deepEqual([reaching(image).map(([type]) => type), image.notices], [['update-host'], undefined]);
  const ephemeralContainers = [
    { name: 'bad', image: 'evil.com/sh' },
    { name: 'good', image: 'busybox' },
  ];
  const debugged = running({ ephemeralContainers });
  const [noted] = plan(debugged, copy).actions;
  assert.ok(noted?.type === 'update-host');
  const patched = plan(debugged, noted.object);
  assert.deepEqual(reaching(patched), [
    ['patch-host ephemeralcontainers', { spec: { ephemeralContainers: [{ name: 'good', image: 'busybox' }] } }],
  ]);
  assert.match(messages(patched), /ephemeralContainers\[bad\]/);
});

test('a policy that has become stricter ends nothing that runs, and takes back what only waits', () => {
  const lax = podOf({ hostPID: true });
  const runs = plan(running({ hostPID: true }), copyOf(lax));
  assert.deepEqual(
    runs.actions.filter(({ type }) => type.endsWith('-host')),
    [],
  );
  assert.equal(runs.notices, undefined);
  const [removed] = plan(lax, copyOf(lax, {})).actions;
  assert.ok(removed?.type === 'delete-host');
  assert.equal(removed.resourceVersion, '7');
});

test('a pod with gates is judged when they are gone; one that has ended never', () => {
  assert.deepEqual(plan(podOf({ hostPID: true, schedulingGates: [{ name: 'a' }] })), { actions: [] });
  assert.deepEqual(plan(podOf({ hostPID: true }, {}, { phase: 'Failed' })), { actions: [] });
});
