/** Inputs that nobody sends by accident: made from good ones, by one seed. */
import type { Random } from '../../src/lib/random.ts';

/** What breaks decoders: put in anywhere. */
const poison = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '"__proto__":{"polluted":1}',
  '$patch',
  '$retainKeys',
  '$setElementOrder/a',
  '$deleteFromPrimitiveList/a',
  'null',
  'NaN',
  '1e999',
  '-0',
  '9223372036854775808',
  '18446744073709551616',
  '0x7fffffffffffffff',
  '9'.repeat(400),
  '\0',
  '\uFEFF',
  '\uD800',
  '\u2028',
  '\\u0000',
  '\\',
  '"',
  '~1~0',
  '/-',
  '../',
  '%00',
  '<<: *a',
  '&a [*a,*a]',
  '!!binary',
  '{'.repeat(2000),
  '['.repeat(2000),
  '('.repeat(2000),
  '!'.repeat(2000),
  'a'.repeat(5000),
  ',a=b'.repeat(2000),
];

export class Mutations {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** One of the inputs, changed at one to six places. */
  next(inputs: readonly Uint8Array[]): Uint8Array {
    let bytes: Buffer = Buffer.from(this.#oneOf(inputs) ?? []);
    const changes = 1 + this.#below(6);
    for (let change = 0; change < changes; change++) bytes = this.#changed(bytes, inputs);
    return bytes;
  }

  #changed(bytes: Buffer, inputs: readonly Uint8Array[]): Buffer {
    const at = this.#below(bytes.length + 1);
    const end = Math.min(bytes.length, at + this.#below(16));
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(end)];
    switch (this.#below(6)) {
      case 0:
        return Buffer.concat([head, tail]);
      case 1:
        return Buffer.concat([head, Buffer.from([this.#below(256)]), bytes.subarray(at + 1)]);
      case 2:
        return Buffer.concat([head, Buffer.from(this.#oneOf(poison) ?? ''), tail]);
      case 3:
        return Buffer.concat([head, bytes.subarray(at, end), bytes.subarray(at)]);
      case 4: {
        const other = this.#oneOf(inputs) ?? bytes;
        return Buffer.concat([head, other.subarray(this.#below(other.length + 1))]);
      }
      default:
        return Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ (1 << this.#below(8)) : byte)));
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  #oneOf<T>(values: readonly T[]): T | undefined {
    return values[this.#below(values.length)];
  }
}
