/** What is special to a store in a file: who may open it, what it may hold, and what is left of it after compaction. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { set } from '../store-under-test.test-double.ts';
import { CompactedError, StoreBusyError, StoreClosedError, StoreFullError } from '../store.ts';
import type { WriteResult } from '../store.ts';
import { recordWatch } from '../watch-recorder.test-double.ts';
import { openDatabase } from './open-database.ts';
import { StoreFileError } from './open-errors.ts';
import { SqliteStore, openSqliteStore } from './sqlite-store.ts';
import { temporaryStorePath } from './temporary-store.test-double.ts';
import { queuedWritesMax } from './write-queue.ts';

const document = Buffer.alloc(1500, 'x');

async function withPath(body: (path: string) => Promise<void>): Promise<void> {
  const { path, remove } = temporaryStorePath();
  try {
    await body(path);
  } finally {
    remove();
  }
}

async function withSqliteStore(body: (store: SqliteStore, path: string) => Promise<void>): Promise<void> {
  await withPath(async (path) => {
    const store = await openSqliteStore({ path });
    try {
      await body(store, path);
    } finally {
      await store.close();
    }
  });
}

async function createMany(store: SqliteStore, count: number): Promise<PromiseSettledResult<WriteResult>[]> {
  return Promise.allSettled(
    Array.from({ length: count }, (_, index) =>
      store.write({ key: `/a/${String(index).padStart(6, '0')}`, value: document, expected: 0 }),
    ),
  );
}

function reasons(results: readonly PromiseSettledResult<WriteResult>[]): unknown[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}

const unusable: [name: string, problem: string, message: RegExp, prepare: (path: string) => void][] = [
  [
    'text',
    'corrupt',
    /is not a database, or damaged$/,
    (path) => writeFileSync(path, 'apiVersion: v1\nkind: List\n'.repeat(100)),
  ],
  [
    'a database of another program',
    'foreign',
    /is a database of another program$/,
    (path) => {
      const other = new DatabaseSync(path);
      other.exec('CREATE TABLE t (a)');
      other.close();
    },
  ],
  [
    'a store of a newer schema',
    'newer',
    /has schema version 99; this program knows versions up to 1$/,
    (path) => {
      const database = openDatabase(path);
      database.exec(`UPDATE meta SET value = 99 WHERE name = 'schema'`);
      database.close();
    },
  ],
  [
    'a store without its schema version',
    'corrupt',
    /has lost its schema version$/,
    (path) => {
      const database = openDatabase(path);
      database.exec(`DELETE FROM meta`);
      database.close();
    },
  ],
  [
    'a store whose first page is damaged',
    'corrupt',
    /damaged$/,
    (path) => {
      openDatabase(path).close();
      const content = readFileSync(path);
      content.fill(0xa5, 100, 4096);
      writeFileSync(path, content);
    },
  ],
  ['a folder', 'unreadable', /cannot be opened/, (path) => mkdirSync(path)],
];

for (const [name, problem, message, prepare] of unusable) {
  test(`${name} is refused as ${problem}`, () =>
    withPath(async (path) => {
      prepare(path);
      await assert.rejects(openSqliteStore({ path }), (error) => {
        assert.ok(error instanceof StoreFileError, String(error));
        assert.equal(error.problem, problem);
        assert.match(error.message, message);
        return true;
      });
    }));
}

test('a file in a folder that does not exist is refused as unreadable', () =>
  withPath(async (path) => {
    await assert.rejects(openSqliteStore({ path: join(dirname(path), 'none', 'store.db') }), { problem: 'unreadable' });
  }));

test('damage that is found later is told as such, and the rest can be read', () =>
  withPath(async (path) => {
    let store = await openSqliteStore({ path });
    await createMany(store, 2000);
    await store.close();
    const content = readFileSync(path);
    const page = Math.floor(content.length / 4096 / 3);
    content.fill(0xa5, page * 4096, (page + 3) * 4096);
    writeFileSync(path, content);
    store = await openSqliteStore({ path });
    await assert.rejects(store.list({ prefix: '/a/' }), { name: 'StoreFileError', problem: 'corrupt' });
    assert.ok(await store.get('/a/000000'));
    await store.close();
  }));

test('a store that is open is refused to others, in this process and another, until it is closed', () =>
  withSqliteStore(async (store, path) => {
    await set(store, '/a/x', '1');
    await assert.rejects(openSqliteStore({ path }), { name: 'StoreFileError', problem: 'locked' });
    const program = `
      import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite-store.ts'))};
      await openSqliteStore({ path: process.argv[1] }).then(() => console.log('opened'), (error) => console.log(error.problem));
    `;
    const other = (): string =>
      spawnSync(process.execPath, ['--input-type=module', '-e', program, path], { encoding: 'utf8' }).stdout.trim();
    assert.equal(other(), 'locked');
    await set(store, '/a/x', '2');
    assert.equal(other(), 'locked', 'still, after we have tried to open it twice ourselves');
    await store.close();
    assert.equal(other(), 'opened');
  }));

test('the file is its owner’s only', () =>
  withSqliteStore(async (store, path) => {
    await set(store, '/a/x', '1');
    for (const file of [path, `${path}-wal`]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
  }));

test('beyond the size limit puts fail; reads, conflicts and deletions go on, and make room', () =>
  withPath(async (path) => {
    const store = await openSqliteStore({ path, bytesMax: 1024 * 1024 });
    const failed = reasons(await createMany(store, 2000));
    assert.ok(failed.length > 500, `${failed.length} failed`);
    assert.ok(failed.every((reason) => reason instanceof StoreFullError));
    assert.match(String(failed[0]), /StoreFullError: the store holds \d+ bytes; its limit is 1048576/);
    const { entries } = await store.list({ prefix: '/a/' });
    assert.equal(entries.length, 2000 - failed.length);
    const conflict = await store.write({ key: entries[0]?.key ?? '', value: document, expected: 0 });
    assert.equal(conflict.ok, false);
    for (const { key, revision } of entries) {
      assert.ok((await store.write({ key, value: undefined, expected: revision })).ok);
    }
    await assert.rejects(store.write({ key: '/a/new', value: document, expected: 0 }), StoreFullError);
    await store.compact(await store.revision());
    assert.ok((await store.write({ key: '/a/new', value: document, expected: 0 })).ok);
    await store.close();
  }));

test('on a full disk puts fail and nothing of them is there; a deletion in the same transaction is made', () =>
  withPath(async (path) => {
    const database = openDatabase(path);
    const store = new SqliteStore(database, { path });
    const first = await set(store, '/b/x', 'to be deleted');
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
    database.exec(`PRAGMA max_page_count = ${pages + 1}`);
    const watch = await recordWatch(store, '/', first);
    const [puts, deletion] = await Promise.all([
      createMany(store, 100),
      store.write({ key: '/b/x', value: undefined, expected: first }),
    ]);
    assert.equal(reasons(puts).length, 100);
    assert.ok(reasons(puts).every((reason) => reason instanceof StoreFullError));
    assert.match(String(reasons(puts)[0]), /there is no room for the store/);
    assert.deepEqual(deletion, { ok: true, revision: 3 });
    assert.deepEqual((await store.list({ prefix: '/' })).entries, []);
    database.exec('PRAGMA max_page_count = 1000000');
    assert.equal(await set(store, '/a/x', '1'), 4);
    await watch.reached(4);
    assert.deepEqual(
      watch.events.map(({ type, key }) => `${type} ${key}`),
      ['delete /b/x', 'put /a/x'],
    );
    await store.close();
  }));

test('when the disk fails in the middle of a transaction, nothing of it is there, and the next one works', () =>
  withPath(async (path) => {
    const database = openDatabase(path);
    const store = new SqliteStore(database, { path });
    database.exec(`CREATE TEMP TRIGGER fault BEFORE INSERT ON main.revisions WHEN NEW.key = '/a/000005'
      BEGIN SELECT RAISE(ABORT, 'fault'); END`);
    const watch = await recordWatch(store, '/', 1);
    assert.equal(reasons(await createMany(store, 10)).length, 10);
    database.exec('DROP TRIGGER fault');
    assert.deepEqual(await store.list({ prefix: '/' }), { entries: [], revision: 1, remaining: 0 });
    assert.equal(await set(store, '/a/x', '1'), 2);
    await watch.reached(2);
    assert.equal(watch.events.length, 1);
    await store.close();
  }));

test('more writes at once than the queue holds are refused; the others are made', () =>
  withSqliteStore(async (store) => {
    const failed = reasons(await createMany(store, queuedWritesMax + 10));
    assert.equal(failed.length, 10);
    assert.ok(failed.every((reason) => reason instanceof StoreBusyError));
    assert.equal(await store.revision(), queuedWritesMax + 1);
    await set(store, '/a/x', '1');
  }));

test('compaction lets other work through, and the file shrinks', () =>
  withSqliteStore(async (store, path) => {
    await createMany(store, 8000);
    const { entries } = await store.list({ prefix: '/a/' });
    await Promise.all(entries.map(({ key, revision }) => store.write({ key, value: undefined, expected: revision })));
    let turns = 0;
    let compacting = true;
    const count = (): void => {
      turns++;
      if (compacting) setImmediate(count);
    };
    setImmediate(count);
    const before = statSync(path).size;
    await store.compact(await store.revision());
    compacting = false;
    assert.ok(turns > 50, `${turns} turns`);
    const after = statSync(path).size;
    assert.ok(before > 12_000_000 && after < 2_000_000, `${before} bytes shrank to ${after}`);
    assert.equal(await store.revision(), 16_001);
    await store.close();
    const database = openDatabase(path);
    assert.equal(database.prepare('SELECT count(*) AS rows FROM revisions').get()?.['rows'], 0, 'deletions go too');
    database.close();
  }));

test('a compaction that a closing interrupts is rejected, and what is left is sound and can be compacted', () =>
  withPath(async (path) => {
    let store = await openSqliteStore({ path });
    for (let round = 0; round < 3; round++) await createOrReplace(store, 1000);
    const newest = await store.revision();
    const compaction = assert.rejects(store.compact(newest), StoreClosedError);
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    await compaction;
    store = await openSqliteStore({ path });
    assert.equal(await store.revision(), newest);
    assert.equal((await store.list({ prefix: '/a/', revision: newest - 1 })).entries.length, 1000);
    await assert.rejects(store.list({ prefix: '/a/', revision: 2 }), CompactedError);
    await store.compact(newest);
    assert.equal((await store.list({ prefix: '/a/' })).entries.length, 1000);
    await store.close();
  }));

test('a watch that catches up when compaction begins ends, and has seen nothing out of order', () =>
  withPath(async (path) => {
    let store = await openSqliteStore({ path });
    for (let round = 0; round < 3; round++) await createOrReplace(store, 1000);
    await store.close();
    store = await openSqliteStore({ path });
    const early = await recordWatch(store, '/a/', 1);
    const compaction = store.compact(3001);
    assert.ok((await early.end()) instanceof CompactedError);
    assert.equal(early.events.length, 0);
    await compaction;
    await store.close();
  }));

test('large values of the past are read a few at a time', () =>
  withPath(async (path) => {
    let store = await openSqliteStore({ path });
    for (let index = 0; index < 30; index++) await set(store, `/a/${index % 3}`, 'x'.repeat(1_000_000));
    await store.close();
    store = await openSqliteStore({ path });
    const sizes: number[] = [];
    const all = Promise.withResolvers<void>();
    await store.watch({
      prefix: '/a/',
      after: 1,
      onEvents(events) {
        sizes.push(events.length);
        if (events.at(-1)?.revision === 31) all.resolve();
      },
      onEnd: all.reject,
    });
    await all.promise;
    assert.equal(
      sizes.reduce((sum, size) => sum + size),
      30,
    );
    // With what was before, each is 2 MB.
    assert.ok(Math.max(...sizes) <= 5, sizes.join());
    await store.close();
  }));

async function createOrReplace(store: SqliteStore, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => set(store, `/a/${index}`, `${index}`.padEnd(100))));
}

test('the writer is told a turn after the watches: what they do in many small steps is done by then', () =>
  withSqliteStore(async (store) => {
    const heard: string[] = [];
    await store.watch({
      prefix: '/a/',
      after: 1,
      onEvents: ([event]) => {
        let work = Promise.resolve();
        for (let step = 0; step < 1000; step++) work = work.then(() => undefined);
        void work.then(() => heard.push(`watch ${event?.revision}`));
      },
      onEnd: () => undefined,
    });
    for (const value of ['one', 'two']) heard.push(`writer ${await set(store, '/a/x', value)}`);
    assert.deepEqual(heard, ['watch 2', 'writer 2', 'watch 3', 'writer 3']);
  }));
