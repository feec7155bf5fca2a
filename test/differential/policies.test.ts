/** What admission policies make of writes: upstream's own answer for each. All policies are there first, since upstream sees them a second later. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { upstreamUnavailable } from '../host/upstream.ts';
import { get, post, type Call, type Json } from './case.ts';
import { comparable } from './comparable.ts';
import { differences, type Asked } from './differences.ts';
import { startPair, type RunningPair } from './pair.ts';
import { customCases, customDefinition } from './policies/custom-cases.ts';
import { mutatingCases } from './policies/mutating-cases.ts';
import { rule, validating, mutating, type CasePolicy, type PolicyCase } from './policies/policy-case.ts';
import { validatingCases } from './policies/validating-cases.ts';
import type { Kept, Side } from './side.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const readyMs = 30_000;
const maps: Json = [rule(['configmaps'])];

const families = [
  { name: 'validating policies', prefix: 'validated', cases: validatingCases },
  { name: 'mutating policies', prefix: 'mutated', cases: mutatingCases },
  { name: 'policies about custom resources', prefix: 'custom', cases: customCases },
];
/** The last policies: once they are followed, all are. */
const last: PolicyCase = {
  name: 'last',
  policies: [
    validating({ validations: [{ expression: "object.metadata.name != 'denied'" }] }),
    mutating({
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: "Object{data: {'a': 'b'}}" } }],
    }),
  ],
  calls: [],
};

describe('admission policies of Sublet and of upstream', { skip: upstreamUnavailable() ?? false }, () => {
  let pair: RunningPair | undefined;
  before(async () => {
    pair = await startPair();
    await Promise.all([prepare(pair.sublet), prepare(pair.upstream)]);
  });
  after(() => pair?.stop());
  for (const { name: family, prefix, cases } of families) {
    describe(family, () => {
      for (const [index, { name, calls }] of cases.entries()) {
        test(name, async () => {
          const namespace = `${prefix}-${index}`;
          const run = async (side: Side): Promise<Asked[]> => {
            const asked: Asked[] = [];
            for (const call of calls) asked.push(await ask(side, call, namespace));
            return asked;
          };
          assert.ok(pair);
          const [sublet, upstream] = await Promise.all([run(pair.sublet), run(pair.upstream)]);
          assert.equal(differences(sublet, upstream).join('\n'), '');
        });
      }
    });
  }
});

async function prepare(side: Side): Promise<void> {
  await define(side);
  for (const { prefix, cases } of families) {
    for (const [index, each] of cases.entries()) await prepareCase(side, each, `${prefix}-${index}`);
  }
  await prepareCase(side, last, 'last');
  const deadline = performance.now() + readyMs;
  for (;;) {
    const refused = await ask(
      side,
      post('/api/v1/namespaces/{ns}/configmaps?dryRun=All', { metadata: { name: 'denied' } }),
      'last',
    );
    const changed = await ask(
      side,
      post('/api/v1/namespaces/{ns}/configmaps?dryRun=All', { metadata: { name: 'a' } }),
      'last',
    );
    if (refused.answer.status === 422 && JSON.stringify(changed.answer.body).includes('"data":{"a":"b"}')) return;
    assert.ok(
      performance.now() < deadline,
      `${side.name} does not follow policies: ${JSON.stringify([refused, changed])}`,
    );
    await sleep(100);
  }
}

/** Serves the custom resources. */
async function define(side: Side): Promise<void> {
  const created = await ask(
    side,
    post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', customDefinition),
    'last',
  );
  assert.equal(created.answer.status, 201, JSON.stringify(created.answer.body));
  const deadline = performance.now() + readyMs;
  for (;;) {
    const { answer } = await ask(side, get('/apis/policies.example.com/v2/widgets'), 'last');
    const described = await ask(side, get('/openapi/v3/apis/policies.example.com/v1'), 'last');
    if (answer.status === 200 && described.answer.status === 200) return;
    assert.ok(performance.now() < deadline, `${side.name} does not serve widgets`);
    await sleep(100);
  }
}

async function prepareCase(side: Side, { policies, given = [] }: PolicyCase, namespace: string): Promise<void> {
  const calls = [
    post('/api/v1/namespaces', { metadata: { name: namespace } }),
    post('/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name: 'default' } }),
    ...given,
    ...policies.flatMap((policy, index) => policyCalls(policy, namespace, `${namespace}-${index}`)),
  ];
  for (const call of calls) {
    const { answer } = await ask(side, call, namespace);
    assert.equal(answer.status, 201, `${side.name}: ${JSON.stringify([call, answer.body])}`);
  }
}

function policyCalls({ kind, spec, constraints, bindings }: CasePolicy, namespace: string, name: string): Call[] {
  const matchConstraints = {
    resourceRules: maps,
    ...constraints,
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  };
  const actions = kind === 'validating' ? { validationActions: ['Deny'] } : {};
  return [
    post(`${group}/${kind}admissionpolicies`, { metadata: { name }, spec: { ...spec, matchConstraints } }),
    ...bindings.map((binding, index) =>
      post(`${group}/${kind}admissionpolicybindings`, {
        metadata: { name: `${name}-${index}` },
        spec: { policyName: name, ...actions, ...binding },
      }),
    ),
  ];
}

async function ask(side: Side, call: Call, namespace: string): Promise<Asked> {
  const kept: Kept = new Map([['ns', namespace]]);
  return { request: `${call.method} ${call.path}`, answer: comparable(await side.ask(call, kept)) };
}
