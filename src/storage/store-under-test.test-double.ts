/** What the tests of stores share: a place to open one in, and a short way to write and to show what is in it. */
import assert from 'node:assert/strict';

import type { Entry, Store, StoreEvent } from './store.ts';

/** One store that can be closed and opened again. */
interface StoreUnderTest {
  open(): Promise<Store>;
  /** Called when no store is open. */
  remove(): Promise<void>;
}

export type MakeStore = () => Promise<StoreUnderTest>;

/** Runs `body` on a new store and closes it. */
export async function withStore(make: MakeStore, body: (store: Store) => Promise<void>): Promise<void> {
  const place = await make();
  const store = await place.open();
  try {
    await body(store);
  } finally {
    await store.close();
    await place.remove();
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value);
}

/** Writes whatever is there, and returns the revision. `undefined` deletes. */
export async function set(store: Store, key: string, value: string | undefined): Promise<number> {
  const current = await store.get(key);
  const result = await store.write({
    key,
    value: value === undefined ? undefined : bytes(value),
    expected: current?.revision ?? 0,
  });
  return result.ok ? result.revision : assert.fail(`writing ${key} failed`);
}

/** `key@revision=value` */
export function show(entry: Entry | undefined): string | undefined {
  return entry && `${entry.key}@${entry.revision}=${text(entry.value)}`;
}

export function showEvent(event: StoreEvent): string {
  return `${event.type} ${event.key}@${event.revision}=${text(event.value)} was ${show(event.previous)}`;
}
