/**
 * The wire format, written from the end to the beginning, as upstream's generated code does: a message's length is known by the time
 * its tag is written, in one pass.
 */
import { wire } from './protobuf-reader.ts';

const initialBytes = 16 * 1024;
/** A larger buffer isn't kept from one message to the next. */
const keptBytesMax = 1024 * 1024;

export class ProtobufWriter {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #start = initialBytes;

  /** Bytes written so far: the difference of two is the length of what was written between. */
  get size(): number {
    return this.#bytes.length - this.#start;
  }

  /** A copy of everything written; the writer is empty after it. */
  take(): Buffer {
    const copy = Buffer.from(this.#bytes.subarray(this.#start));
    this.reset();
    return copy;
  }

  reset(): void {
    if (this.#bytes.length > keptBytesMax) this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.#start = this.#bytes.length;
  }

  tag(number: number, type: number): void {
    this.varint(number * 8 + type);
  }

  /** Tag and length of everything written since `size` was `from`. */
  lengthSince(from: number, number: number): void {
    this.varint(this.size - from);
    this.tag(number, wire.bytes);
  }

  /** A non-negative safe integer. */
  varint(value: number): void {
    if (value < 0x80) {
      this.#reserve(1);
      this.#bytes[--this.#start] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#reserve(size);
    this.#start -= size;
    let position = this.#start;
    for (let rest = value; size > 0; size--, rest = Math.floor(rest / 0x80)) {
      this.#bytes[position++] = (rest % 0x80) + (size > 1 ? 0x80 : 0);
    }
  }

  /** Any integer of 64 bits; negative ones take ten bytes. */
  int64(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) {
      this.varint(value);
      return;
    }
    const digits: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    do {
      digits.push(Number(rest & 0x7fn));
      rest >>= 7n;
    } while (rest > 0n);
    this.#reserve(digits.length);
    for (let index = digits.length - 1; index >= 0; index--) {
      this.#bytes[--this.#start] = (digits[index] ?? 0) + (index < digits.length - 1 ? 0x80 : 0);
    }
  }

  double(value: number): void {
    this.#reserve(8);
    this.#start -= 8;
    this.#bytes.writeDoubleLE(value, this.#start);
  }

  /** UTF-8 with its length, without a tag. */
  string(value: string): void {
    const size = Buffer.byteLength(value);
    this.#reserve(size);
    this.#start -= size;
    if (size > 0) this.#bytes.write(value, this.#start, size, 'utf8');
    this.varint(size);
  }

  /** Bytes with their length, without a tag. */
  bytes(value: Uint8Array): void {
    this.raw(value);
    this.varint(value.length);
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#start -= value.length;
    this.#bytes.set(value, this.#start);
  }

  #reserve(size: number): void {
    if (size <= this.#start) return;
    const used = this.#bytes.length - this.#start;
    let length = this.#bytes.length * 2;
    while (length - used < size) length *= 2;
    const larger = Buffer.allocUnsafeSlow(length);
    this.#bytes.copy(larger, length - used, this.#start);
    this.#bytes = larger;
    this.#start = length - used;
  }
}
