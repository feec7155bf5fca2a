/** A watch that writes down what it is given, for tests. */
import assert from 'node:assert/strict';

import type { Store, StoreEvent, WatchOptions } from './store.ts';

export interface WatchRecorder {
  readonly events: StoreEvent[];
  readonly ended: Error | undefined;
  close(): void;
  /** Resolves when an event of at least this revision has come, or the watch has ended. */
  reached(revision: number): Promise<void>;
  /** Resolves when the watch has ended by itself. */
  end(): Promise<Error>;
}

export async function recordWatch(
  store: Store,
  prefix: string,
  after: number,
  only?: WatchOptions['only'],
): Promise<WatchRecorder> {
  const events: StoreEvent[] = [];
  let ended: Error | undefined;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };
  const watch = await store.watch({
    prefix,
    after,
    ...(only ? { only } : {}),
    onEvents: (more) => {
      assert.ok(more.length > 0, 'no empty deliveries');
      assert.equal(ended, undefined, 'nothing is delivered after the end');
      events.push(...more);
      wake();
    },
    onEnd: (reason) => {
      assert.equal(ended, undefined, 'a watch ends once');
      ended = reason;
      wake();
    },
  });
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    events,
    get ended() {
      return ended;
    },
    close: () => watch.close(),
    reached: (revision) => until(() => ended !== undefined || (events.at(-1)?.revision ?? 0) >= revision),
    end: async () => {
      await until(() => ended !== undefined);
      return ended ?? assert.fail();
    },
  };
}
