/** The paths of unknown fields, noted on the way down. Mirrors apiextensions-apiserver schema UnknownFieldPathOptions. */

/** As many as upstream's decoder remembers. */
const pathsMax = 100;

export class UnknownFields {
  readonly #tracked: boolean;
  readonly #trail: string[] = [];
  readonly #paths: string[] = [];

  /** `tracked`: else nothing is noted. */
  constructor(tracked: boolean) {
    this.#tracked = tracked;
  }

  /** Where nothing is noted, every place is the root, as upstream has it. */
  get atRoot(): boolean {
    return this.#trail.length === 0;
  }

  /** Sorted. */
  get paths(): readonly string[] {
    return this.#paths.toSorted();
  }

  enterKey(key: string): void {
    if (this.#tracked) this.#trail.push(this.#trail.length > 0 ? `.${key}` : key);
  }

  enterIndex(index: number): void {
    if (this.#tracked) this.#trail.push(`[${index}]`);
  }

  leave(): void {
    this.#trail.pop();
  }

  record(key: string): void {
    if (!this.#tracked || this.#paths.length >= pathsMax) return;
    this.enterKey(key);
    this.#paths.push(this.#trail.join(''));
    this.leave();
  }
}
