/**
 * Frames of the newest events, so that each is encoded once however many watch: all watchers are served within one turn or a few. Small
 * on purpose: a frame is as large as its object.
 */
import type { StoredObject } from '../registry/stored-object.ts';

const objectsMax = 64;

export class FrameCache {
  readonly #frames = new Map<StoredObject, Map<string, Uint8Array>>();

  /** `form`: says how it is encoded, event type included. */
  get(stored: StoredObject, form: string, encode: () => Uint8Array): Uint8Array {
    const forms = this.#formsOf(stored);
    let frame = forms.get(form);
    if (frame === undefined) {
      frame = encode();
      forms.set(form, frame);
    }
    return frame;
  }

  #formsOf(stored: StoredObject): Map<string, Uint8Array> {
    let forms = this.#frames.get(stored);
    if (forms === undefined) {
      forms = new Map();
      this.#frames.set(stored, forms);
      if (this.#frames.size > objectsMax) this.#dropOldest();
    }
    return forms;
  }

  #dropOldest(): void {
    const [oldest] = this.#frames.keys();
    if (oldest) this.#frames.delete(oldest);
  }
}
