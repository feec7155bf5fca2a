/**
 * An object as the registry hands it out: its JSON bytes first, decoded only when somebody looks inside. Its resourceVersion is not in what is stored: it is
 * put in while the bytes are written to where they go, so that nobody copies them twice.
 */
import { parseJsonBytes } from '../../api/codec/parse-json.ts';
import type { KubeObject } from '../../api/object.ts';
import { resourceVersionInsertion, writeWithInsertion, type Insertion } from '../../api/resource-version.ts';

const nothing: Insertion = { at: 0, text: '' };

export class StoredObject {
  readonly revision: number;
  readonly #value: Uint8Array;
  readonly #insertion: Insertion;
  #bytes: Uint8Array | undefined;
  #object: KubeObject | undefined;

  /** `bytes`: JSON with its resourceVersion; starts with kind, apiVersion, metadata. */
  constructor(bytes: Uint8Array, revision: number, insertion = nothing) {
    this.revision = revision;
    this.#value = bytes;
    this.#insertion = insertion;
  }

  /** `value`: as stored, without a resourceVersion. Copies and decodes nothing. */
  static of(value: Uint8Array, revision: number): StoredObject {
    return new StoredObject(value, revision, resourceVersionInsertion(value, revision));
  }

  /** JSON with its resourceVersion; starts with kind, apiVersion, metadata. Never changed. */
  get bytes(): Uint8Array {
    if (this.#bytes) return this.#bytes;
    if (this.#insertion === nothing) return this.#value;
    const bytes = Buffer.allocUnsafe(this.length);
    this.writeTo(bytes, 0, 0);
    return (this.#bytes = bytes);
  }

  /** Of {@link bytes}. */
  get length(): number {
    return this.#value.length + this.#insertion.text.length;
  }

  /** Whether {@link bytes} begin so, and go on; `head` ends before metadata. */
  startsWith(head: Buffer): boolean {
    return this.#value.length > head.length && head.compare(this.#value, 0, head.length) === 0;
  }

  /** Writes {@link bytes} but the first `skipped` ones, which are none of metadata's, into `target` at `at`. Returns where they end. */
  writeTo(target: Buffer, at: number, skipped: number): number {
    if (this.#insertion !== nothing) return writeWithInsertion(target, at, this.#value, skipped, this.#insertion);
    target.set(skipped === 0 ? this.#value : this.#value.subarray(skipped), at);
    return at + this.#value.length - skipped;
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
