/**
 * Integers that a JavaScript number can't hold: upstream keeps those of 64 bits exactly, so rounding them would change an object silently. They
 * are refused. What doesn't fit in 64 bits is a float64 upstream too, and is rounded there as here.
 */

const int64Min = -(2n ** 63n);
const uint64Max = 2n ** 64n - 1n;
const candidate = /\d{16}/;
/** Strings are tokens of their own, so that digits in them don't count. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;

/** Whether a number of JSON stands for an integer that would be written otherwise than it came. */
export function isInexactInteger(text: string): boolean {
  if (text.length < 16 || !/^-?\d+$/.test(text) || String(Number(text)) === text) return false;
  const value = BigInt(text);
  return value >= int64Min && value <= uint64Max;
}

/** The first in a JSON text that is valid. */
export function findInexactInteger(json: string): string | undefined {
  if (!candidate.test(json)) return undefined;
  for (const [found] of json.matchAll(token)) {
    if (!found.startsWith('"') && isInexactInteger(found)) return found;
  }
  return undefined;
}

/** What is said to who sends one. */
export function inexactIntegerError(text: string): string {
  return `json: the number ${text} cannot be kept exactly`;
}
