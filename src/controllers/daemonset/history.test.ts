/** Which revision is a DaemonSet's own, and which are over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { planHistory, surplusHistory } from './history.ts';

/** `a@1` keeps template a as revision 1. */
function revisions(text: string): KubeObject[] {
  return text.split(' ').flatMap((one) => {
    const [image = '', number = ''] = one.split('@');
    if (image === '') return [];
    return [
      {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: one, labels: { 'controller-revision-hash': one } },
        data: { spec: { template: { spec: { image }, $patch: 'replace' } } },
        revision: Number(number),
      },
    ];
  });
}

function planned(template: string, text: string): string {
  const { current, duplicates, old } = planHistory({ spec: { image: template } }, revisions(text));
  const names = (all: readonly Readonly<KubeObject>[]): string => all.map(({ metadata }) => metadata.name).join(',');
  const revision = current.kind === 'create' ? '' : ` ${current.revision.metadata.name}`;
  const number = current.kind === 'current' ? '' : ` ${current.number}`;
  return `${current.kind}${revision}${number} | ${names(duplicates)} | ${names(old)}`;
}

const cases: readonly (readonly [name: string, template: string, revisions: string, plan: string])[] = [
  ['the first', 'a', '', 'create 1 |  | '],
  ['a new template', 'c', 'a@1 b@2', 'create 3 |  | a@1,b@2'],
  ['the newest', 'b', 'a@1 b@2', 'current b@2 |  | a@1'],
  ['an earlier one is back', 'a', 'a@1 b@2', 'renumber a@1 3 |  | b@2'],
  ['of several the newest stays', 'a', 'a@1 b@2 a@3', 'current a@3 | a@1 | b@2'],
  ['of several that are all old the newest stays', 'a', 'a@1 a@2 b@3', 'renumber a@2 4 | a@1 | b@3'],
];

for (const [name, template, text, plan] of cases) test(name, () => assert.equal(planned(template, text), plan));

const surplus: readonly (readonly [name: string, old: string, live: string, limit: number, surplus: string])[] = [
  ['as many as may be', 'a@1 b@2', '', 2, ''],
  ['the oldest go', 'a@1 b@2 c@3', '', 1, 'a@1,b@2'],
  ['none that a pod was made from', 'a@1 b@2 c@3', 'a@1', 1, 'b@2,c@3'],
  ['those count all the same', 'a@1 b@2 c@3', 'a@1 b@2', 2, 'c@3'],
  ['none shall be kept', 'a@1 b@2', 'b@2', 0, 'a@1'],
];

for (const [name, old, live, limit, gone] of surplus) {
  test(`history: ${name}`, () => {
    const found = surplusHistory(revisions(old), new Set(live.split(' ')), limit);
    assert.equal(found.map(({ metadata }) => metadata.name).join(','), gone);
  });
}
