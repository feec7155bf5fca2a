/**
 * JSON values as YAML text, for `Accept: application/yaml`. Writes what sigs.k8s.io/yaml JSONToYAML writes: sorted keys, compact lists,
 * lines folded after 80 columns. Needs no parser.
 */
import { goFloat } from '../go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { resolveYamlScalar } from './yaml-scalar.ts';

export function encodeYaml(value: JsonValue): Uint8Array {
  const writer = new Writer();
  writer.node(value, 0, 'root');
  return Buffer.from(writer.text());
}

const widthMax = 80;
const simpleKeyBytesMax = 128;

type Style = 'plain' | 'single' | 'double' | 'literal';

class Writer {
  #text = '';
  #column = 0;

  /** Ends with a line end. */
  text(): string {
    return this.#text.endsWith('\n') ? this.#text : `${this.#text}\n`;
  }

  /** `indent`: of what the node's own lines begin with. `after`: what has been written on the line. */
  node(value: JsonValue, indent: number, after: 'root' | 'dash' | 'key'): void {
    if (Array.isArray(value) && value.length > 0) this.#list(value, indent, after);
    else if (isJsonObject(value) && Object.keys(value).length > 0) this.#object(value, indent, after);
    else this.#leaf(value, indent, after);
  }

  #leaf(value: JsonValue, indent: number, after: 'root' | 'dash' | 'key'): void {
    if (after !== 'root') this.#put(' ');
    // A list's own lines start where its parent's do, or two further.
    const continuation = after === 'key' ? indent + 2 : Math.max(indent, 2);
    if (typeof value === 'string') this.#string(value, continuation, false);
    else if (Array.isArray(value)) this.#put('[]');
    else if (isJsonObject(value)) this.#put('{}');
    else this.#put(typeof value === 'number' ? numberText(value) : String(value));
  }

  #list(items: readonly JsonValue[], indent: number, after: 'root' | 'dash' | 'key'): void {
    for (const [index, item] of items.entries()) {
      if (index === 0 && after === 'dash') this.#put(' ');
      else if (index > 0 || after === 'key') this.#newLine(indent);
      this.#put('-');
      this.node(item, indent + 2, 'dash');
    }
  }

  #object(object: JsonObject, indent: number, after: 'root' | 'dash' | 'key'): void {
    const own = after === 'key' ? indent + 2 : indent;
    const keys = Object.keys(object).sort(compareKeys);
    for (const [index, key] of keys.entries()) {
      if (index === 0 && after === 'dash') this.#put(' ');
      else if (index > 0 || after === 'key') this.#newLine(own);
      const value = object[key] ?? null;
      const simple = Buffer.byteLength(key) <= simpleKeyBytesMax && !key.includes('\n');
      if (simple) {
        this.#string(key, own + 2, true);
      } else {
        this.#put('? ');
        this.#string(key, own + 2, false);
        this.#newLine(own);
      }
      this.#put(':');
      // Behind a long key's colon a value stands as behind a dash.
      if (simple) this.node(value, own, 'key');
      else this.node(value, own + 2, 'dash');
    }
  }

  #string(text: string, indent: number, isKey: boolean): void {
    const style = styleOf(text, isKey);
    switch (style) {
      case 'plain':
        return this.#folded(text, indent, isKey, '');
      case 'single':
        return this.#folded(text, indent, isKey, "'");
      case 'double':
        return this.#doubleQuoted(text, indent, isKey);
      case 'literal':
        return this.#literal(text, indent);
    }
  }

  /** Folds at single spaces beyond the width; the text has no line breaks. */
  #folded(text: string, indent: number, isKey: boolean, quote: string): void {
    this.#put(quote);
    const characters = Array.from(text);
    let afterSpace = false;
    for (const [index, character] of characters.entries()) {
      const inner = quote === '' || (index > 0 && index < characters.length - 1);
      const folds = !isKey && inner && !afterSpace && this.#column > widthMax && characters[index + 1] !== ' ';
      if (character === ' ' && folds) this.#newLine(indent);
      else this.#put(character === "'" && quote !== '' ? "''" : character);
      afterSpace = character === ' ';
    }
    this.#put(quote);
  }

  #doubleQuoted(text: string, indent: number, isKey: boolean): void {
    this.#put('"');
    const characters = Array.from(text);
    let afterSpace = false;
    for (const [index, character] of characters.entries()) {
      const inner = index > 0 && index < characters.length - 1;
      if (character === ' ' && !isKey && inner && !afterSpace && this.#column > widthMax) {
        this.#newLine(indent);
        if (characters[index + 1] === ' ') this.#put('\\');
      } else {
        this.#put(isPlainInQuotes(character) ? character : escapeCharacter(character));
      }
      afterSpace = character === ' ';
    }
    this.#put('"');
  }

  #literal(text: string, indent: number): void {
    const hint = /^[ \n]/.test(text) ? '2' : '';
    const chomp = text.endsWith('\n') ? (/^\n$|\n\n$/.test(text) ? '+' : '') : '-';
    this.#put(`|${hint}${chomp}`);
    const body = text.endsWith('\n') ? text.slice(0, -1) : text;
    this.#text += `\n${body
      .split('\n')
      .map((line) => (line === '' ? '' : ' '.repeat(indent) + line))
      .join('\n')}`;
    if (text.endsWith('\n')) this.#text += '\n';
    this.#column = 0;
  }

  #newLine(indent: number): void {
    if (!this.#text.endsWith('\n')) this.#text += '\n';
    this.#text += ' '.repeat(indent);
    this.#column = indent;
  }

  #put(text: string): void {
    this.#text += text;
    this.#column += text.length === 1 ? 1 : Array.from(text).length;
  }
}

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const unprintable = /[^\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** Mirrors go-yaml's stringv and libyaml's analysis of scalars. */
function styleOf(text: string, isKey: boolean): Style {
  const wanted = text.includes('\n') ? 'literal' : isAmbiguous(text) ? 'double' : 'plain';
  const special = unprintable.test(text) || / [\n]|[\u2028\u2029]/.test(text);
  if (wanted === 'double' || special) return 'double';
  if (wanted === 'literal') return isKey || text.endsWith(' ') ? 'double' : 'literal';
  return plainAllowed(text) ? 'plain' : 'single';
}

/** Without quotes it would not be read as this text. */
function isAmbiguous(text: string): boolean {
  return resolveYamlScalar(text) !== text || isTimestampLike(text) || base60.test(text);
}

/** Upstream quotes what it resolves to a timestamp, though it reads it as text. */
function isTimestampLike(text: string): boolean {
  return /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}.*)?$/.test(text);
}

function plainAllowed(text: string): boolean {
  if (/^(---|\.\.\.)/.test(text)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-]([ \t]|$)/.test(text)) return false;
  if (/:([ \t]|$)/.test(text) || /[ \t]#/.test(text)) return false;
  return !text.startsWith(' ') && !text.endsWith(' ');
}

function isPlainInQuotes(character: string): boolean {
  return character !== '"' && character !== '\\' && character !== '\n' && !unprintable.test(character);
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\u0007': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\u001b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
};

function escapeCharacter(character: string): string {
  const short = escapes[character];
  if (short !== undefined) return `\\${short}`;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function numberText(value: number): string {
  return Number.isSafeInteger(value)
    ? String(value)
    : Number.isInteger(value) && Math.abs(value) < 2 ** 64
      ? String(BigInt(value))
      : goFloat(value);
}

/** Natural order: digits by their number, letters after everything else. Mirrors go-yaml's keyList. */
function compareKeys(left: string, right: string): number {
  if (left === right) return 0;
  return keyLess(Array.from(left), Array.from(right)) ? -1 : 1;
}

function keyLess(left: readonly string[], right: readonly string[]): boolean {
  const at = left.findIndex((character, index) => character !== right[index]);
  const [one, other] = [left[at], right[at]];
  if (at < 0 || one === undefined || other === undefined) return left.length < right.length;
  const [oneLetter, otherLetter] = [isLetter(one), isLetter(other)];
  if (oneLetter && otherLetter) return one < other;
  if (oneLetter || otherLetter) return otherLetter;
  // Zeros within a number count.
  const within = one === '0' || other === '0' ? insideNumber(left, at) : 0;
  const [oneDigits, otherDigits] = [digitsFrom(left, at), digitsFrom(right, at)];
  const [oneNumber, otherNumber] = [numberOf(within, oneDigits), numberOf(within, otherDigits)];
  if (oneNumber !== otherNumber) return oneNumber < otherNumber;
  return oneDigits.length === otherDigits.length ? one < other : oneDigits.length < otherDigits.length;
}

function insideNumber(text: readonly string[], at: number): number {
  for (let before = at - 1; before >= 0 && /\d/.test(text[before] ?? ''); before--) {
    if (text[before] !== '0') return 1;
  }
  return 0;
}

function digitsFrom(text: readonly string[], at: number): string {
  let end = at;
  while (end < text.length && /\d/.test(text[end] ?? '')) end++;
  return text.slice(at, end).join('');
}

function numberOf(within: number, digits: string): bigint {
  return BigInt(`${within}${digits}`);
}

function isLetter(character: string): boolean {
  return /\p{L}/u.test(character);
}
