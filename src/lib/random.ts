/** Randomness, passed in like time: the simulation gives one from a seed. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** A random (version 4) UUID, lower case. */
  uuid(): string;
}

// Without vowels and look-alikes, so that no word appears. Mirrors apimachinery util/rand.
const alphanumerics = 'bcdfghjklmnpqrstvwxz2456789';

/** `length` characters that are safe in names (generateName, pod-template suffixes). */
export function randomSuffix(random: Random, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) {
    text += alphanumerics[Math.floor(random.next() * alphanumerics.length)] ?? 'b';
  }
  return text;
}
