/**
 * Frames of the newest events, so that each is encoded once however many watch: all watchers are served within one turn or a few. Small
 * on purpose: a frame is as large as its object.
 */
import type { StoredObject } from '../registry/stored-object.ts';

const objectsMax = 64;
const frames = new Map<StoredObject, Map<string, Uint8Array>>();

/** `form`: says how it is encoded, event type included. */
export function cachedFrame(stored: StoredObject, form: string, encode: () => Uint8Array): Uint8Array {
  let forms = frames.get(stored);
  if (forms === undefined) {
    forms = new Map();
    frames.set(stored, forms);
    if (frames.size > objectsMax) {
      const [oldest] = frames.keys();
      if (oldest) frames.delete(oldest);
    }
  }
  let frame = forms.get(form);
  if (frame === undefined) {
    frame = encode();
    forms.set(form, frame);
  }
  return frame;
}
