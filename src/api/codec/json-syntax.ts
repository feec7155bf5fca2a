/** What is wrong with a JSON text, in Go's words. Mirrors the state machine of encoding/json's scanner. */
import { goQuote } from '../go-text.ts';

const endOfInput = 'unexpected end of JSON input';

/** The first error of the text; `undefined`: it is valid. */
export function findJsonError(bytes: Uint8Array, depthMax: number): string | undefined {
  try {
    new Scanner(bytes, depthMax).scan();
    return undefined;
  } catch (error) {
    if (error instanceof ScanError) return error.message;
    throw error;
  }
}

/** Whether brackets outside of strings nest deeper than `depthMax`: one fast pass, sound for valid JSON. */
export function nestsDeeperThan(depthMax: number, bytes: Uint8Array): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      at = endOfString(bytes, at);
    } else if (byte === openBrace || byte === openBracket) {
      depth++;
      if (depth > depthMax) return true;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth--;
    }
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const minus = 0x2d;
const zero = 0x30;

class ScanError extends Error {}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

type Container = 'object' | 'array';

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #depthMax: number;
  readonly #stack: Container[] = [];
  #at = 0;

  constructor(bytes: Uint8Array, depthMax: number) {
    this.#bytes = bytes;
    this.#depthMax = depthMax;
  }

  scan(): void {
    let opened = this.#value();
    while (this.#stack.length > 0) {
      const container = this.#stack.at(-1);
      if (opened && this.#closesAtOnce(container)) {
        opened = false;
        continue;
      }
      if (!opened && !this.#separator(container)) continue;
      if (container === 'object') this.#key();
      opened = this.#value();
    }
    this.#skipSpace();
    if (this.#at < this.#bytes.length) this.#fail('after top-level value');
  }

  /** Whether it opened a container. */
  #value(): boolean {
    const byte = this.#next();
    if (byte === openBrace || byte === openBracket) {
      this.#stack.push(byte === openBrace ? 'object' : 'array');
      if (this.#stack.length > this.#depthMax) this.#fail('exceeded max depth');
      this.#at++;
      return true;
    }
    if (byte === quote) this.#string();
    else if (byte === minus || isDigit(byte)) this.#number();
    else if (byte === 0x74) this.#literal('true');
    else if (byte === 0x66) this.#literal('false');
    else if (byte === 0x6e) this.#literal('null');
    else this.#fail('looking for beginning of value');
    return false;
  }

  #closesAtOnce(container: Container | undefined): boolean {
    if (this.#next() !== (container === 'object' ? closeBrace : closeBracket)) return false;
    this.#at++;
    this.#stack.pop();
    return true;
  }

  /** After a value: false when it closed the container. */
  #separator(container: Container | undefined): boolean {
    const byte = this.#next();
    if (byte !== comma && byte !== (container === 'object' ? closeBrace : closeBracket)) {
      this.#fail(container === 'object' ? 'after object key:value pair' : 'after array element');
    }
    this.#at++;
    if (byte !== comma) this.#stack.pop();
    return byte === comma;
  }

  #key(): void {
    if (this.#next() !== quote) this.#fail('looking for beginning of object key string');
    this.#string();
    if (this.#next() !== colon) this.#fail('after object key');
    this.#at++;
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const byte = this.#byte();
      if (byte === quote) break;
      if (byte < 0x20) this.#fail('in string literal');
      this.#at++;
      if (byte === backslash) this.#escape();
    }
    this.#at++;
  }

  #escape(): void {
    const byte = this.#byteOrSpace();
    if (!String.raw`bfnrt\/"u`.includes(String.fromCharCode(byte))) this.#fail('in string escape code');
    this.#at++;
    if (byte !== 0x75) return;
    for (let digit = 0; digit < 4; digit++) {
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(this.#byteOrSpace())))
        this.#fail(String.raw`in \u hexadecimal character escape`);
      this.#at++;
    }
  }

  #number(): void {
    if (this.#byteOrSpace() === minus) {
      this.#at++;
      if (!isDigit(this.#byteOrSpace())) this.#fail('in numeric literal');
    }
    if (this.#byteOrSpace() === zero) this.#at++;
    else this.#digits();
    if (this.#bytes[this.#at] === 0x2e) {
      this.#at++;
      if (!isDigit(this.#byteOrSpace())) this.#fail('after decimal point in numeric literal');
      this.#digits();
    }
    const mark = this.#bytes[this.#at];
    if (mark !== 0x65 && mark !== 0x45) return;
    this.#at++;
    const sign = this.#byteOrSpace();
    if (sign === 0x2b || sign === minus) this.#at++;
    if (!isDigit(this.#byteOrSpace())) this.#fail('in exponent of numeric literal');
    this.#digits();
  }

  #digits(): void {
    while (isDigit(this.#bytes[this.#at] ?? 0)) this.#at++;
  }

  #literal(word: string): void {
    for (const expected of word) {
      if (String.fromCharCode(this.#byteOrSpace()) !== expected) {
        this.#fail(`in literal ${word} (expecting '${expected}')`);
      }
      this.#at++;
    }
  }

  /** The next byte that is no white space; it stays. */
  #next(): number {
    this.#skipSpace();
    return this.#byte();
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new ScanError(endOfInput);
    return byte;
  }

  /** Within a token, the end of the input reads as a space. */
  #byteOrSpace(): number {
    return this.#bytes[this.#at] ?? 0x20;
  }

  #skipSpace(): void {
    while (isSpace(this.#bytes[this.#at])) this.#at++;
  }

  #fail(context: string): never {
    throw new ScanError(`invalid character ${byteText(this.#byteOrSpace())} ${context}`);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}

/** A byte counts as the Latin-1 character, as in Go's quoteChar. */
function byteText(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === "'") return String.raw`'\''`;
  if (character === '"') return `'"'`;
  return `'${goQuote(character).slice(1, -1)}'`;
}
