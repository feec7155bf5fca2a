/** Duplicate fields, for strict field validation. Mirrors sigs.k8s.io/json UnmarshalStrict with DisallowDuplicateFields. */
import { goQuote } from '../go-text.ts';

/** A bound on what one answer may say. */
const errorsMax = 100;

/**
 * `duplicate field "spec.replicas"`, each once, in the order of the text, which must be valid JSON. Called only where somebody
 * wants to know: it reads the whole text again.
 */
export function duplicateFieldErrors(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const walk = new Walk();
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
}

class Walk {
  readonly errors = new Set<string>();
  readonly #levels: Level[] = [];

  mark(character: string): void {
    const level = this.#levels.at(-1);
    if (character === '{' || character === '[') {
      const isObject = character === '{';
      const path = level === undefined ? '' : childPath(level);
      this.#levels.push({ path, seen: isObject ? new Set() : undefined, index: 0, key: '', awaitsKey: isObject });
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
    if (level.seen?.has(level.key) === true) this.errors.add(`duplicate field ${goQuote(childPath(level))}`);
    level.seen?.add(level.key);
  }
}

function childPath({ path, seen, index, key }: Level): string {
  if (seen === undefined) return `${path}[${index}]`;
  return path === '' ? key : `${path}.${key}`;
}
