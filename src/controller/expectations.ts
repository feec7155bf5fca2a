/**
 * What a controller has done and not yet seen in its cache. A reconciler that creates and deletes by counting must not count
 * again before the informer has shown the effects; what doesn't show in time is forgotten.
 *
 * Mirrors the purpose of kubernetes pkg/controller UIDTrackingControllerExpectations, which counts creations: there an object whose creation was answered
 * with an error, and which is seen all the same, passes for another one that is not.
 */
import type { Clock } from '../lib/clock.ts';

interface Expectation {
  /** So many creations have no answer yet. */
  underway: number;
  /** Keys of those that were created, and have not been seen. */
  readonly created: Set<string>;
  /** Keys of what was seen while creations were under way: it may be theirs. */
  readonly early: Set<string>;
  readonly deletions: Set<string>;
  readonly since: number;
}

/** Expectations older than this are not waited for. */
const expectationsExpireMs = 5 * 60_000;

export class Expectations {
  readonly #clock: Clock;
  readonly #expected = new Map<string, Expectation>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `key` is about to create so many objects: for each, {@link created} or {@link notCreated} must follow. */
  expectCreations(key: string, count: number): void {
    this.expect(key, count, []);
  }

  /** `key` is about to delete these. */
  expectDeletions(key: string, objects: Iterable<string>): void {
    this.expect(key, 0, objects);
  }

  /** Both at once. */
  expect(key: string, creations: number, deletions: Iterable<string>): void {
    this.#expected.set(key, {
      underway: creations,
      created: new Set(),
      early: new Set(),
      deletions: new Set(deletions),
      since: this.#clock.monotonic(),
    });
  }

  /** The server has created it. */
  created(key: string, object: string): void {
    const expected = this.#expected.get(key);
    if (!expected) return;
    expected.underway--;
    if (!expected.early.delete(object)) expected.created.add(object);
  }

  /** So many will not be created, or nobody knows. */
  notCreated(key: string, count = 1): void {
    const expected = this.#expected.get(key);
    if (expected) expected.underway -= count;
  }

  /** The informer has shown it for the first time, in whatever state. */
  creationObserved(key: string, object: string): void {
    const expected = this.#expected.get(key);
    if (expected && !expected.created.delete(object) && expected.underway > 0) expected.early.add(object);
  }

  /** `object` was deleted, is being deleted, or will not be. */
  deletionObserved(key: string, object: string): void {
    this.#expected.get(key)?.deletions.delete(object);
  }

  /** Whether `key` may count what it sees in its cache. */
  satisfied(key: string): boolean {
    return this.remainingMs(key) === undefined;
  }

  /**
   * For how long at most `key` must not count yet; `undefined`: it may. What is expected may never show: an object that was gone again before the watch
   * came back. So somebody has to look again by then, though nothing happens.
   */
  remainingMs(key: string): number | undefined {
    const expected = this.#expected.get(key);
    if (!expected || expected.underway + expected.created.size + expected.deletions.size === 0) return undefined;
    const left = expected.since + expectationsExpireMs - this.#clock.monotonic();
    return left > 0 ? left : undefined;
  }

  forget(key: string): void {
    this.#expected.delete(key);
  }
}
