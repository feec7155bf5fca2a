import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { requiredNodes } from '../../api/node-affinity.ts';
import type { Taint } from '../../api/toleration.ts';
import type { OwnMarks } from '../nodes/own-marks.ts';
import { nodeRequirements, termNodes, type NodeTerms } from './node-terms.ts';
import type { NodeSelectorTerm, PodSpec } from './pod-view.ts';

const zoneA = { zone: 'a' };
const colored: OwnMarks = { name: 'n1', labels: { ...zoneA, color: 'blue' }, hostLabels: zoneA, taints: [] };
const tainted: OwnMarks = {
  name: 'n2',
  labels: zoneA,
  hostLabels: zoneA,
  taints: [{ key: 'mine', effect: 'NoSchedule' }],
};
const shunned: OwnMarks = {
  name: 'n3',
  labels: zoneA,
  hostLabels: zoneA,
  taints: [{ key: 'mine', effect: 'PreferNoSchedule' }],
};

const is = (name: string) => ({ key: 'metadata.name', operator: 'In', values: [name] });
const isNot = (name: string) => ({ key: 'metadata.name', operator: 'NotIn', values: [name] });
const label = (key: string, value: string) => ({ key, operator: 'In', values: [value] });

function affinity(...nodeSelectorTerms: NodeSelectorTerm[]) {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

interface Case {
  readonly title: string;
  readonly spec?: Partial<PodSpec>;
  readonly nodeName?: string;
  readonly marked?: readonly OwnMarks[];
  readonly within?: string;
  /** Absent: the pod stays as it is. */
  readonly terms?: readonly NodeSelectorTerm[];
  readonly nodeSelector?: Record<string, string>;
}

const cases: readonly Case[] = [
  {
    title: 'without marks nothing is added',
    spec: { nodeSelector: { color: 'blue' } },
    nodeSelector: { color: 'blue' },
  },
  { title: 'who asks for nothing of it is not told of a label', marked: [colored] },
  {
    title: 'a label that a pod selects becomes its node’s name, beside what the host may have',
    spec: { nodeSelector: { color: 'blue' } },
    marked: [colored],
    terms: [{ matchExpressions: [label('color', 'blue')] }, { matchFields: [is('n1')] }],
  },
  {
    title: 'and so it is with affinity, whose other terms keep what the selector says',
    spec: { nodeSelector: { zone: 'a' }, affinity: affinity({ matchExpressions: [label('color', 'blue')] }) },
    marked: [colored],
    terms: [{ matchExpressions: [label('color', 'blue'), label('zone', 'a')] }, { matchFields: [is('n1')] }],
  },
  {
    title: 'a label that is selected with another value adds nothing',
    spec: { nodeSelector: { color: 'red' } },
    marked: [colored],
    nodeSelector: { color: 'red' },
  },
  {
    title: 'a label that a pod shuns excludes its node',
    spec: { affinity: affinity({ matchExpressions: [{ key: 'color', operator: 'DoesNotExist' }] }) },
    marked: [colored],
    terms: [{ matchExpressions: [{ key: 'color', operator: 'DoesNotExist' }], matchFields: [isNot('n1')] }],
  },
  { title: 'a taint excludes its node', marked: [tainted, shunned], terms: [{ matchFields: [isNot('n2')] }] },
  {
    title: 'from each of the terms',
    spec: {
      nodeSelector: { zone: 'a' },
      affinity: affinity({ matchFields: [isNot('n9')] }, { matchFields: [is('n2')] }),
    },
    marked: [tainted],
    nodeSelector: { zone: 'a' },
    terms: [{ matchFields: [isNot('n9'), isNot('n2')] }, { matchFields: [is('n2'), isNot('n2')] }],
  },
  {
    title: 'but not for who tolerates it',
    spec: { tolerations: [{ key: 'mine', operator: 'Exists' }] },
    marked: [tainted],
  },
  {
    title: 'an empty term, which matches nothing, does not begin to',
    spec: { affinity: affinity({}, { matchFields: [isNot('n9')] }) },
    marked: [tainted],
    terms: [{}, { matchFields: [isNot('n9'), isNot('n2')] }],
  },
  {
    title: 'the operator’s nodes bound all terms',
    spec: { affinity: affinity({ matchExpressions: [label('color', 'blue')] }) },
    marked: [colored],
    within: 'pool in (a, b),!spot',
    terms: [
      {
        matchExpressions: [
          label('color', 'blue'),
          { key: 'pool', operator: 'In', values: ['a', 'b'] },
          { key: 'spot', operator: 'DoesNotExist' },
        ],
      },
      {
        matchExpressions: [
          { key: 'pool', operator: 'In', values: ['a', 'b'] },
          { key: 'spot', operator: 'DoesNotExist' },
        ],
        matchFields: [is('n1')],
      },
    ],
  },
  { title: 'and who asks for nothing', within: 'pool=a', terms: [{ matchExpressions: [label('pool', 'a')] }] },
  { title: 'who is bound by hand goes there', nodeName: 'n7', terms: [{ matchFields: [is('n7')] }] },
  {
    title: 'through taints of the tenant’s own',
    nodeName: 'n2',
    marked: [tainted],
    terms: [{ matchFields: [is('n2')] }],
  },
  {
    title: 'and by labels of its own',
    spec: { nodeSelector: { color: 'blue' } },
    nodeName: 'n1',
    marked: [colored, tainted],
    terms: [{ matchExpressions: [label('color', 'blue')], matchFields: [is('n1')] }, { matchFields: [is('n1')] }],
  },
  {
    title: 'within the operator’s nodes',
    nodeName: 'n7',
    within: 'pool=a',
    terms: [{ matchExpressions: [label('pool', 'a')], matchFields: [is('n7')] }],
  },
];

for (const { title, spec = {}, nodeName, marked = [], within = '', terms, nodeSelector } of cases) {
  test(title, () => {
    const pod = specOf(spec);
    const digest = termNodes(pod, nodeName, { marked, within: nodeRequirements(within) });
    const required = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const before = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    assert.deepEqual(required?.nodeSelectorTerms, terms ?? before?.nodeSelectorTerms);
    assert.deepEqual(pod.nodeSelector, nodeSelector);
    if (terms === undefined) assert.equal(digest, '');
  });
}

test('the digest tells one set of nodes from another', () => {
  const digests = [[], [tainted], [tainted, { ...tainted, name: 'n4' }]].map((marked) =>
    termNodes(specOf({}), undefined, { marked, within: [] }),
  );
  assert.equal(new Set(digests).size, 3);
});

test('exclusions are bounded, whatever a tenant does', () => {
  const marked = Array.from({ length: 3000 }, (_, index) => ({ ...tainted, name: `n${index}` }));
  const pod = specOf({ affinity: affinity(...Array.from({ length: 100 }, () => ({ matchFields: [isNot('x')] }))) });
  termNodes(pod, undefined, { marked, within: [] });
  assert.ok(JSON.stringify(pod).length < 500_000);
});

/** What the host's scheduler makes of the terms is what the tenant's own would have made of the tenant's nodes. */
test('the host’s scheduler takes the nodes that one of the tenant’s own would take', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const value = fc.constantFrom('1', '2');
  const labels = fc.dictionary(key, value);
  const taints = fc.subarray<Taint>([
    { key: 't', effect: 'NoSchedule' },
    { key: 'u', effect: 'NoExecute' },
  ]);
  const node = fc.record({ hostLabels: labels, own: labels, taints });
  const expression = fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom('In', 'NotIn'),
      values: fc.array(value, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  );
  const field = fc.record({
    key: fc.constant('metadata.name'),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.constantFrom('n0', 'n1').map((name) => [name]),
  });
  const term = fc.record({
    matchExpressions: fc.array(expression, { maxLength: 2 }),
    matchFields: fc.array(field, { maxLength: 1 }),
  });
  const pod = fc.record({
    nodeSelector: fc.dictionary(key, value, { maxKeys: 1 }),
    terms: fc.option(fc.array(term, { minLength: 1, maxLength: 3 })),
    tolerates: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(node, { maxLength: 4 }), pod, (nodes, { nodeSelector, terms, tolerates }) => {
      const marked = nodes.map(({ hostLabels, own, taints: set }, index): OwnMarks => {
        // What the host says of a label counts.
        return { name: `n${index}`, labels: { ...own, ...hostLabels }, hostLabels, taints: set };
      });
      const tolerations = tolerates ? [{ operator: 'Exists' }] : [];
      const before = specOf({ nodeSelector, tolerations, ...(terms ? { affinity: affinity(...terms) } : {}) });
      const mayHave = requiredNodes(structuredClone(before));
      termNodes(before, undefined, { marked, within: [] } satisfies NodeTerms);
      const chosen = requiredNodes(before);
      for (const { name, labels: seen, hostLabels, taints: set } of marked) {
        const wanted = mayHave({ metadata: { name, labels: { ...seen } } }) && (tolerates || set.length === 0);
        assert.equal(chosen({ metadata: { name, labels: { ...hostLabels } } }), wanted);
      }
      const unmarked = { metadata: { name: 'n9', labels: { a: '1' } } };
      assert.equal(chosen(unmarked), mayHave(unmarked));
    }),
    { numRuns: 2000 },
  );
});

function specOf(spec: Partial<PodSpec>): PodSpec {
  return structuredClone<PodSpec>({ containers: [{ name: 'c', image: 'i' }], ...spec });
}
