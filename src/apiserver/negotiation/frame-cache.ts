/** Frames of the events of a turn, so that each is encoded once however many watch: all live watchers are served within the turn. */
import { TurnCache } from '../../lib/turn-cache.ts';
import type { StoredObject } from '../registry/stored-object.ts';

export class FrameCache {
  readonly #frames = new TurnCache<StoredObject, Map<string, Uint8Array>>(() => new Map());

  /** `form`: says how it is encoded, event type included. */
  get(stored: StoredObject, form: string, encode: () => Uint8Array): Uint8Array {
    const forms = this.#frames.get(stored);
    let frame = forms.get(form);
    if (frame === undefined) {
      frame = encode();
      forms.set(form, frame);
    }
    return frame;
  }
}
