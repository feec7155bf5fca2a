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
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    walk.take(token);
    if (walk.errors.size >= errorsMax) break;
  }
  return [...walk.errors];
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

  take(token: string): void {
    const level = this.#levels.at(-1);
    switch (token) {
      case '{':
      case '[': {
        const isObject = token === '{';
        this.#levels.push({
          path: level === undefined ? '' : childPath(level),
          seen: isObject ? new Set() : undefined,
          index: 0,
          key: '',
          awaitsKey: isObject,
        });
        break;
      }
      case '}':
      case ']':
        this.#levels.pop();
        break;
      case ',':
        if (level === undefined) break;
        level.index++;
        level.awaitsKey = level.seen !== undefined;
        break;
      case ':':
        break;
      default:
        if (level?.awaitsKey === true) this.#key(level, token);
    }
  }

  #key(level: Level, token: string): void {
    level.awaitsKey = false;
    level.key = String(JSON.parse(token));
    if (level.seen?.has(level.key) === true) this.errors.add(`duplicate field ${goQuote(childPath(level))}`);
    level.seen?.add(level.key);
  }
}

function childPath({ path, seen, index, key }: Level): string {
  if (seen === undefined) return `${path}[${index}]`;
  return path === '' ? key : `${path}.${key}`;
}
