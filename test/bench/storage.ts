/**
 * The store's hot paths, alone: `node test/bench/storage.ts [folder]`. Wall and CPU, so that a busy machine shows.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import type { Store } from '../../src/storage/store.ts';

/** About a pod of a deployment with its managed fields. */
const document = Buffer.alloc(1500, '{"metadata":{"name":"web"}}');
const namespaces = 10;
const podsPerNamespace = 1000;

async function measure(name: string, count: number, run: () => Promise<void>): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await run();
  const seconds = (performance.now() - before) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const rate = Math.round(count / seconds).toLocaleString('en');
  const each = ((cpuSeconds * 1e6) / count).toFixed(1);
  console.log(
    `${name.padEnd(46)} ${rate.padStart(10)}/s  ${each.padStart(8)} µs CPU each  ${cpuSeconds.toFixed(2)} s CPU`,
  );
}

function podKey(index: number): string {
  return `/registry/pods/namespace-${index % namespaces}/web-${String(index).padStart(6, '0')}`;
}

async function writeFrom(store: Store, writers: number, count: number): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const key = podKey(index % (namespaces * podsPerNamespace));
      const current = await store.get(key);
      await store.write({ key, value: document, expected: current?.revision ?? 0 });
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
}

async function read(store: Store): Promise<void> {
  const gets = 100_000;
  await measure('gets', gets, async () => {
    for (let count = 0; count < gets; count++)
      await store.get(podKey((count * 7919) % (namespaces * podsPerNamespace)));
  });
  const lists = 100;
  const prefix = '/registry/pods/namespace-3/';
  await measure('lists of 1,000', lists, async () => {
    for (let count = 0; count < lists; count++) await store.list({ prefix });
  });
  await measure('first chunks of 500 of 10,000', lists, async () => {
    for (let count = 0; count < lists; count++) await store.list({ prefix: '/registry/pods/', limit: 500 });
  });
}

async function readOld(store: Store): Promise<void> {
  const lists = 100;
  const prefix = '/registry/pods/namespace-3/';
  const revision = (await store.revision()) - 5000;
  await measure('lists of 1,000, 5,000 revisions ago', lists, async () => {
    for (let count = 0; count < lists; count++) await store.list({ prefix, revision });
  });
}

async function watched(store: Store): Promise<void> {
  const count = 20_000;
  let delivered = 0;
  const watchers = 3000;
  const after = await store.revision();
  for (let index = 0; index < watchers; index++) {
    await store.watch({
      prefix: index < watchers / 2 ? `/registry/pods/namespace-${index % namespaces}/` : `/registry/other/${index}/`,
      after,
      onEvents: (events) => (delivered += events.length),
      onEnd: () => undefined,
    });
  }
  await measure('writes, 64 writers, 3,000 watches', count, () => writeFrom(store, 64, count));
  console.log(`  ${delivered.toLocaleString('en')} events delivered`);
}

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'bench-'));
try {
  const path = join(folder, 'store.db');
  let opened = performance.now();
  const store = await openSqliteStore({ path });
  console.log(`opened (new) in ${(performance.now() - opened).toFixed(1)} ms`);
  await measure('creations, 64 writers', 10_000, () => writeFrom(store, 64, 10_000));
  await measure('replacements, 1 writer', 2000, () => writeFrom(store, 1, 2000));
  await measure('replacements, 64 writers', 20_000, () => writeFrom(store, 64, 20_000));
  await measure('replacements, 512 writers', 40_000, () => writeFrom(store, 512, 40_000));
  await read(store);
  await readOld(store);
  await watched(store);
  const size = statSync(path).size;
  const history = (await store.revision()) - 10_000;
  await measure('revisions compacted', history, async () => store.compact(await store.revision()));
  console.log(`  file: ${size} bytes before, ${statSync(path).size} after`);
  await store.close();
  opened = performance.now();
  const again = await openSqliteStore({ path });
  console.log(`opened (10,000 objects) in ${(performance.now() - opened).toFixed(1)} ms`);
  await read(again);
  await again.close();
  console.log(`RSS ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
