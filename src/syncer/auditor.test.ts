import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkQueue } from '../controller/work-queue.ts';
import { FakeClock, seededRandom } from '../client/fake-clock.test-double.ts';
import { silentLogger } from '../lib/logger.ts';
import { metricText } from '../lib/metrics/metric-text.ts';
import type { Action, Plan } from './action.ts';
import type { AuditedLoop } from './audited-loop.ts';
import { Auditor, type AuditedSide } from './auditor.ts';
import { UnreadError } from './unread-error.ts';

const gvr = { group: '', version: 'v1', resource: 'things' };

/** Only its type is looked at. */
function actionOf(type: Action['type']): Action {
  return { type, gvr } as unknown as Action;
}

/** A loop with a key for each plan; whose queue nobody works off, unless `mended` says that the key is well by then. */
function loopOf(clock: FakeClock, plans: Readonly<Record<string, () => Plan>>) {
  const queue = new WorkQueue({ name: 'things', clock });
  const asked: string[] = [];
  const loop: AuditedLoop = {
    resource: 'things',
    queue,
    keys: () => [...Object.keys(plans), ...Object.keys(plans)],
    planOf: (key) => {
      asked.push(key);
      return plans[key]?.() ?? { actions: [] };
    },
  };
  return { loop, queue, asked };
}

function auditorOf(clock: FakeClock, loops: readonly AuditedLoop[], sides: readonly AuditedSide[] = []): Auditor {
  return new Auditor({
    sides: () => sides,
    loops: () => loops,
    unproven: () => 2,
    clock,
    random: seededRandom(),
    logger: silentLogger,
  });
}

async function audit(clock: FakeClock, auditor: Auditor) {
  const report = auditor.audit(new AbortController().signal);
  await clock.advance(60_000);
  return report;
}

const findings: readonly (readonly [Action['type'], string])[] = [
  ['create-host', 'missing'],
  ['delete-host', 'leftover'],
  ['update-host', 'stale'],
  ['patch-host', 'stale'],
  ['create-tenant', 'untold'],
  ['update-tenant', 'untold'],
  ['update-tenant-status', 'untold'],
  ['bind-tenant-pod', 'untold'],
  ['delete-tenant', 'outlived'],
  ['write-tokens', 'tokens'],
];

for (const [type, finding] of findings) {
  test(`where a loop would ${type} and isn't at it, that is found (${finding}), and told to the loop`, async () => {
    const clock = new FakeClock();
    const { loop, queue } = loopOf(clock, { 'a/b': () => ({ actions: [actionOf(type)] }) });
    const report = await audit(clock, auditorOf(clock, [loop]));
    assert.deepEqual(report.findings, [{ resource: 'things', key: 'a/b', finding }]);
    assert.equal(await queue.take(), 'a/b');
    assert.equal(report.unmended, 1);
  });
}

test('of what is as it should be, at work already, or can’t be known, nothing is told; each key is planned once', async () => {
  const clock = new FakeClock();
  const wrong = (): Plan => ({ actions: [actionOf('create-host')] });
  const { loop, queue, asked } = loopOf(clock, {
    'a/well': () => ({ actions: [], requeueAfterMs: 1 }),
    'a/waits': wrong,
    'a/worked': wrong,
    'a/fails': wrong,
    'a/unread': () => {
      throw new UnreadError('nodes');
    },
  });
  queue.add('a/worked');
  assert.equal(await queue.take(), 'a/worked');
  queue.add('a/waits');
  queue.addRateLimited('a/fails');
  const before = queue.length;
  const report = await audit(clock, auditorOf(clock, [loop]));
  assert.deepEqual(report.findings, []);
  assert.equal(report.unmended, 0);
  assert.ok(queue.length <= before + 1, 'only the retry has come due');
  assert.deepEqual(asked, ['a/well', 'a/unread']);
});

test('what loops have mended meanwhile counts as mended; monitoring is told all of it', async () => {
  const clock = new FakeClock();
  let isWell = false;
  const { loop, queue } = loopOf(clock, { 'a/b': () => ({ actions: isWell ? [] : [actionOf('update-host')] }) });
  const side: AuditedSide = {
    async *check() {
      yield { side: 'host', resource: 'things', keys: ['ns/x', 'ns/y'] };
    },
  };
  const auditor = auditorOf(clock, [loop], [side]);
  void queue.take().then((key) => {
    isWell = true;
    queue.done(key ?? '');
  });
  const report = await audit(clock, auditor);
  assert.equal(report.findings.length, 1);
  assert.equal(report.unmended, 0);
  const text = auditor.counts.metrics().map(metricText).join('');
  for (const line of [
    'sublet_audit_runs_total 1',
    'sublet_audit_findings_total{resource="things",finding="stale"} 1',
    'sublet_audit_stale_total{side="host",resource="things"} 2',
    'sublet_audit_unmended 0',
    'sublet_audit_unproven 2',
  ])
    assert.ok(text.includes(`${line}\n`), `${line} in\n${text}`);
});

test('it looks some minutes after the start, then once in an hour, and wakes nobody; soon after a disturbance, and when it has found something', async () => {
  const clock = new FakeClock();
  let audits = 0;
  let wrong = false;
  const side: AuditedSide = {
    async *check() {
      audits++;
      if (wrong) yield { side: 'host', resource: 'things', keys: ['x'] };
    },
  };
  const auditor = auditorOf(clock, [], [side]);
  await auditor.controller.start();
  const within = async (minutes: number): Promise<number> => {
    const before = audits;
    await clock.advance(minutes * 60_000);
    return audits - before;
  };
  assert.equal(await within(7), 0);
  assert.equal(await within(6), 1);
  assert.equal(auditor.controller.queue.nextWakeUp(), undefined);
  assert.equal(await within(30), 0);
  assert.equal(await within(45), 1);
  auditor.disturbed();
  auditor.disturbed();
  assert.equal(await within(4), 1);
  assert.equal(auditor.controller.queue.nextWakeUp(), undefined);
  wrong = true;
  auditor.disturbed();
  assert.ok((await within(20)) >= 4);
  await auditor.controller.stop();
});

test('a side that can’t be read is tried again soon', async () => {
  const clock = new FakeClock();
  let audits = 0;
  const side: AuditedSide = {
    // oxlint-disable-next-line require-yield
    async *check() {
      audits++;
      throw new Error('away');
    },
  };
  const auditor = auditorOf(clock, [], [side]);
  await auditor.controller.start();
  await clock.advance(30 * 60_000);
  assert.ok(audits >= 4, String(audits));
  assert.equal(auditor.controller.queue.nextWakeUp(), undefined);
  await auditor.controller.stop();
});
