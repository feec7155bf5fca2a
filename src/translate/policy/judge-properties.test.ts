/** What holds for all rules together, whatever the pod and the policy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../api/json.ts';
import type { PodSpec } from '../pods/pod-view.ts';
import { judgePod } from './judge.ts';
import type { IsolationPolicy } from './policy.ts';

const guarded: IsolationPolicy = {
  tolerations: { guarded: [{ key: 'dedicated' }], otherwise: 'refuse' },
};
const allowed: IsolationPolicy = {
  tolerations: { allowed: [{ key: 'spot', effect: 'NoSchedule' }], otherwise: 'refuse' },
};

const arbitraryContainer = fc.record(
  {
    name: fc.constantFrom('a', 'b'),
    image: fc.constantFrom('nginx', 'evil.com/x', 'ghcr.io/acme/x', '', '@'),
    securityContext: fc.record(
      { privileged: fc.boolean(), capabilities: fc.record({ add: fc.subarray(['KILL', 'ALL']) }) },
      { requiredKeys: [] },
    ),
    ports: fc.array(fc.record({ hostPort: fc.constantFrom(0, 22, 8001), containerPort: fc.constant(1) }), {
      maxLength: 2,
    }),
    livenessProbe: fc.record(
      { periodSeconds: fc.nat(20), httpGet: fc.record({ host: fc.constantFrom('', 'x') }) },
      { requiredKeys: [] },
    ),
    resources: fc.record(
      {
        requests: fc.record({ cpu: fc.constantFrom('1m', '2', '5') }, { requiredKeys: [] }),
        limits: fc.record(
          { cpu: fc.constantFrom('2', '500m'), memory: fc.constantFrom('1Gi', 'x') },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name', 'image'] },
);
const arbitrarySpec = fc.record(
  {
    containers: fc.array(arbitraryContainer, { minLength: 1, maxLength: 2 }),
    initContainers: fc.array(arbitraryContainer, { maxLength: 1 }),
    hostNetwork: fc.boolean(),
    hostUsers: fc.boolean(),
    nodeSelector: fc.dictionary(fc.constantFrom('pool', 'disk', '__proto__'), fc.constantFrom('a', 'b')),
    runtimeClassName: fc.constantFrom('runc', 'gvisor'),
    tolerations: fc.array(
      fc.record(
        {
          key: fc.constantFrom('', 'dedicated', 'spot', 'node.kubernetes.io/unschedulable'),
          operator: fc.constantFrom('Exists', 'Equal'),
          effect: fc.constantFrom('', 'NoSchedule'),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
    volumes: fc.array(
      fc.constantFrom<JsonObject>({ name: 'x', hostPath: { path: '/' } }, { name: 'x', emptyDir: {} }, { name: 'x' }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['containers'] },
);
const arbitraryPolicy: fc.Arbitrary<IsolationPolicy> = fc.record(
  {
    podSecurity: fc.record({
      level: fc.constantFrom('privileged', 'baseline', 'restricted'),
      version: fc.constant('latest'),
    }),
    volumes: fc.subarray(['emptyDir', 'hostPath']),
    hostPaths: fc.subarray([{ path: '/', readOnly: true }]),
    hostNamespaces: fc.subarray(['network', 'pid'] as const),
    userNamespaces: fc.constant('required'),
    hostPorts: fc.subarray([{ from: 8000, to: 8010 }]),
    capabilities: fc.subarray(['KILL']),
    seccompDefault: fc.constant('RuntimeDefault'),
    nodeSelector: fc.constant({ pool: 'a' }),
    tolerations: fc.constantFrom(guarded, allowed).map(({ tolerations }) => tolerations ?? { otherwise: 'drop' }),
    runtimeClasses: fc.constantFrom({ allowed: ['gvisor'] }, { default: 'gvisor' }),
    registries: fc.subarray(['docker.io/library', 'ghcr.io/acme']),
    resources: fc.record(
      {
        defaultRequests: fc.constant({ cpu: '1' }),
        defaultLimits: fc.constant({ cpu: '2', memory: '1Gi' }),
        containerMax: fc.constant({ cpu: '3' }),
        podMax: fc.constant({ cpu: '4' }),
      },
      { requiredKeys: [] },
    ),
    probes: fc.constant({ hosts: 'own', leastPeriodSeconds: 10 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<IsolationPolicy>;

/** Plain JSON: fast-check's records are. */
const asSpec = (value: unknown): PodSpec => value as PodSpec;

test('what a policy has made of a pod it allows again, and leaves as it is', () => {
  fc.assert(
    fc.property(arbitraryPolicy, arbitrarySpec, (policy, value) => {
      const spec = asSpec(value);
      const first = judgePod(policy, { annotations: {}, labels: {}, spec, asked: spec });
      if (first.type !== 'allowed') return;
      const second = judgePod(policy, { annotations: {}, labels: {}, spec: first.spec, asked: spec });
      assert.deepEqual(second, first);
    }),
    { numRuns: 1000 },
  );
});

test('a rule more never allows what was refused without it, defaults aside', () => {
  const defaults = new Set(['seccompDefault', 'resources', 'userNamespaces', 'tolerations', 'runtimeClasses']);
  fc.assert(
    fc.property(arbitraryPolicy, arbitraryPolicy, arbitrarySpec, (policy, more, value) => {
      const spec = asSpec(value);
      const rules = Object.entries(more).filter(([rule]) => !defaults.has(rule) && !Object.hasOwn(policy, rule));
      const stricter: IsolationPolicy = { ...policy, ...Object.fromEntries(rules) };
      const pod = { annotations: {}, labels: {}, spec, asked: spec };
      if (judgePod(policy, pod).type === 'refused') assert.equal(judgePod(stricter, pod).type, 'refused');
    }),
    { numRuns: 1000 },
  );
});

test('whatever stands in a pod, it is judged', () => {
  const everything: IsolationPolicy = {
    ...guarded,
    registries: ['ghcr.io'],
    hostPaths: [],
    resources: {
      containerMax: { cpu: '1' },
      podMax: { cpu: '2' },
      defaultLimits: { cpu: '1' },
      defaultRequests: { cpu: '1' },
    },
    podSecurity: { level: 'restricted', version: 'latest' },
    volumes: [],
    hostPorts: [],
    capabilities: [],
    sysctls: [],
    forbidden: ['hostAliases', 'procMount', 'windows'],
    nodeSelector: { a: 'b' },
    probes: { hosts: 'own', leastPeriodSeconds: 1 },
    seccompDefault: 'RuntimeDefault',
    runtimeClasses: { allowed: [] },
    priorityClasses: { allowed: [], default: 'x' },
  };
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom(
          'containers',
          'volumes',
          'securityContext',
          'tolerations',
          'nodeSelector',
          'resources',
          'initContainers',
          'runtimeClassName',
        ),
        fc.jsonValue({ maxDepth: 4 }),
      ),
      (spec) => {
        judgePod(everything, { annotations: {}, labels: {}, spec: asSpec(spec), asked: asSpec(spec) });
      },
    ),
    { numRuns: 1000 },
  );
});
