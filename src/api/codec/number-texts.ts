/**
 * Numbers that a JavaScript number cannot tell as they were written: `1.0`, `1e3`, `9007199254740993`. Upstream's decoder looks at the text
 * of a number, and its messages show it. So bodies that have such numbers are parsed with the texts kept aside, by the object or list around.
 */
import type { JsonValue } from '../json.ts';
import { exactNumber } from './exact-integers.ts';
import { parseJsonText } from './json-parser.ts';
import { parseJson } from './parse-json.ts';

const kept = new WeakMap<object, Map<string, string>>();

/** As a value: after a colon behind a quote, after a comma or a bracket. A text inside a string may look like it, which costs only time. */
const peculiar = /(?:"\s*:|[[,])\s*-?\d+(?:[.eE]|\d{15})/;
const plainInteger = /^-?\d{1,15}$/;

/** As JSON.parse. @throws SyntaxError */
export function parseKeepingNumbers(text: string): JsonValue {
  return peculiar.test(text) ? parseJsonText(text, keep) : parseJson(text);
}

/** The same where no type says what a number is: integers that a number can't hold are bigints. @throws SyntaxError */
export function parseCustomKeepingNumbers(text: string): JsonValue {
  return peculiar.test(text) ? parseJsonText(text, keepExactly) : parseJson(text);
}

/** How the number was written, where that is more than the value says. `holder`: the object or list around it. */
export function numberText(holder: object, key: string | number): string | undefined {
  return kept.get(holder)?.get(String(key));
}

function keepExactly(source: string, holder: object | undefined, key: string): number | bigint {
  keep(source, holder, key);
  return exactNumber(source);
}

function keep(source: string, holder: object | undefined, key: string): number {
  if (holder && !plainInteger.test(source)) {
    let texts = kept.get(holder);
    if (!texts) kept.set(holder, (texts = new Map()));
    texts.set(key, source);
  }
  return Number(source);
}
