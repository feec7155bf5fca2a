/** Each rule, by what it says to a pod. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { PodSpec } from '../pods/pod-view.ts';
import { judgePod, violationsText } from './judge.ts';
import type { IsolationPolicy } from './policy.ts';

const container = (more: JsonObject = {}): JsonObject => ({ name: 'web', image: 'nginx', ...more });

/** A door: tests write what an API server would have checked, and what it wouldn't. */
const specOf = (spec: JsonObject): PodSpec => ({ containers: [container()], ...spec }) as unknown as PodSpec;

/** What a pod is told that is refused, or the spec of its copy. `asked`: where the tenant's spec is another. */
function judged(policy: IsolationPolicy, spec: JsonObject, asked: JsonObject = spec): string | PodSpec {
  const verdict = judgePod(policy, { annotations: {}, labels: {}, spec: specOf(spec), asked: specOf(asked) });
  return verdict.type === 'allowed' ? verdict.spec : violationsText(verdict.violations);
}

const of = (more: JsonObject): JsonObject => ({ containers: [container(more)] });
const tolerating = (...tolerations: JsonObject[]): JsonObject => ({ tolerations });
const guarded: IsolationPolicy = {
  tolerations: { guarded: [{ key: 'dedicated' }, { key: 'gpu/*', effect: 'NoSchedule' }], otherwise: 'refuse' },
};
const allowed: IsolationPolicy = {
  tolerations: { allowed: [{ key: 'team', value: 'a', effect: 'NoSchedule' }, { key: 'spot/*' }], otherwise: 'refuse' },
};
const logs: IsolationPolicy = { hostPaths: [{ path: '/var/log/acme', readOnly: true }] };
const mounting = (path: string, readOnly: boolean): JsonObject => ({
  volumes: [{ name: 'logs', hostPath: { path } }],
  ...of({ volumeMounts: [{ name: 'logs', mountPath: '/logs', readOnly }] }),
});
const most: IsolationPolicy = { resources: { containerMax: { cpu: '1', memory: '1Gi', 'example.com/gpu': '0' } } };
const limits = { cpu: '1', memory: '1Gi' };

const refused: readonly (readonly [title: string, policy: IsolationPolicy, spec: JsonObject, words: RegExp])[] = [
  [
    'Pod Security is told in upstream’s words',
    { podSecurity: { level: 'baseline', version: 'latest' } },
    { hostNetwork: true },
    /^violates PodSecurity "baseline:latest": host namespaces \(hostNetwork=true\)$/,
  ],
  [
    'a namespace of the host',
    { hostNamespaces: ['pid'] },
    { hostIPC: true, hostPID: true },
    /^spec.hostIPC: .*ipc namespace is not allowed$/,
  ],
  ['sharing the host’s users', { userNamespaces: 'required' }, { hostUsers: true }, /^spec.hostUsers: must be false/],
  [
    'a host port outside the range',
    { hostPorts: [{ from: 8000, to: 8010 }] },
    of({ ports: [{ hostPort: 22 }] }),
    /containers\[web\].ports: host port 22 is not allowed; 8000-8010 may be used/,
  ],
  [
    'a port on the host’s network is a host port',
    { hostPorts: [] },
    { hostNetwork: true, ...of({ ports: [{ containerPort: 80 }] }) },
    /host port 80/,
  ],
  [
    'a host port of an init container',
    { hostPorts: [] },
    { initContainers: [container({ ports: [{ hostPort: 53 }] })] },
    /initContainers\[web\].*53/,
  ],
  [
    'a folder of the host',
    logs,
    mounting('/etc', true),
    /volumes\[logs\].hostPath.path: "\/etc" is not allowed; below \/var\/log\/acme/,
  ],
  ['a folder whose name only begins so', logs, mounting('/var/log/acme2', true), /acme2/],
  ['a folder above, by two dots', logs, mounting('/var/log/acme/../..', true), /not allowed/],
  [
    'writing where reading is allowed',
    logs,
    mounting('/var/log/acme/x', false),
    /volumeMounts\[\/logs\].readOnly: must be true/,
  ],
  [
    'a type of volume',
    { volumes: ['configMap'] },
    { volumes: [{ name: 'a', nfs: {} }] },
    /volumes\[a\]: volumes of type nfs are not allowed; configMap may be used/,
  ],
  [
    'a volume of a type of tomorrow',
    { volumes: ['configMap'] },
    { volumes: [{ name: 'a', teleport: {} }] },
    /type teleport/,
  ],
  [
    'a second type in one volume',
    { volumes: ['emptyDir'] },
    { volumes: [{ name: 'a', emptyDir: {}, hostPath: {} }] },
    /type hostPath/,
  ],
  ['a volume that says nothing is an emptyDir', { volumes: ['secret'] }, { volumes: [{ name: 'a' }] }, /type emptyDir/],
  [
    'a capability',
    { capabilities: ['KILL'] },
    of({ securityContext: { capabilities: { add: ['KILL', 'SYS_ADMIN'] } } }),
    /SYS_ADMIN is not allowed; KILL may be added/,
  ],
  [
    'all capabilities by their word',
    { capabilities: ['KILL'] },
    of({ securityContext: { capabilities: { add: ['ALL'] } } }),
    /ALL is not allowed/,
  ],
  [
    'all capabilities by privilege',
    { capabilities: ['KILL'] },
    of({ securityContext: { privileged: true } }),
    /privileged: must not be true/,
  ],
  [
    'a sysctl',
    { sysctls: ['net.*'] },
    { securityContext: { sysctls: [{ name: 'net.core.somaxconn' }, { name: 'kernel.msgmax' }] } },
    /^spec.securityContext.sysctls\[kernel.msgmax\]: is not allowed; net.\* may be set$/,
  ],
  [
    'host aliases',
    { forbidden: ['hostAliases'] },
    { hostAliases: [{ ip: '10.0.0.1' }] },
    /^spec.hostAliases: is not allowed$/,
  ],
  [
    'an unmasked /proc',
    { forbidden: ['procMount'] },
    of({ securityContext: { procMount: 'Unmasked' } }),
    /procMount: must be Default/,
  ],
  ['Windows', { forbidden: ['windows'] }, { os: { name: 'windows' } }, /spec.os.name: windows/],
  [
    'Windows by its options',
    { forbidden: ['windows'] },
    of({ securityContext: { windowsOptions: {} } }),
    /windowsOptions/,
  ],
  [
    'another node than is forced',
    { nodeSelector: { pool: 'tenants' } },
    { nodeSelector: { pool: 'operators' } },
    /nodeSelector\[pool\]: "operators" can't be had: pods run on nodes with pool=tenants/,
  ],
  [
    'a guarded taint',
    guarded,
    tolerating({ key: 'dedicated', operator: 'Equal', value: 'x', effect: 'NoSchedule' }),
    /tolerating dedicated=x:NoSchedule is not allowed: the operator keeps nodes with dedicated and gpu\/\*:NoSchedule for others/,
  ],
  [
    'a guarded taint, by any of its values',
    guarded,
    tolerating({ key: 'dedicated', operator: 'Exists' }),
    /tolerating dedicated is/,
  ],
  ['a guarded taint by its prefix', guarded, tolerating({ key: 'gpu/a100', operator: 'Exists' }), /gpu\/a100/],
  ['all taints at once', guarded, tolerating({ operator: 'Exists' }), /tolerating all taints is not allowed/],
  [
    'all taints of an effect',
    guarded,
    tolerating({ operator: 'Exists', effect: 'NoExecute' }),
    /tolerating all taints of effect NoExecute/,
  ],
  [
    'a comparison is a toleration, too',
    guarded,
    tolerating({ key: 'dedicated', operator: 'Gt', value: '1' }),
    /dedicated=1/,
  ],
  [
    'a taint that isn’t on the list',
    allowed,
    tolerating({ key: 'team', operator: 'Equal', value: 'b', effect: 'NoSchedule' }),
    /team=b:NoSchedule is not allowed; team=a:NoSchedule and spot\/\* may be tolerated/,
  ],
  [
    'more of a taint than is on the list',
    allowed,
    tolerating({ key: 'team', operator: 'Exists', effect: 'NoSchedule' }),
    /team:NoSchedule/,
  ],
  ['more effects of a taint than are on the list', allowed, tolerating({ key: 'team', value: 'a' }), /team=a is/],
  [
    'a runtime class',
    { runtimeClasses: { allowed: ['gvisor'] } },
    { runtimeClassName: 'runc' },
    /^spec.runtimeClassName: "runc" is not allowed; gvisor may be used$/,
  ],
  [
    'a priority class',
    { priorityClasses: { allowed: ['low'], default: 'lowest' } },
    { priorityClassName: 'high' },
    /^spec.priorityClassName: "high" is not allowed; low and lowest may be used$/,
  ],
  ['no limit where there is a most', most, of({}), /limits: cpu must have a limit, of 1 at most; .*memory must/],
  [
    'more than the most',
    most,
    of({ resources: { limits: { cpu: '1001m', memory: '1Gi' } } }),
    /limits: cpu of 1001m is more than the 1 that may be had/,
  ],
  [
    'a request for more than the most',
    most,
    of({ resources: { requests: { 'example.com/gpu': '1' }, limits } }),
    /requests: example.com\/gpu of 1/,
  ],
  ['what is no quantity', most, of({ resources: { limits: { cpu: 'much', memory: '1Gi' } } }), /cpu of much/],
  [
    'more than the most by a limit of the pod',
    most,
    { resources: { limits: { cpu: '64', memory: '1Gi' } } },
    /cpu of 64/,
  ],
  [
    'more in all than the most',
    { resources: { podMax: { cpu: '1' } } },
    {
      containers: [
        container({ resources: { limits: { cpu: '600m' } } }),
        container({ resources: { limits: { cpu: '600m' } } }),
      ],
    },
    /limits of its containers together: cpu of 1200m is more than the 1/,
  ],
  [
    'no limit of one where there is a most in all',
    { resources: { podMax: { cpu: '1' } } },
    { containers: [container({ resources: { limits: { cpu: '1' } } }), container()] },
    /cpu must have a limit/,
  ],
  [
    'a probe of somebody else',
    { probes: { hosts: 'own' } },
    of({ livenessProbe: { httpGet: { host: '169.254.169.254', port: 80 } } }),
    /must not name a host \("169.254.169.254"\)/,
  ],
  [
    'a hook to somebody else',
    { probes: { hosts: 'own' } },
    of({ lifecycle: { preStop: { tcpSocket: { host: 'localhost', port: 1 } } } }),
    /"localhost"/,
  ],
  [
    'a probe of a sidecar',
    { probes: { hosts: 'own' } },
    { initContainers: [container({ restartPolicy: 'Always', startupProbe: { tcpSocket: { host: 'x', port: 1 } } })] },
    /initContainers\[web\]/,
  ],
  [
    'a hasty probe',
    { probes: { leastPeriodSeconds: 5 } },
    of({ readinessProbe: { exec: {}, periodSeconds: 1 } }),
    /readinessProbe.periodSeconds: must be 5 or more/,
  ],
  [
    'a probe that is hasty by default',
    { probes: { leastPeriodSeconds: 30 } },
    of({ readinessProbe: { exec: {} } }),
    /must be 30/,
  ],
  [
    'a field of tomorrow',
    { podSecurity: { level: 'baseline', version: 'latest' } },
    { hostMemory: true },
    /^spec.hostMemory: is not known to the policy/,
  ],
  [
    'a field of tomorrow in a container',
    { podSecurity: { level: 'baseline', version: 'latest' } },
    of({ securityContext: { root: true } }),
    /containers\[web\].securityContext.root: is not known/,
  ],
  [
    'a source of files of tomorrow',
    { podSecurity: { level: 'baseline', version: 'latest' } },
    { volumes: [{ name: 'v', projected: { sources: [{ hostKey: {} }] } }] },
    /^spec.volumes\[v\].projected.sources.hostKey: is not known/,
  ],
  [
    'a source of variables of tomorrow',
    { podSecurity: { level: 'baseline', version: 'latest' } },
    of({ env: [{ name: 'A', valueFrom: { hostRef: {} } }] }),
    /containers\[web\].env\[A\].valueFrom.hostRef: is not known/,
  ],
];

for (const [title, policy, spec, words] of refused) {
  test(`refused: ${title}`, () => {
    const found = judged(policy, spec);
    assert.ok(typeof found === 'string', `allowed: ${JSON.stringify(found)}`);
    assert.match(found, words);
  });
}

const passed: readonly (readonly [title: string, policy: IsolationPolicy, spec: JsonObject])[] = [
  [
    'a policy without rules',
    {},
    { hostNetwork: true, hostPID: true, ...of({ securityContext: { privileged: true } }) },
  ],
  ['a namespace of the host that is on the list', { hostNamespaces: ['network'] }, { hostNetwork: true }],
  [
    'a host port in the range',
    { hostPorts: [{ from: 8000, to: 8010 }] },
    of({ ports: [{ hostPort: 8010 }, { containerPort: 22 }] }),
  ],
  ['reading below a folder', logs, mounting('/var/log/acme/', true)],
  ['writing where one may', { hostPaths: [{ path: '/data', readOnly: false }] }, mounting('/data/x', false)],
  [
    'what every pod tolerates for a while',
    allowed,
    tolerating({
      key: 'node.kubernetes.io/not-ready',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    }),
  ],
  ['a soft taint', guarded, tolerating({ key: 'dedicated', operator: 'Exists', effect: 'PreferNoSchedule' })],
  ['a taint that isn’t guarded', guarded, tolerating({ key: 'spot', operator: 'Exists' })],
  ['another effect than is guarded', guarded, tolerating({ key: 'gpu/a100', operator: 'Exists', effect: 'NoExecute' })],
  [
    'taints on the list',
    allowed,
    tolerating({ key: 'team', value: 'a', effect: 'NoSchedule' }, { key: 'spot/x', operator: 'Exists' }),
  ],
  ['as much as the most', most, of({ resources: { limits } })],
  ['a limit of the pod', most, { resources: { limits } }],
  [
    'a probe of the pod itself',
    { probes: { hosts: 'own', leastPeriodSeconds: 10 } },
    of({ livenessProbe: { httpGet: { port: 80 } }, lifecycle: { preStop: { sleep: { seconds: 1 } } } }),
  ],
];

for (const [title, policy, spec] of passed) {
  test(`allowed, and left as it is: ${title}`, () => assert.deepEqual(judged(policy, spec), specOf(spec)));
}

const adjusted: readonly (readonly [title: string, policy: IsolationPolicy, spec: JsonObject, becomes: JsonObject])[] =
  [
    ['a user namespace', { userNamespaces: 'required' }, {}, { hostUsers: false }],
    [
      'the nodes that are forced',
      { nodeSelector: { pool: 'a' } },
      { nodeSelector: { disk: 'ssd' } },
      { nodeSelector: { pool: 'a', disk: 'ssd' } },
    ],
    [
      'a seccomp profile',
      { seccompDefault: 'RuntimeDefault' },
      {},
      { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
    ],
    [
      'with it, a pod may keep to a level',
      { seccompDefault: 'RuntimeDefault', podSecurity: { level: 'restricted', version: 19 } },
      { securityContext: { runAsNonRoot: true }, ...of({ securityContext: { allowPrivilegeEscalation: false } }) },
      {
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        ...of({ securityContext: { allowPrivilegeEscalation: false } }),
      },
    ],
    ['a runtime class', { runtimeClasses: { default: 'gvisor' } }, {}, { runtimeClassName: 'gvisor' }],
    ['a priority class', { priorityClasses: { default: 'low' } }, {}, { priorityClassName: 'low' }],
    [
      'tolerations dropped, where that is wanted',
      { tolerations: { guarded: [{ key: 'dedicated' }], otherwise: 'drop' } },
      tolerating({ key: 'dedicated', operator: 'Exists' }, { key: 'spot', operator: 'Exists' }),
      tolerating({ key: 'spot', operator: 'Exists' }),
    ],
    [
      'what a DaemonSet’s pods tolerate is dropped, not refused',
      allowed,
      tolerating({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }),
      { tolerations: [] },
    ],
    [
      'requests and limits',
      { resources: { defaultRequests: { cpu: '100m' }, defaultLimits: { cpu: '1', memory: '1Gi' } } },
      of({ resources: { limits: { memory: '2Gi' } } }),
      of({ resources: { requests: { cpu: '100m' }, limits: { memory: '2Gi', cpu: '1' } } }),
    ],
    [
      'a default request within the limit',
      { resources: { defaultRequests: { cpu: '1' } } },
      of({ resources: { limits: { cpu: '10m' } } }),
      of({ resources: { requests: { cpu: '10m' }, limits: { cpu: '10m' } } }),
    ],
    [
      'a default limit above the request',
      { resources: { defaultLimits: { cpu: '1' } } },
      of({ resources: { requests: { cpu: '3' } } }),
      of({ resources: { requests: { cpu: '3' }, limits: { cpu: '3' } } }),
    ],
    [
      'nothing of a container that the pod says',
      { resources: { defaultLimits: { cpu: '1' } } },
      { resources: { limits: { cpu: '2' } } },
      { resources: { limits: { cpu: '2' } } },
    ],
  ];

for (const [title, policy, spec, becomes] of adjusted) {
  test(`filled in: ${title}`, () => assert.deepEqual(judged(policy, spec), specOf(becomes)));
}

test('labels and annotations that the host’s own programs heed', () => {
  const verdict = judgePod(
    { forbiddenAnnotations: ['k8s.v1.cni.cncf.io/*'], forbiddenLabels: ['mesh'] },
    {
      annotations: { 'k8s.v1.cni.cncf.io/networks': 'x', mesh: 'x' },
      labels: { mesh: 'x', meshes: 'x' },
      spec: specOf({}),
      asked: specOf({}),
    },
  );
  assert.equal(
    verdict.type === 'refused' ? violationsText(verdict.violations) : '',
    'metadata.annotations[k8s.v1.cni.cncf.io/networks]: is not allowed; metadata.labels[mesh]: is not allowed',
  );
});

test('a claim that is made for a pod is told from one that it names', () => {
  const copy = { volumes: [{ name: 'a', persistentVolumeClaim: { claimName: 'x' } }] };
  const asked = { volumes: [{ name: 'a', ephemeral: {} }] };
  const words = judged({ volumes: ['persistentVolumeClaim'] }, copy, asked);
  assert.match(typeof words === 'string' ? words : '', /type ephemeral/);
  assert.deepEqual(judged({ volumes: ['ephemeral'] }, copy, asked), specOf(copy));
});

test('a priority class of the tenant’s own has its own measure, under another name', () => {
  const policy: IsolationPolicy = { priorityClasses: { allowed: [] } };
  assert.equal(typeof judged(policy, { priorityClassName: 'own-x-demo' }, { priorityClassName: 'own' }), 'object');
});

test('host aliases of Sublet’s own are not held against a pod', () => {
  assert.equal(typeof judged({ forbidden: ['hostAliases'] }, { hostAliases: [{ ip: '10.0.0.1' }] }, {}), 'object');
});

test('a long list of reasons is cut, and says so', () => {
  const violations = Array.from({ length: 100 }, (_, index) => ({ field: `spec.f${index}`, text: 'is not allowed' }));
  const words = violationsText(violations);
  assert.ok(words.length < 1000);
  assert.match(words, /; and \d+ more$/);
});
