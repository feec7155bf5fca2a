/**
 * The wire format, read: varints, lengths, tags. Every length is checked against what is there before anything is done with it, so
 * that hostile input costs no more than its own size. The wording of errors is that of upstream's generated code.
 */
import { malformed } from './protobuf-error.ts';

export const wire = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

const groupDepthMax = 100;

export class ProtobufReader {
  readonly #bytes: Buffer;
  #position: number;
  #end: number;
  /** Halves of the varint read last. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = 0;
    this.#end = bytes.byteLength;
  }

  get position(): number {
    return this.#position;
  }

  /** Moves to a range that an earlier {@link range} has found. */
  enter(start: number, end: number): void {
    this.#position = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#position >= this.#end;
  }

  /** The field's number times 8, plus the wire type. Throws for what can't be a field of a message. */
  tag(message: string): number {
    this.#varint();
    const type = this.#low & 7;
    // Go keeps 32 bits of the number, signed.
    const number = (this.#high << 29) | (this.#low >>> 3) | 0;
    if (type === wire.endGroup) throw malformed(`proto: ${shortName(message)}: wiretype end group for non-group`);
    if (number <= 0) throw malformed(`proto: ${shortName(message)}: illegal tag ${number} (wire type ${type})`);
    return number * 8 + type;
  }

  bool(): boolean {
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  int32(): number {
    this.#varint();
    return this.#low | 0;
  }

  /** Exact, or undefined when a number can't hold it. */
  int64(): number | undefined {
    this.#varint();
    const value = (this.#high | 0) * 0x1_0000_0000 + this.#low;
    return Number.isSafeInteger(value) ? value : undefined;
  }

  bigInt64(): bigint {
    this.#varint();
    return (BigInt(this.#high | 0) << 32n) | BigInt(this.#low);
  }

  double(): number {
    if (this.#end - this.#position < 8) throw malformed('unexpected EOF');
    const value = this.#bytes.readDoubleLE(this.#position);
    this.#position += 8;
    return value;
  }

  /** Reads a length and steps over that many bytes; returns where they start. They end at {@link position}. */
  range(): number {
    this.#varint();
    if ((this.#high & 0x8000_0000) !== 0) throw malformed('proto: negative length found during unmarshaling');
    if (this.#high !== 0 || this.#low > this.#end - this.#position) throw malformed('unexpected EOF');
    const start = this.#position;
    this.#position += this.#low;
    return start;
  }

  string(): string {
    const start = this.range();
    return this.#bytes.toString('utf8', start, this.#position);
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const start = this.range();
    return this.#bytes.subarray(start, this.#position);
  }

  /** Where the present message ends. */
  get end(): number {
    return this.#end;
  }

  slice(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end);
  }

  /** Steps over an unknown field. Mirrors skipGenerated of upstream's generated code. */
  skip(type: number): void {
    let depth = 0;
    for (let next = type; ;) {
      if (next === wire.startGroup) depth++;
      else if (next === wire.endGroup) {
        if (depth === 0) throw malformed('proto: unexpected end of group');
        depth--;
      } else this.#skipValue(next);
      if (depth === 0) return;
      if (depth > groupDepthMax) throw malformed('proto: groups nested too deeply');
      this.#varint();
      next = this.#low & 7;
    }
  }

  #skipValue(type: number): void {
    if (type === wire.varint) this.#varint();
    else if (type === wire.bytes) this.range();
    else if (type === wire.fixed64 || type === wire.fixed32) {
      const size = type === wire.fixed64 ? 8 : 4;
      if (this.#end - this.#position < size) throw malformed('unexpected EOF');
      this.#position += size;
    } else throw malformed(`proto: illegal wireType ${type}`);
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift >= 64) throw malformed('proto: integer overflow');
      if (this.#position >= this.#end) throw malformed('unexpected EOF');
      const byte = this.#bytes[this.#position++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    this.#low = low >>> 0;
    this.#high = high >>> 0;
  }
}

/** `io.k8s.api.core.v1.Pod` → `Pod`. */
function shortName(message: string): string {
  return message.slice(message.lastIndexOf('.') + 1);
}
