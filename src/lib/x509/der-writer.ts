/** Writes DER. Each function gives one whole value. */
import { tags } from './der-reader.ts';

export function derValue(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthBytes(content.length), content]);
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return derValue(tags.sequence, ...contents);
}

/** In DER's order: by their bytes. */
export function setOf(contents: readonly Uint8Array[]): Buffer {
  return derValue(tags.set, ...contents.toSorted((left, right) => Buffer.compare(left, right)));
}

/** `bytes`: of a number that isn't negative. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const shortest = start < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(start));
  const sign = (shortest[0] ?? 0) >= 0x80 ? [Buffer.from([0])] : [];
  return derValue(tags.integer, ...sign, shortest);
}

/** `2.5.4.3` */
export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return derValue(tags.objectIdentifier, ...[first * 40 + second, ...rest].map(base128));
}

export function octetString(content: Uint8Array): Buffer {
  return derValue(tags.octetString, content);
}

export function boolean(value: boolean): Buffer {
  return derValue(tags.boolean, Buffer.from([value ? 0xff : 0]));
}

/** `unused`: bits at the end that don't count. */
export function bitString(content: Uint8Array, unused = 0): Buffer {
  return derValue(tags.bitString, Buffer.from([unused]), content);
}

/** A PrintableString where it can be one, else UTF-8; as Go chooses. */
export function directoryString(text: string): Buffer {
  const isPrintable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
  return derValue(isPrintable ? tags.printableString : tags.utf8String, Buffer.from(text));
}

/** Whole seconds. From 2050 on with four digits for the year. */
export function time(epochMs: number): Buffer {
  const text = new Date(epochMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return text < '2050'
    ? derValue(tags.utcTime, Buffer.from(text.slice(2)))
    : derValue(tags.generalizedTime, Buffer.from(text));
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function base128(number: number): Buffer {
  const bytes = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest % 128));
  return Buffer.from(bytes);
}
