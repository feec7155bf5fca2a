import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requiredNodes, type NodeDemands, type NodeSelectorRequirement } from './node-affinity.ts';

const node = { metadata: { name: 'node-1', labels: { zone: 'a', size: '8' } } };

function terms(...nodeSelectorTerms: readonly object[]): NodeDemands {
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } };
}

function label(key: string, operator: string, ...values: readonly string[]): NodeDemands {
  return terms({ matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }] });
}

function named(operator: string, ...values: readonly string[]): { matchFields: NodeSelectorRequirement[] } {
  return { matchFields: [{ key: 'metadata.name', operator, values }] };
}

const cases: readonly [title: string, demands: NodeDemands, matches: boolean][] = [
  ['nothing is asked for', {}, true],
  ['a selector', { nodeSelector: { zone: 'a' } }, true],
  ['a selector that does not match', { nodeSelector: { zone: 'b' } }, false],
  ['no term at all', terms(), false],
  ['an empty term', terms({}), false],
  ['one of several terms', terms({}, named('In', 'node-1')), true],
  [
    'all of one term',
    terms({ ...named('In', 'node-1'), matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }),
    false,
  ],
  ['In', label('zone', 'In', 'a', 'b'), true],
  ['NotIn', label('zone', 'NotIn', 'a'), false],
  ['NotIn of a label that is not there', label('gpu', 'NotIn', 'a'), true],
  ['Exists', label('zone', 'Exists'), true],
  ['DoesNotExist', label('zone', 'DoesNotExist'), false],
  ['Gt', label('size', 'Gt', '4'), true],
  ['Lt', label('size', 'Lt', '4'), false],
  ['Gt of no number', label('size', 'Gt', 'many'), false],
  ['an operator that does not exist', label('zone', 'Like', 'a'), false],
  ['an operator that every object has', label('zone', 'constructor', 'a'), false],
  ['a value that no label can have is refused, not matched', label('zone', 'NotIn', 'a b'), false],
  ['by name', terms(named('In', 'node-1')), true],
  ['by another name', terms(named('In', 'node-2')), false],
  ['not by name', terms(named('NotIn', 'node-2')), true],
  ['two names are not understood', terms(named('In', 'node-1', 'node-2')), false],
  ['a selector and a term', { nodeSelector: { zone: 'b' }, ...terms(named('In', 'node-1')) }, false],
];

for (const [title, demands, matches] of cases) {
  test(title, () => assert.equal(requiredNodes(demands)(node), matches));
}
