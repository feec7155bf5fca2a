/**
 * What is derived from values that many look at in one turn of the event loop, made once and forgotten after the turn: nothing is kept at rest, and nothing
 * has to be counted.
 */

/** More at a time are made anew: a turn that looks at so much keeps too much. */
const entriesMax = 8192;

export class TurnCache<K extends object, V> {
  readonly #make: (key: K) => V;
  readonly #values = new Map<K, V>();

  constructor(make: (key: K) => V) {
    this.#make = make;
  }

  get(key: K): V {
    const found = this.#values.get(key);
    if (found !== undefined) return found;
    const made = this.#make(key);
    if (this.#values.size >= entriesMax) this.#values.clear();
    else if (this.#values.size === 0) setImmediate(() => this.#values.clear());
    this.#values.set(key, made);
    return made;
  }
}
