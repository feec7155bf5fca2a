/** Duplicate fields, for strict field validation. Mirrors sigs.k8s.io/json UnmarshalStrict with DisallowDuplicateFields. */
import { goQuote } from '../go-text.ts';

/** A bound on what one answer may say. */
const errorsMax = 100;

/**
 * `duplicate field "spec.replicas"`, each once, in the order of the text, which must be valid JSON. Called only where somebody
 * wants to know: it reads the whole text again.
 */
export function duplicateFieldErrors(bytes: Uint8Array): string[] {
  return fieldErrors(bytes, new Set());
}

/**
 * The same with `unknown`, what a type's schema said of the same text (`unknown field "spec.foo"`), each where it stands in the text. What is below
 * an unknown field nobody looks at, and so it can't be there twice itself.
 */
export function fieldErrorsInOrder(bytes: Uint8Array, unknown: readonly string[]): readonly string[] {
  if (unknown.length === 0) return duplicateFieldErrors(bytes);
  const ordered = fieldErrors(bytes, new Set(unknown));
  // Keys that only differ in their escapes may hide where one stands.
  return [...ordered, ...unknown.filter((text) => !ordered.includes(text))].slice(0, errorsMax);
}

function fieldErrors(bytes: Uint8Array, unknown: ReadonlySet<string>): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const walk = new Walk(unknown);
  for (let at = 0; at < text.length && walk.errors.size < errorsMax; at++) {
    const character = text[at] ?? '';
    if (character === '"') {
      const end = endOfString(text, at);
      walk.string(text, at, end);
      at = end;
    } else if (structural.has(character)) {
      walk.mark(character);
    }
  }
  return [...walk.errors];
}

const structural: ReadonlySet<string> = new Set('{}[],');

/** Where the closing quote stands. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

interface Level {
  /** Of the container itself. */
  readonly path: string;
  /** Of objects. */
  readonly seen: Set<string> | undefined;
  index: number;
  key: string;
  awaitsKey: boolean;
  /** What stands at the key, nobody looks at. */
  ignored: boolean;
}

class Walk {
  readonly errors = new Set<string>();
  readonly #levels: Level[] = [];
  readonly #unknown: ReadonlySet<string>;

  constructor(unknown: ReadonlySet<string>) {
    this.#unknown = unknown;
  }

  mark(character: string): void {
    const level = this.#levels.at(-1);
    if (character === '{' || character === '[') {
      const isObject = character === '{';
      const path = level === undefined ? '' : childPath(level);
      const ignored = level?.ignored ?? false;
      this.#levels.push({
        path,
        seen: isObject ? new Set() : undefined,
        index: 0,
        key: '',
        awaitsKey: isObject,
        ignored,
      });
    } else if (character === ',') {
      if (level === undefined) return;
      level.index++;
      level.awaitsKey = level.seen !== undefined;
    } else {
      this.#levels.pop();
    }
  }

  /** A key or a value. */
  string(text: string, start: number, end: number): void {
    const level = this.#levels.at(-1);
    if (level?.awaitsKey !== true) return;
    level.awaitsKey = false;
    level.key = String(JSON.parse(text.slice(start, end + 1)));
    const path = childPath(level);
    const unknown = `unknown field ${goQuote(path)}`;
    if (this.#levels.at(-2)?.ignored === true) return;
    level.ignored = this.#unknown.has(unknown);
    if (level.ignored) this.errors.add(unknown);
    else if (level.seen?.has(level.key) === true) this.errors.add(`duplicate field ${goQuote(path)}`);
    level.seen?.add(level.key);
  }
}

function childPath({ path, seen, index, key }: Level): string {
  if (seen === undefined) return `${path}[${index}]`;
  return path === '' ? key : `${path}.${key}`;
}
