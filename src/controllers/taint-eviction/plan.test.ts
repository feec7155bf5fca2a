/** When a pod must leave a tainted node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Taint, Toleration } from '../../api/toleration.ts';
import { asPod } from '../../controller/pod.ts';
import { asksForTimes, planEviction, type Scheduled } from './plan.ts';

const start = Date.parse('2030-01-01T00:00:00Z');
const now = start + 100_000;

interface Given {
  readonly tolerations?: readonly Toleration[];
  readonly taints?: readonly Taint[] | null;
  readonly scheduled?: Partial<Scheduled>;
  readonly metadata?: { readonly deletionTimestamp?: string } | null;
  readonly boundAfterSeconds?: number;
}

const broken: Taint = { key: 'broken', effect: 'NoExecute' };
const since: Taint = { ...broken, timeAdded: '2030-01-01T00:00:00Z' };
const wet: Taint = { key: 'wet', effect: 'NoExecute' };
const forever: Toleration = { key: 'broken', operator: 'Exists' };
const seconds = (tolerationSeconds: number): Toleration => ({ ...forever, tolerationSeconds });

/** `cancel wait 300`: in seconds from the start. */
function planned({
  tolerations = [],
  taints = [broken],
  scheduled,
  metadata = {},
  boundAfterSeconds = 0,
}: Given): string {
  const bound = new Date(start + boundAfterSeconds * 1000).toISOString();
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', uid: 'web', ...metadata },
    spec: { nodeName: 'n1', tolerations: tolerations.map((one) => ({ ...one })) },
    status: { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: bound }] },
  };
  const { cancels, next } = planEviction({
    pod: metadata === null ? undefined : asPod(pod),
    taints: taints ?? undefined,
    scheduled: scheduled && { uid: 'web', dueAt: now + 50_000, announced: false, ...scheduled },
    now,
  });
  const due = next.kind === 'wait' ? ` ${(next.dueAt - start) / 1000}` : '';
  return `${cancels ? 'cancel ' : ''}${next.kind}${due}`;
}

const cases: readonly (readonly [name: string, given: Given, plan: string])[] = [
  ['no taint', { taints: [] }, 'leave'],
  ['nothing is tolerated: at once', {}, 'evict'],
  ['tolerated for ever', { tolerations: [forever] }, 'leave'],
  ['tolerated for a while, from now', { tolerations: [seconds(300)] }, 'wait 400'],
  ['tolerated for a while, from when it came', { tolerations: [seconds(300)], taints: [since] }, 'wait 301'],
  ['tolerated for less than it has been there', { tolerations: [seconds(60)], taints: [since] }, 'evict'],
  [
    'a pod that came later stays for later',
    { tolerations: [seconds(60)], taints: [since], boundAfterSeconds: 90 },
    'wait 151',
  ],
  [
    'a taint from the future is there since now',
    { tolerations: [seconds(60)], taints: [{ ...broken, timeAdded: '2031-01-01T00:00:00Z' }] },
    'wait 160',
  ],
  ['no time at all', { tolerations: [seconds(0)] }, 'evict'],
  ['less than no time', { tolerations: [seconds(-5)] }, 'evict'],
  ['one of two is tolerated', { taints: [broken, wet], tolerations: [forever] }, 'evict'],
  [
    'the shorter of two counts',
    { taints: [broken, wet], tolerations: [seconds(300), { key: 'wet', operator: 'Exists', tolerationSeconds: 60 }] },
    'wait 160',
  ],
  ['the first of two tolerations counts', { tolerations: [forever, seconds(60)] }, 'leave'],
  ['it is waited for', { tolerations: [seconds(300)], scheduled: {} }, 'wait 150'],
  ['its time has come', { tolerations: [seconds(300)], scheduled: { dueAt: now } }, 'evict'],
  ['the taint is gone', { taints: [], scheduled: {} }, 'cancel leave'],
  ['it is tolerated for ever by now', { tolerations: [forever], scheduled: {} }, 'cancel leave'],
  ['it is no longer tolerated', { scheduled: {} }, 'cancel evict'],
  ['the node is gone: it stands', { taints: null, scheduled: {} }, 'wait 150'],
  ['the node is gone, and nothing was due', { taints: null }, 'leave'],
  ['the node is gone when the time has come', { taints: null, scheduled: { dueAt: now } }, 'evict'],
  ['the pod is gone', { metadata: null, scheduled: {} }, 'cancel leave'],
  ['the pod is going', { metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' }, scheduled: {} }, 'cancel leave'],
  ['the pod is going, and nothing was due', { metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } }, 'leave'],
  ['another pod has the name', { tolerations: [forever], scheduled: { uid: 'other' } }, 'cancel leave'],
  [
    'another pod has the name, and a time of its own',
    { tolerations: [seconds(300)], scheduled: { uid: 'other' } },
    'cancel wait 400',
  ],
  [
    'a deletion that failed is tried again, and not told of again',
    { scheduled: { dueAt: now, announced: true } },
    'evict',
  ],
  ['nor is it called off', { taints: [], scheduled: { dueAt: now, announced: true } }, 'leave'],
];

for (const [name, given, plan] of cases) {
  test(name, () => assert.equal(planned(given), plan));
}

const asked: readonly (readonly [
  name: string,
  tolerations: Toleration[],
  taints: Taint[],
  scheduled: boolean,
  asks: boolean,
])[] = [
  ['a taint that says nothing is borne for a while', [seconds(300)], [broken], false, true],
  ['it says it itself', [seconds(300)], [since], false, false],
  ['it is borne for ever', [forever], [broken], false, false],
  ['it is not borne', [], [broken], false, false],
  ['the time is known already', [seconds(300)], [broken], true, false],
];

for (const [name, tolerations, taints, known, asks] of asked) {
  test(`since when: ${name}`, () => {
    const pod = asPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', uid: 'web' },
      spec: { nodeName: 'n1', tolerations: tolerations.map((one) => ({ ...one })) },
    });
    const scheduled = known ? { uid: 'web', dueAt: now, announced: false } : undefined;
    assert.equal(asksForTimes({ pod, taints, scheduled }), asks);
  });
}
