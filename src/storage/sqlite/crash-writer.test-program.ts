/**
 * Writes to a store as fast as it can until it is killed; started by `crash.test.ts` with the file's path. Says a line for every
 * acknowledged write, after it was acknowledged: `key revision value`, with `-` for a deletion.
 */
import { writeSync } from 'node:fs';

import { openSqliteStore } from './sqlite-store.ts';

const writers = 24;
const keysPerWriter = 6;
/** Now and then history is forgotten up to here, so that a kill hits compaction too. */
const historyKept = 300;

const path = process.argv[2] ?? '';
const store = await openSqliteStore({ path });

async function write(writer: number): Promise<void> {
  for (let count = 0; ; count++) {
    const key = `/a/${writer}/${count % keysPerWriter}`;
    const current = await store.get(key);
    const deletes = current !== undefined && count % 5 === 4;
    const value = deletes
      ? undefined
      : Buffer.from(`${process.pid}-${writer}-${count}-${'x'.repeat((count * 37) % 900)}`);
    const result = await store.write({ key, value, expected: current?.revision ?? 0 });
    if (!result.ok) throw new Error(`${key} has another writer`);
    writeSync(1, `${key} ${result.revision} ${value ? value.toString() : '-'}\n`);
  }
}

async function compact(): Promise<void> {
  for (;;) {
    const revision = await store.revision();
    await store.compact(Math.max(1, revision - historyKept));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await Promise.all([compact(), ...Array.from({ length: writers }, (_, writer) => write(writer))]);
