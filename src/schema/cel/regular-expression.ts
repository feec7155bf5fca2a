/** Go's regular expressions, over re2js: linear time (decision 0008). */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { Implementation } from './declaration.ts';
import { ArrayList, CelError, isInt, noSuchOverload, type Value } from './value.ts';

export type Pattern = RE2JS;

/** Patterns that were given as values, not written in an expression, come again and again: as many are kept. */
const patternsKeptMax = 64;
const kept = new Map<string, Pattern | CelError>();

/** The error has Go's text. */
export function compilePattern(text: string): Pattern | CelError {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return new CelError(error.message);
    throw error;
  }
}

export function keptPattern(text: string): Pattern | CelError {
  const before = kept.get(text);
  if (before !== undefined) return before;
  const pattern = compilePattern(text);
  if (kept.size >= patternsKeptMax) kept.clear();
  kept.set(text, pattern);
  return pattern;
}

/** `text.matches(pattern)`: anywhere in the text. */
export function matches(text: Value, pattern: Value): Value {
  if (typeof text !== 'string' || typeof pattern !== 'string') return noSuchOverload;
  const compiled = keptPattern(pattern);
  return compiled instanceof CelError ? compiled : compiled.matcher(text).find();
}

/** `matches`, `find` or `findAll`, of a pattern that is known beforehand. */
export function withPattern(name: string, pattern: Pattern): Implementation {
  return (text = null, _pattern = null, count = -1) => {
    if (typeof text !== 'string') return noSuchOverload;
    if (name === 'matches') return pattern.matcher(text).find();
    if (name === 'find') return findAll(pattern, text, 1)[0] ?? '';
    if (!isInt(count)) return noSuchOverload;
    return new ArrayList(findAll(pattern, text, count < 0 ? Number.MAX_SAFE_INTEGER : Number(count)));
  };
}

/** No more than `limit`. As in Go, nothing is found right after something where it would be empty. */
export function findAll(pattern: Pattern, text: string, limit: number): string[] {
  const matcher = pattern.matcher(text);
  const found: string[] = [];
  let end = -1;
  while (found.length < limit && matcher.find()) {
    if (matcher.start() === matcher.end() && matcher.start() === end) continue;
    end = matcher.end();
    found.push(text.slice(matcher.start(), end));
  }
  return found;
}
