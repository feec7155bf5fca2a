/**
 * Whether a cache shows yet what was written: for reconcilers that create objects under generated names, and so would create them
 * twice from an old cache. Mirrors the purpose of k8s.io/endpointslice/util EndpointSliceTracker.
 */
import { objectKey, type KubeObject } from '../api/object.ts';
import type { Side } from '../api/side.ts';
import type { Lister } from '../client/object-store.ts';
import type { Clock } from '../lib/clock.ts';
import { requeueAfter, type Result } from './controller.ts';

interface Written {
  /** The resourceVersion that the cache must have reached; `undefined`: it must no longer have the object. */
  readonly resourceVersion: string | undefined;
  /** The cache had it before: when it has it no longer, it was deleted since. */
  readonly known: boolean;
  /** It is bound to show, however late the cache is: it is waited for as long as it takes. */
  readonly certain: boolean;
  readonly uid: string;
  readonly since: number;
}

/** Another write that doesn't show for so long was undone by somebody: it isn't waited for. */
export const patienceMs = 60_000;
const lookAgainMs = 10_000;

export class WriteTracker<S extends Side> {
  readonly #cache: Lister<S>;
  readonly #clock: Clock;
  readonly #written = new Map<string, Map<string, Written>>();

  constructor(cache: Lister<S>, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /** `seen`: the cache had it when it was decided to write it. */
  wrote(owner: string, object: KubeObject, seen = false): void {
    const known = seen || this.#knows(object);
    this.#expect(owner, object, { resourceVersion: object.metadata.resourceVersion ?? '', known, certain: known });
  }

  /** `certain`: it is gone, and waits for nobody's finalizer. */
  deleted(owner: string, object: Readonly<KubeObject>, certain = false): void {
    this.#expect(owner, object, { resourceVersion: undefined, known: this.#knows(object), certain });
  }

  /** Whether all that was written for `owner` shows. */
  isCurrent(owner: string): boolean {
    const written = this.#written.get(owner);
    if (!written) return true;
    for (const [key, one] of written) {
      const late = !one.certain && this.#clock.monotonic() - one.since > patienceMs;
      if (late || this.#shows(key, one)) written.delete(key);
    }
    if (written.size > 0) return false;
    this.#written.delete(owner);
    return true;
  }

  /**
   * `result`, and another look soon for as long as something doesn't show: what was created may be gone before it does, and then nothing ever happens.
   * A process that sleeps needn't be woken for it: it begins with a new cache.
   */
  lookAgain(owner: string, result: Result): Result {
    if (this.isCurrent(owner)) return result;
    if (result.kind === 'done') return requeueAfter(lookAgainMs, { wakes: false });
    return { ...result, afterMs: Math.min(lookAgainMs, result.afterMs) };
  }

  /** Since when the oldest write that doesn't show waits, in milliseconds: who looks again after so long looks ever more seldom. */
  unseenForMs(owner: string): number {
    const since = Array.from(this.#written.get(owner)?.values() ?? [], (one) => one.since);
    return since.length === 0 ? 0 : this.#clock.monotonic() - Math.min(...since);
  }

  forget(owner: string): void {
    this.#written.delete(owner);
  }

  #expect(
    owner: string,
    object: Readonly<KubeObject>,
    expected: Pick<Written, 'resourceVersion' | 'known' | 'certain'>,
  ): void {
    const written = this.#written.get(owner) ?? new Map<string, Written>();
    this.#written.set(owner, written);
    const { uid = '' } = object.metadata;
    written.set(objectKey(object), { ...expected, uid, since: this.#clock.monotonic() });
  }

  #knows(object: Readonly<KubeObject>): boolean {
    return this.#cache.get(objectKey(object))?.metadata.uid === (object.metadata.uid ?? '');
  }

  #shows(key: string, { resourceVersion, known, uid }: Written): boolean {
    const cached = this.#cache.get(key);
    if (resourceVersion === undefined) return cached?.metadata.uid !== uid;
    if (!cached) return known;
    // Resource versions of one resource are comparable numbers (KEP-5504).
    return cached.metadata.uid !== uid || BigInt(cached.metadata.resourceVersion ?? 0) >= BigInt(resourceVersion);
  }
}
