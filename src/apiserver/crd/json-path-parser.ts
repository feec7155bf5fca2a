/**
 * Parses the JSON paths of columns and selectable fields. Mirrors client-go util/jsonpath parser.go, without ranges and texts around, which
 * these never have.
 */

export type PathNode =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'slice'; readonly params: readonly [SliceParam, SliceParam, SliceParam] }
  | { readonly kind: 'filter'; readonly left: PathNodes; readonly right: PathNodes; readonly operator: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  /** An identifier, which is an error only when values are looked for. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'union'; readonly lists: readonly PathNodes[] };

export type PathNodes = readonly PathNode[];

export interface SliceParam {
  readonly known: boolean;
  readonly value: number;
  /** The end of a single index. */
  readonly derived: boolean;
}

/** The text is no path. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

/** Filters within filters, and unions within them. */
const depthMax = 20;

/** `text`: `.spec.replicas`. @throws JsonPathError */
export function parseJsonPath(text: string): PathNodes {
  return new Parser(`${text}}`, 0).nodes();
}

class Parser {
  readonly #input: readonly string[];
  readonly #depth: number;
  readonly #found: PathNode[] = [];
  #at = 0;

  constructor(text: string, depth: number) {
    if (depth > depthMax) throw new JsonPathError('nested too deeply');
    this.#input = Array.from(text);
    this.#depth = depth;
  }

  nodes(): PathNodes {
    while (this.#step());
    return this.#found;
  }

  /** `false`: at the end. */
  #step(): boolean {
    if (this.#ahead('}')) return false;
    if (this.#ahead('[?(')) return this.#filter();
    if (this.#ahead('..')) return this.#recursive();
    const character = this.#next();
    if (character === undefined || character === '\n' || character === '\r') throw new JsonPathError('unclosed action');
    if (character === ' ' || character === '@' || character === '$') return true;
    if (character === '[') return this.#array();
    if (character === '"' || character === "'") return this.#quoted(character);
    if (character === '.') return this.#field();
    this.#at--;
    if (/^[+\-\d]$/.test(character)) return this.#number();
    if (/^[_\p{L}\p{Nd}]$/u.test(character)) return this.#identifier();
    throw new JsonPathError(`unrecognized character in action: ${codePointText(character)}`);
  }

  #recursive(): boolean {
    if (this.#found.at(-1)?.kind === 'recursive') throw new JsonPathError('invalid multiple recursive descent');
    this.#at += 2;
    this.#found.push({ kind: 'recursive' });
    return /^[_\p{L}\p{Nd}]$/u.test(this.#input[this.#at] ?? '') ? this.#field() : true;
  }

  #field(): boolean {
    const start = this.#at;
    while (!isTerminator(this.#input[this.#at])) this.#at += this.#input[this.#at] === '\\' ? 2 : 1;
    this.#at = Math.min(this.#at, this.#input.length);
    const name = this.#input.slice(start, this.#at).join('');
    this.#found.push(name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replaceAll('\\', '') });
    return true;
  }

  #number(): boolean {
    const start = this.#at;
    if (this.#input[this.#at] === '+' || this.#input[this.#at] === '-') this.#at++;
    while (/^[.\d]$/.test(this.#input[this.#at] ?? '')) this.#at++;
    const text = this.#input.slice(start, this.#at).join('');
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) throw new JsonPathError(`cannot parse number ${text}`);
    this.#found.push({ kind: 'literal', value });
    return true;
  }

  #identifier(): boolean {
    const start = this.#at;
    while (!isTerminator(this.#input[this.#at])) this.#at++;
    const name = this.#input.slice(start, this.#at).join('');
    const isBoolean = name === 'true' || name === 'false';
    this.#found.push(isBoolean ? { kind: 'literal', value: name === 'true' } : { kind: 'unknown' });
    return true;
  }

  #quoted(quote: string): boolean {
    const start = this.#at;
    for (;;) {
      const character = this.#next();
      if (character === undefined || character === '\n') throw new JsonPathError('unterminated quoted string');
      if (character === quote && this.#input[this.#at - 2] !== '\\') break;
    }
    const text = this.#input.slice(start, this.#at - 1).join('');
    this.#found.push({ kind: 'literal', value: text.replaceAll(/\\(.)/g, '$1') });
    return true;
  }

  #array(): boolean {
    const end = this.#input.indexOf(']', this.#at);
    const text = this.#input.slice(this.#at, end < 0 ? undefined : end).join('');
    if (end < 0 || text.includes('\n')) throw new JsonPathError('unterminated array');
    this.#at = end + 1;
    const parts = text.split(',');
    if (parts.length > 1) {
      this.#found.push({ kind: 'union', lists: parts.map((part) => this.#inner(`[${part.trim()}]`)) });
      return true;
    }
    const key = /^'([^']*)'$/.exec(text)?.[1];
    if (key !== undefined) this.#found.push(...this.#inner(`.${key}`));
    else this.#found.push({ kind: 'slice', params: sliceParams(text === '*' ? ':' : text) });
    return true;
  }

  #filter(): boolean {
    this.#at += 3;
    const start = this.#at;
    let quote: string | undefined;
    for (;;) {
      const character = this.#next();
      if (character === undefined || character === '\n') throw new JsonPathError('unterminated filter');
      if (quote === undefined && character === ')') break;
      if (quote === undefined && (character === '"' || character === "'")) quote = character;
      else if (character === quote && this.#input[this.#at - 2] !== '\\') quote = undefined;
    }
    const text = this.#input.slice(start, this.#at - 1).join('');
    if (this.#next() !== ']') throw new JsonPathError('unclosed array expect ]');
    const parts = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(text);
    const [, left = text, operator = 'exists', right] = parts ?? [];
    this.#found.push({
      kind: 'filter',
      left: this.#inner(left),
      right: right === undefined ? [] : this.#inner(right),
      operator,
    });
    return true;
  }

  #inner(text: string): PathNodes {
    return new Parser(`${text}}`, this.#depth + 1).nodes();
  }

  #ahead(text: string): boolean {
    return Array.from(text).every((character, index) => this.#input[this.#at + index] === character);
  }

  #next(): string | undefined {
    return this.#input[this.#at++];
  }
}

function sliceParams(text: string): readonly [SliceParam, SliceParam, SliceParam] {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (!match) throw new JsonPathError(`invalid array index ${text}`);
  const [, from = '', to, step] = match;
  const start = param(from);
  // A single index is a slice of one.
  const end = to === undefined ? { known: true, value: start.value + 1, derived: true } : param(to.slice(1));
  return [start, end, param((step ?? '').slice(1))];
}

function param(text: string): SliceParam {
  if (text === '') return { known: false, value: 0, derived: false };
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new JsonPathError(`array index ${text} is not a number`);
  return { known: true, value, derived: false };
}

function isTerminator(character: string | undefined): boolean {
  return character === undefined || ' \t\r\n.,[]$@{}'.includes(character);
}

function codePointText(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')} '${character}'`;
}
