/** `kill -9` under load: every acknowledged write is there, with its revision, and no revision is used again. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { text } from '../store-under-test.test-double.ts';
import { CompactedError } from '../store.ts';
import type { Entry, Store, StoreEvent } from '../store.ts';
import { recordWatch } from '../watch-recorder.test-double.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { temporaryStorePath } from './temporary-store.test-double.ts';

const rounds = 8;
/** From the first acknowledged write of a round to the kill. */
const loadMsMax = 400;

interface Acknowledged {
  readonly key: string;
  readonly revision: number;
  /** `-`: deleted. */
  readonly value: string;
}

/** What one writer process was told, until it was killed. */
async function writeUntilKilled(path: string, loadMs: number): Promise<Acknowledged[]> {
  const program = join(import.meta.dirname, 'crash-writer.test-program.ts');
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: Acknowledged[] = [];
  let killer: NodeJS.Timeout | undefined;
  const exited = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  // A line that the kill has cut short lacks its end; its writer was told all the same, but we don't know what.
  for await (const line of createInterface({ input: child.stdout })) {
    const [key, revision, value] = line.split(' ');
    if (key === undefined || revision === undefined || value === undefined) continue;
    acknowledged.push({ key, revision: Number(revision), value });
    killer ??= setTimeout(() => child.kill('SIGKILL'), loadMs);
  }
  assert.equal(await exited, 'SIGKILL');
  return acknowledged;
}

test('every acknowledged write survives kill -9, and no revision is used twice', async (context) => {
  const { path, remove } = temporaryStorePath();
  try {
    const byRevision = new Map<number, Acknowledged>();
    for (let round = 0; round < rounds; round++) {
      const told = await writeUntilKilled(path, Math.random() * loadMsMax);
      for (const write of told) {
        assert.equal(byRevision.get(write.revision), undefined, `revision ${write.revision} was used twice`);
        byRevision.set(write.revision, write);
      }
      const store = await openSqliteStore({ path });
      await check(store, byRevision);
      context.diagnostic(`round ${round}: ${told.length} acknowledged writes, revision ${await store.revision()}`);
      await store.close();
    }
  } finally {
    remove();
  }
});

async function check(store: Store, byRevision: ReadonlyMap<number, Acknowledged>): Promise<void> {
  const newest = await store.revision();
  const { entries } = await store.list({ prefix: '/' });
  const current = new Map(entries.map((entry) => [entry.key, entry]));
  const lastOfKey = new Map<string, Acknowledged>();
  for (const write of byRevision.values()) {
    assert.ok(write.revision <= newest, `revision ${write.revision} is lost; the newest is ${newest}`);
    if (write.revision > (lastOfKey.get(write.key)?.revision ?? 0)) lastOfKey.set(write.key, write);
  }
  const events = await checkHistory(store, newest, current, byRevision);
  for (const write of lastOfKey.values()) checkKey(write, current.get(write.key), byRevision, events);
}

function checkKey(
  write: Acknowledged,
  entry: Entry | undefined,
  byRevision: ReadonlyMap<number, Acknowledged>,
  events: readonly StoreEvent[],
): void {
  const { key, revision, value } = write;
  if (entry === undefined) {
    // Or a deletion was made, but the kill came before its acknowledgement.
    const deleted = events.some(
      (event) =>
        event.type === 'delete' && event.key === key && event.revision > revision && !byRevision.has(event.revision),
    );
    assert.ok(value === '-' || deleted, `${key}@${revision} is lost`);
    return;
  }
  assert.ok(entry.revision >= revision, `${key} fell back from ${revision} to ${entry.revision}`);
  if (entry.revision === revision) assert.equal(text(entry.value), value, `${key}@${revision} has another value`);
  else assert.ok(!byRevision.has(entry.revision), `${key} holds the revision of another write`);
}

/** All events from the oldest state on: without a hole, as acknowledged, and leading to the current state. */
async function checkHistory(
  store: Store,
  newest: number,
  current: ReadonlyMap<string, Entry>,
  byRevision: ReadonlyMap<number, Acknowledged>,
): Promise<readonly StoreEvent[]> {
  const oldest = await oldestRevision(store);
  const watch = await recordWatch(store, '/', oldest);
  await watch.reached(newest);
  const listed = await store.list({ prefix: '/', revision: oldest });
  const state = new Map(listed.entries.map((entry) => [entry.key, entry.revision]));
  for (const [index, event] of watch.events.entries()) {
    assert.equal(event.revision, oldest + 1 + index, 'history has a hole');
    assert.equal(state.get(event.key), event.previous?.revision);
    checkEvent(event, byRevision.get(event.revision));
    if (event.type === 'put') state.set(event.key, event.revision);
    else state.delete(event.key);
  }
  assert.deepEqual(state, new Map([...current].map(([key, entry]) => [key, entry.revision])));
  return watch.events;
}

function checkEvent(event: StoreEvent, write: Acknowledged | undefined): void {
  if (write === undefined) return; // Made, but the kill came before its acknowledgement.
  assert.equal(event.key, write.key);
  assert.equal(event.type === 'put' ? text(event.value) : '-', write.value);
}

async function oldestRevision(store: Store): Promise<number> {
  try {
    await store.list({ prefix: '/', revision: 0, limit: 1 });
    return 1;
  } catch (error) {
    if (error instanceof CompactedError) return error.oldest;
    throw error;
  }
}
