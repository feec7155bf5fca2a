/**
 * A JSON parser of our own: a few times slower than the engine's, and right where that is not (see parse-json). It gives what JSON.parse gives:
 * of duplicate keys the last value at the first one's place, `__proto__` as a key like others.
 */
import type { JsonObject, JsonValue } from '../json.ts';

/** What a number means: `holder` is the object or list around it, if any, `key` its place there. */
export type NumberReader = (source: string, holder: object | undefined, key: string) => number | bigint;

/** Above the decoders' limit, for what they let pass comes again within lists and events. */
const depthMax = 1100;

/** @throws SyntaxError also where it nests too deep */
export function parseJsonText(text: string, readNumber: NumberReader = Number): JsonValue {
  return new Parser(text, readNumber).whole();
}

class Parser {
  readonly #text: string;
  readonly #readNumber: NumberReader;
  readonly #space = /[ \t\n\r]*/y;
  readonly #number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
  // One class or one escape at a time: linear, and no deep stack for long texts.
  // oxlint-disable-next-line no-control-regex -- control characters are what may not stand there
  readonly #string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
  #at = 0;
  #depth = 0;

  constructor(text: string, readNumber: NumberReader) {
    this.#text = text;
    this.#readNumber = readNumber;
  }

  whole(): JsonValue {
    const value = this.#value(undefined, '');
    this.#skip();
    if (this.#at < this.#text.length) this.#fail();
    return value;
  }

  #value(holder: object | undefined, key: string): JsonValue {
    this.#skip();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#list());
      case '"':
        return this.#stringValue();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#readNumber(this.#token(this.#number), holder, key);
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > depthMax) throw new SyntaxError('JSON nests too deep');
    this.#at++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): JsonObject {
    const object: JsonObject = {};
    if (this.#takes('}')) return object;
    do {
      this.#skip();
      const key = this.#stringValue();
      if (!this.#takes(':')) this.#fail();
      const value = this.#value(object, key);
      if (key === '__proto__')
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      else object[key] = value;
    } while (this.#takes(','));
    if (!this.#takes('}')) this.#fail();
    return object;
  }

  #list(): JsonValue[] {
    const list: JsonValue[] = [];
    if (this.#takes(']')) return list;
    do list.push(this.#value(list, String(list.length)));
    while (this.#takes(','));
    if (!this.#takes(']')) this.#fail();
    return list;
  }

  #stringValue(): string {
    const token = this.#token(this.#string);
    // A text alone has no keys, so the engine's parser can't take it for another.
    return token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail();
    this.#at += word.length;
    return value;
  }

  #token(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) this.#fail();
    this.#at += found.length;
    return found;
  }

  #takes(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skip(): void {
    this.#space.lastIndex = this.#at;
    this.#at += this.#space.exec(this.#text)?.[0].length ?? 0;
  }

  #fail(): never {
    throw new SyntaxError(`invalid JSON at position ${this.#at}`);
  }
}
