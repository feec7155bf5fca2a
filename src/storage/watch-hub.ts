/**
 * Hands the events of commits to the watches of one store, in process.
 *
 * The argument: a watch is either *live* or *catching up*. A live one has been given everything up to the newest commit, or that
 * is in its prefix's pending list; a catching-up one reads history in bounded steps. It becomes live in the very turn in
 * which its step reached the newest revision, and commits are published only in turns of their own: no gap. Each watch
 * remembers the last revision that it has seen and takes only greater ones: no repeat.
 *
 * Watches are indexed by prefix, so a commit costs the depth of its key, not the number of watches; watches of one prefix share
 * the array of events. Those that want only what an {@link EventIndex} finds are found by it: a commit costs a look per index and the watches that
 * it concerns. Callbacks of a commit run in the microtask after it, before the writer's promise continues.
 */
import { keysBelow, prefixesOf } from './key-range.ts';
import { RecentEvents } from './recent-events.ts';
import { CompactedError } from './store.ts';
import type { EventIndex, StoreEvent, StoreWatch, WatchOptions } from './store.ts';

/** What a hub reads history from. */
export interface EventHistory {
  /** Events up to and including this revision are no longer there. */
  compacted(): number;
  /** Reads a bounded step; `through` is the last revision looked at, and greater than `after` unless there is no newer. */
  readEvents(prefix: string, after: number): { readonly events: StoreEvent[]; readonly through: number };
}

/** How many catch-up steps a turn of the event loop may take; one that reads history counts as {@link historyStepCost}. */
const stepsPerTurnMax = 64;
const historyStepCost = 32;

interface Watcher extends StoreWatch {
  readonly options: WatchOptions;
  /** Everything up to here has been delivered. */
  seen: number;
  live: boolean;
  closed: boolean;
}

/** The watches of one prefix. A watch is either among `all` or in one of the indexes. */
interface Group {
  readonly all: Set<Watcher>;
  readonly indexed: Map<EventIndex, Map<string, Set<Watcher>>>;
  pending: StoreEvent[];
}

export class WatchHub {
  readonly #history: EventHistory;
  readonly #recent: RecentEvents;
  readonly #groups = new Map<string, Group>();
  readonly #dirty = new Set<Group>();
  readonly #catchingUp = new Set<Watcher>();
  #newest: number;
  #catchUpScheduled = false;

  /** `newest`: the store's revision now. */
  constructor(history: EventHistory, newest: number) {
    this.#history = history;
    this.#newest = newest;
    this.#recent = new RecentEvents(newest);
  }

  /** @throws CompactedError, TypeError */
  add(options: WatchOptions): StoreWatch {
    keysBelow(options.prefix);
    const compacted = this.#history.compacted();
    if (options.after < compacted) throw new CompactedError(options.after, compacted);
    const watcher: Watcher = {
      options,
      seen: options.after,
      live: options.after >= this.#newest,
      closed: false,
      close: () => this.#remove(watcher),
    };
    const group = this.#groups.get(options.prefix) ?? { all: new Set(), indexed: new Map(), pending: [] };
    this.#groups.set(options.prefix, group);
    join(group, watcher);
    if (!watcher.live) {
      this.#catchingUp.add(watcher);
      this.#scheduleCatchUp();
    }
    return watcher;
  }

  /** Takes the events of one commit, in order. Callbacks run in a microtask. */
  publish(events: readonly StoreEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#newest = last.revision;
    this.#recent.add(events);
    if (this.#groups.size === 0) return;
    const idle = this.#dirty.size === 0;
    for (const event of events) {
      for (const prefix of prefixesOf(event.key)) {
        const group = this.#groups.get(prefix);
        if (group === undefined) continue;
        group.pending.push(event);
        this.#dirty.add(group);
      }
    }
    if (idle && this.#dirty.size > 0) queueMicrotask(() => this.#dispatch());
  }

  /** Every event with a greater revision is at hand, without history. */
  get windowStart(): number {
    return this.#recent.after;
  }

  /** Keeps no events at hand up to `revision`. */
  forget(revision: number): void {
    this.#recent.forget(revision);
  }

  /** Delivers what was published at once: for who publishes outside any writer's stack. */
  flush(): void {
    this.#dispatch();
  }

  /** Delivers what is pending to the live watches, then ends all with `reason`. */
  end(reason: Error): void {
    this.#dispatch();
    for (const group of this.#groups.values()) {
      for (const watcher of membersOf(group)) this.#endOne(watcher, reason);
    }
  }

  #dispatch(): void {
    const groups = [...this.#dirty];
    this.#dirty.clear();
    for (const group of groups) {
      const events = group.pending;
      group.pending = [];
      for (const watcher of group.all) {
        if (watcher.live) this.#deliver(watcher, events);
      }
      for (const [index, byValue] of group.indexed) this.#dispatchIndexed(index, byValue, events);
    }
  }

  #dispatchIndexed(
    index: EventIndex,
    byValue: ReadonlyMap<string, ReadonlySet<Watcher>>,
    events: readonly StoreEvent[],
  ): void {
    const concerned = new Map<string, StoreEvent[]>();
    for (const event of events) {
      for (const value of new Set(index.valuesOf(event))) {
        if (!byValue.has(value)) continue;
        const found = concerned.get(value);
        if (found) found.push(event);
        else concerned.set(value, [event]);
      }
    }
    for (const [value, some] of concerned) {
      for (const watcher of byValue.get(value) ?? []) {
        if (watcher.live) this.#deliver(watcher, some);
      }
    }
  }

  #deliver(watcher: Watcher, events: readonly StoreEvent[]): void {
    const first = events[0];
    const last = events.at(-1);
    if (first === undefined || last === undefined || watcher.closed || last.revision <= watcher.seen) return;
    const unseen = first.revision > watcher.seen ? events : events.filter((event) => event.revision > watcher.seen);
    watcher.seen = last.revision;
    try {
      watcher.options.onEvents(unseen);
    } catch (error) {
      // The contract forbids it; the other watches must not pay for it.
      this.#endOne(watcher, new Error('a watch failed on its events', { cause: error }));
    }
  }

  #scheduleCatchUp(): void {
    if (this.#catchUpScheduled || this.#catchingUp.size === 0) return;
    this.#catchUpScheduled = true;
    setImmediate(() => {
      this.#catchUpScheduled = false;
      this.#catchUpTurn();
      this.#scheduleCatchUp();
    });
  }

  #catchUpTurn(): void {
    let cost = 0;
    for (const watcher of this.#catchingUp) {
      if (cost >= stepsPerTurnMax) return;
      // To the end of the line; a Set is walked in the order of insertion, so the others come first.
      this.#catchingUp.delete(watcher);
      try {
        cost += this.#catchUpStep(watcher);
      } catch (error) {
        this.#endOne(watcher, new Error('the history of a watch cannot be read', { cause: error }));
      }
      if (!watcher.live && !watcher.closed) this.#catchingUp.add(watcher);
    }
  }

  #catchUpStep(watcher: Watcher): number {
    const { prefix } = watcher.options;
    const compacted = this.#history.compacted();
    if (watcher.seen < compacted) {
      this.#endOne(watcher, new CompactedError(watcher.seen, compacted));
      return 1;
    }
    const newest = this.#newest;
    if (this.#recent.reachesBackTo(watcher.seen)) {
      watcher.live = true;
      this.#deliver(watcher, wanted(watcher, this.#recent.read(prefix, watcher.seen)));
      watcher.seen = Math.max(watcher.seen, newest);
      return 1;
    }
    const { events, through } = this.#history.readEvents(prefix, watcher.seen);
    watcher.live = through >= newest;
    this.#deliver(watcher, wanted(watcher, events));
    watcher.seen = Math.max(watcher.seen, through);
    return historyStepCost;
  }

  #endOne(watcher: Watcher, reason: Error): void {
    if (watcher.closed) return;
    this.#remove(watcher);
    watcher.options.onEnd(reason);
  }

  #remove(watcher: Watcher): void {
    if (watcher.closed) return;
    watcher.closed = true;
    this.#catchingUp.delete(watcher);
    const group = this.#groups.get(watcher.options.prefix);
    if (!group) return;
    leave(group, watcher);
    if (group.all.size > 0 || group.indexed.size > 0) return;
    this.#groups.delete(watcher.options.prefix);
    this.#dirty.delete(group);
  }
}

function join(group: Group, watcher: Watcher): void {
  const { only } = watcher.options;
  if (only === undefined) {
    group.all.add(watcher);
    return;
  }
  const byValue = group.indexed.get(only.by) ?? new Map<string, Set<Watcher>>();
  group.indexed.set(only.by, byValue);
  const found = byValue.get(only.value);
  if (found) found.add(watcher);
  else byValue.set(only.value, new Set([watcher]));
}

function leave(group: Group, watcher: Watcher): void {
  const { only } = watcher.options;
  if (only === undefined) {
    group.all.delete(watcher);
    return;
  }
  const byValue = group.indexed.get(only.by);
  const found = byValue?.get(only.value);
  found?.delete(watcher);
  if (found?.size === 0) byValue?.delete(only.value);
  if (byValue?.size === 0) group.indexed.delete(only.by);
}

function* membersOf({ all, indexed }: Group): Generator<Watcher> {
  yield* all;
  for (const byValue of indexed.values()) for (const watchers of byValue.values()) yield* watchers;
}

function wanted({ options: { only } }: Watcher, events: readonly StoreEvent[]): readonly StoreEvent[] {
  return only === undefined ? events : events.filter((event) => only.by.valuesOf(event).includes(only.value));
}
