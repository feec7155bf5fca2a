/**
 * Which policies are to be asked once more, since others have changed what they had looked at. Mirrors apiserver
 * pkg/admission/plugin/policy/mutating reinvocationcontext.go.
 */
import { equalJson, type JsonValue } from '../../../api/json.ts';

export class Reinvocations {
  #lastOutput: JsonValue | undefined;
  /** Asked, and willing to be asked again. */
  #willing = new Set<string>();
  readonly #again = new Set<string>();

  /** Whether somebody else has changed the object since {@link finished}. */
  changedSince(object: JsonValue | undefined): boolean {
    return !equalJson(this.#lastOutput, object);
  }

  finished(object: JsonValue | undefined): void {
    this.#lastOutput = object === undefined ? undefined : structuredClone(object);
  }

  willing(key: string): void {
    this.#willing.add(key);
  }

  /** The object has changed: all that were asked before, and are willing, are to be asked again. */
  changed(): void {
    for (const key of this.#willing) this.#again.add(key);
    this.#willing = new Set();
  }

  isDue(key: string): boolean {
    return this.#again.has(key);
  }
}
