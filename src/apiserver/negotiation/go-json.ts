/**
 * Reads JSON as Go's encoding/json does: the same texts for what is wrong, and every field that stands twice. Slower than JSON.parse:
 * used for what JSON.parse refuses, and where the client asks for strictness.
 */

/** Mirrors sigs.k8s.io/json. */
export interface JsonFindings {
  /** `duplicate field "spec.a"`, each once, at most {@link duplicatesMax}. */
  readonly duplicates: readonly string[];
  /** What is wrong with the text: `invalid character '}' after object key`. */
  readonly error: string | undefined;
}

const duplicatesMax = 100;
/** Go stops at 10,000; our own walks over values, which recurse, need less. No object of Kubernetes is near it. */
export const jsonDepthMax = 1000;

export function scanJson(bytes: Uint8Array): JsonFindings {
  const scanner = new Scanner(bytes);
  try {
    scanner.document();
    return { duplicates: scanner.duplicates, error: undefined };
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    return { duplicates: [], error: error.message };
  }
}

/** Whether brackets nest deeper than {@link jsonDepthMax}; cheap. What stands in strings doesn't count. */
export function nestsTooDeeply(bytes: Uint8Array): boolean {
  let depth = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === quote) index = stringEnd(bytes, index);
    else if (byte === openBrace || byte === openBracket) {
      if (++depth > jsonDepthMax) return true;
    } else if (byte === closeBrace || byte === closeBracket) depth--;
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const commaByte = 0x2c;
const colon = 0x3a;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

class ScanError extends Error {}

/** Index of the closing quote, or of the end. */
function stringEnd(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < bytes.length && bytes[index] !== quote) index += bytes[index] === backslash ? 2 : 1;
  return index;
}

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #duplicates = new Set<string>();
  readonly #path: string[] = [];
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get duplicates(): readonly string[] {
    return [...this.#duplicates];
  }

  document(): void {
    this.#value();
    this.#space();
    if (this.#at < this.#bytes.length) this.#invalid('after top-level value');
  }

  #value(): void {
    this.#space();
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#ended();
    if (byte === openBrace) this.#object();
    else if (byte === openBracket) this.#array();
    else if (byte === quote) this.#string();
    else if (byte === minus || isDigit(byte)) this.#number();
    else if (byte === 0x74) this.#literal('true');
    else if (byte === 0x66) this.#literal('false');
    else if (byte === 0x6e) this.#literal('null');
    else this.#invalid('looking for beginning of value');
  }

  #object(): void {
    this.#enter();
    const seen = new Set<string>();
    this.#space();
    if (this.#bytes[this.#at] === closeBrace) return this.#leave();
    for (;;) {
      this.#space();
      if (this.#peek() !== quote) this.#invalid('looking for beginning of object key string');
      const key = this.#string();
      this.#path.push(this.#path.length > 0 ? `.${key}` : key);
      if (seen.has(key)) this.#duplicate();
      seen.add(key);
      this.#space();
      if (this.#peek() !== colon) this.#invalid('after object key');
      this.#at++;
      this.#value();
      this.#path.pop();
      this.#space();
      const byte = this.#peek();
      if (byte === closeBrace) return this.#leave();
      if (byte !== commaByte) this.#invalid('after object key:value pair');
      this.#at++;
    }
  }

  #array(): void {
    this.#enter();
    this.#space();
    if (this.#bytes[this.#at] === closeBracket) return this.#leave();
    for (let index = 0; ; index++) {
      this.#path.push(`[${index}]`);
      this.#value();
      this.#path.pop();
      this.#space();
      const byte = this.#peek();
      if (byte === closeBracket) return this.#leave();
      if (byte !== commaByte) this.#invalid('after array element');
      this.#at++;
    }
  }

  #enter(): void {
    if (++this.#depth > jsonDepthMax) this.#invalid('exceeded max depth');
    this.#at++;
  }

  #leave(): void {
    this.#at++;
    this.#depth--;
  }

  /** The text of the string; its quotes stand around. */
  #string(): string {
    const start = this.#at++;
    let plain = true;
    for (;;) {
      const byte = this.#peek();
      if (byte === quote) break;
      if (byte < 0x20) this.#invalid('in string literal');
      if (byte === backslash) {
        plain = false;
        this.#escape();
      } else this.#at++;
    }
    this.#at++;
    const text = Buffer.from(this.#bytes.subarray(start, this.#at)).toString();
    // What the scanner took, JSON.parse takes.
    return plain ? text.slice(1, -1) : String(JSON.parse(text));
  }

  #escape(): void {
    this.#at++;
    const byte = this.#peek();
    if (!'bfnrtu\\/"'.includes(String.fromCharCode(byte))) this.#invalid('in string escape code');
    this.#at++;
    if (byte !== 0x75) return;
    for (let digit = 0; digit < 4; digit++) {
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(this.#peek()))) {
        this.#invalid(String.raw`in \u hexadecimal character escape`);
      }
      this.#at++;
    }
  }

  #number(): void {
    if (this.#bytes[this.#at] === minus) {
      this.#at++;
      if (!isDigit(this.#peek())) this.#invalid('in numeric literal');
    }
    if (this.#bytes[this.#at] === zero) this.#at++;
    else this.#digits();
    if (this.#bytes[this.#at] === 0x2e) {
      this.#at++;
      if (!isDigit(this.#peek())) this.#invalid('after decimal point in numeric literal');
      this.#digits();
    }
    const byte = this.#bytes[this.#at];
    if (byte !== 0x65 && byte !== 0x45) return;
    this.#at++;
    const sign = this.#peek();
    if (sign === minus || sign === 0x2b) this.#at++;
    if (!isDigit(this.#peek())) this.#invalid('in exponent of numeric literal');
    this.#digits();
  }

  #digits(): void {
    while (isDigit(this.#bytes[this.#at] ?? 0)) this.#at++;
  }

  #literal(word: string): void {
    for (let index = 0; index < word.length; index++) {
      if (this.#peek() !== word.charCodeAt(index)) this.#invalid(`in literal ${word} (expecting '${word[index]}')`);
      this.#at++;
    }
  }

  #space(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at++;
    }
  }

  #peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#ended();
    return byte;
  }

  #ended(): ScanError {
    return new ScanError('unexpected end of JSON input');
  }

  #invalid(context: string): never {
    throw new ScanError(`invalid character ${quoteCharacter(this.#peek())} ${context}`);
  }

  #duplicate(): void {
    if (this.#duplicates.size < duplicatesMax) {
      this.#duplicates.add(`duplicate field ${JSON.stringify(this.#path.join(''))}`);
    }
  }
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine;
}

/** Mirrors encoding/json quoteChar: bytes, not characters. */
function quoteCharacter(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === "'") return String.raw`'\''`;
  if (character === '"') return `'"'`;
  const escaped = goEscapes[character] ?? character;
  const plain = byte < 0x20 || (byte >= 0x7f && byte < 0xa1) || byte === 0xad;
  if (escaped === character && plain) {
    const hex = byte.toString(16).padStart(byte < 0x80 ? 2 : 4, '0');
    return byte < 0x80 ? `'\\x${hex}'` : `'\\u${hex}'`;
  }
  return `'${escaped}'`;
}

const goEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
