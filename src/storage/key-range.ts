/**
 * Keys and ranges of keys, in the order of their UTF-8 bytes: the one order that SQLite, etcd and Kubernetes' clients agree on
 * (JavaScript's own compares UTF-16 units, which differs beyond U+FFFF).
 */
import type { ListRange } from './store.ts';

/** Keys strictly between `after` and `before`. */
export interface KeyRange {
  readonly after: string;
  readonly before: string;
}

/** As `Buffer.compare` of the keys' bytes. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** @throws TypeError for a key that no prefix would find. */
export function checkKey(key: string): void {
  if (!key.startsWith('/') || key.endsWith('/'))
    throw new TypeError(`a key begins with a slash and does not end in one: ${key}`);
}

/** All keys below `prefix`. @throws TypeError when it doesn't begin and end in a slash. */
export function keysBelow(prefix: string): KeyRange {
  if (!prefix.startsWith('/') || !prefix.endsWith('/'))
    throw new TypeError(`a prefix begins and ends in a slash: ${prefix}`);
  // '0' is the character after the slash.
  return { after: prefix, before: `${prefix.slice(0, -1)}0` };
}

/** The keys that a list may return: those of its prefix, after its `after`. */
export function keysOfList(range: ListRange): KeyRange {
  const all = keysBelow(range.prefix);
  if (range.after === undefined || compareKeys(range.after, all.after) <= 0) return all;
  return { after: range.after, before: all.before };
}

/** Every prefix that finds `key`: `/`, `/registry/`, `/registry/pods/`… */
export function prefixesOf(key: string): string[] {
  const prefixes: string[] = [];
  for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
    prefixes.push(key.slice(0, slash + 1));
  }
  return prefixes;
}
