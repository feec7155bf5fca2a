/** Patterns of schemas: Go's syntax and meaning, in linear time (decision 0008). */
import { RE2JS, RE2JSSyntaxException } from 're2js';

export interface Pattern {
  /** Somewhere in the text. */
  matches(text: string): boolean;
}

/** What is wrong with a pattern, as Go says it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** A pattern's program grows with its repetitions. As upstream's JSON, it is bounded only by the size of a request. */
const patternsMax = 500;

const compiled = new Map<string, Pattern>();

/** @throws PatternError */
export function compilePattern(source: string): Pattern {
  const known = compiled.get(source);
  if (known) return known;
  const pattern = compile(source);
  if (compiled.size >= patternsMax) compiled.clear();
  compiled.set(source, pattern);
  return pattern;
}

function compile(source: string): Pattern {
  try {
    const program = RE2JS.compile(source);
    return { matches: (text) => program.matcher(text).find() };
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) throw new PatternError(error.message, { cause: error });
    throw error;
  }
}
