/**
 * An object as the registry hands it out: its JSON bytes first, decoded only when somebody looks inside.
 */
import { parseJsonBytes } from '../../api/codec/parse-json.ts';
import type { KubeObject } from '../../api/object.ts';

export class StoredObject {
  /** JSON with its resourceVersion; starts with kind, apiVersion, metadata. Never changed. */
  readonly bytes: Uint8Array;
  readonly revision: number;
  #object: KubeObject | undefined;

  constructor(bytes: Uint8Array, revision: number) {
    this.bytes = bytes;
    this.revision = revision;
  }

  /** Decoded once and shared: read only. */
  get object(): Readonly<KubeObject> {
    this.#object ??= this.decode();
    return this.#object;
  }

  /** A decoded copy of one's own, to be changed. */
  decode(): KubeObject {
    // Our own bytes: written by `encodeForStorage`, so the shape is known.
    return parseJsonBytes(this.bytes) as unknown as KubeObject;
  }
}
