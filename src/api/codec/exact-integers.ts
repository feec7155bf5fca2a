/**
 * Integers that a JavaScript number can't hold: upstream keeps those of 64 bits exactly, so rounding them would change an object silently. Where a type
 * says what a number is they are refused (go-scalars); elsewhere — custom objects, patches — they are bigints. What doesn't fit in 64 bits is a
 * float64 upstream too, and is rounded there as here.
 */

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;
const uint64Max = 2n ** 64n - 1n;
/** What stands in front of a number: half the price of looking for digits alone. */
const candidate = /(?:^|[-:,[\s])\d{16}/;
/** Strings are tokens of their own, so that digits in them don't count. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;

/** Whether a number of JSON stands for an integer that would be written otherwise than it came. */
export function isInexactInteger(text: string): boolean {
  if (text.length < 16 || !/^-?\d+$/.test(text) || String(Number(text)) === text) return false;
  const value = BigInt(text);
  return value >= int64Min && value <= uint64Max;
}

/** Whether there is one in a JSON text that is valid. Quick for texts without long rows of digits. */
export function hasInexactInteger(json: string): boolean {
  if (!candidate.test(json)) return false;
  for (const [found] of json.matchAll(token)) {
    if (!found.startsWith('"') && isInexactInteger(found)) return true;
  }
  return false;
}

/** What a number of JSON means: a bigint where a number would be another one. */
export function exactNumber(text: string): number | bigint {
  return isInexactInteger(text) && fitsInt64(text) ? BigInt(text) : Number(text);
}

function fitsInt64(text: string): boolean {
  const value = BigInt(text);
  return value >= int64Min && value <= int64Max;
}

/** The engine has the digits, and a way to write them as they are; TypeScript's library does not know that way yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

// JSON.stringify asks a bigint for this, and throws where it is missing: what else a bigint in an object should be written as, nobody could say.
// oxlint-disable-next-line eslint/no-extend-native -- the language's own place for it; a replacer would cost each JSON.stringify a call per value
Object.defineProperty(BigInt.prototype, 'toJSON', {
  configurable: true,
  writable: true,
  value(this: bigint): unknown {
    return rawJSON(String(this));
  },
});
