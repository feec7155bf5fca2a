/** `test`, `[` and `[[`. */
import { matchesGlob } from './glob.ts';
import type { Files } from './files.ts';

/** The exit code: 0 holds, 1 does not, 2 is not understood. `extended`: as `[[` reads it, with patterns and regular comparisons. */
export function testCondition(words: readonly string[], extended: boolean, files: Files, now: number): number {
  const reader = new ConditionReader(words, extended, files, now);
  const holds = reader.or();
  return holds === undefined || !reader.ended ? 2 : holds ? 0 : 1;
}

class ConditionReader {
  readonly #words: readonly string[];
  readonly #extended: boolean;
  readonly #files: Files;
  readonly #now: number;
  #at = 0;

  constructor(words: readonly string[], extended: boolean, files: Files, now: number) {
    this.#words = words;
    this.#extended = extended;
    this.#files = files;
    this.#now = now;
  }

  get ended(): boolean {
    return this.#at >= this.#words.length;
  }

  or(): boolean | undefined {
    let left = this.#and();
    while (this.#take('||', '-o')) {
      const right = this.#and();
      left = left === undefined || right === undefined ? undefined : left || right;
    }
    return left;
  }

  #and(): boolean | undefined {
    let left = this.#not();
    while (this.#take('&&', '-a')) {
      const right = this.#not();
      left = left === undefined || right === undefined ? undefined : left && right;
    }
    return left;
  }

  #not(): boolean | undefined {
    let negated = false;
    while (!this.#binary() && this.#take('!', '!')) negated = !negated;
    const holds = this.#primary();
    return holds === undefined ? undefined : holds !== negated;
  }

  #primary(): boolean | undefined {
    if (this.ended) return this.#words.length === 0 ? false : undefined;
    const first = this.#words[this.#at++] ?? '';
    const operator = this.#words[this.#at];
    const right = this.#words[this.#at + 1];
    if (operator !== undefined && right !== undefined) {
      const holds = this.#compare(first, operator, right);
      if (holds !== undefined) {
        this.#at += 2;
        return holds;
      }
    }
    const unary = /^-[a-zA-Z]$/.test(first) ? this.#words[this.#at] : undefined;
    if (unary === undefined) return first !== '';
    this.#at++;
    return this.#examine(first, unary);
  }

  /** Whether a comparison stands here, whose left side may be any word. */
  #binary(): boolean {
    const operator = this.#words[this.#at + 1];
    return operator !== undefined && this.#words[this.#at + 2] !== undefined && comparisons.has(operator);
  }

  #compare(left: string, operator: string, right: string): boolean | undefined {
    if (operator === '=' || operator === '==') return this.#extended ? matchesGlob(right, left) : left === right;
    if (operator === '!=') return this.#extended ? !matchesGlob(right, left) : left !== right;
    if (operator === '<' && this.#extended) return left < right;
    if (operator === '>' && this.#extended) return left > right;
    return numbers.get(operator)?.(Number.parseInt(left, 10), Number.parseInt(right, 10));
  }

  #examine(operator: string, word: string): boolean | undefined {
    const content = this.#files.read(word, this.#now);
    switch (operator) {
      case '-z':
        return word === '';
      case '-n':
        return word !== '';
      case '-d':
        return this.#files.isFolder(word);
      case '-f':
        return content !== undefined;
      case '-s':
        return content !== undefined && content !== '';
      case '-e':
      case '-r':
      case '-w':
      case '-x':
        return content !== undefined || this.#files.isFolder(word);
      default:
        return undefined;
    }
  }

  #take(extended: string, plain: string): boolean {
    if (this.#words[this.#at] !== (this.#extended ? extended : plain)) return false;
    this.#at++;
    return true;
  }
}

const numbers: ReadonlyMap<string, (left: number, right: number) => boolean> = new Map([
  ['-eq', (left: number, right: number) => left === right],
  ['-ne', (left: number, right: number) => left !== right],
  ['-lt', (left: number, right: number) => left < right],
  ['-le', (left: number, right: number) => left <= right],
  ['-gt', (left: number, right: number) => left > right],
  ['-ge', (left: number, right: number) => left >= right],
]);
const comparisons = new Set(['=', '==', '!=', '<', '>', ...numbers.keys()]);
