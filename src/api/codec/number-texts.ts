/**
 * Numbers that a JavaScript number cannot tell as they were written: `1.0`, `1e3`, `9007199254740993`. Upstream's decoder looks at the text
 * of a number, and its messages show it. So bodies that have such numbers are parsed with the texts kept aside, by the object or list around.
 */
import type { JsonValue } from '../json.ts';

const kept = new WeakMap<object, Map<string, string>>();

/** As a value: after a colon behind a quote, after a comma or a bracket. A text inside a string may look like it, which costs only time. */
const peculiar = /(?:"\s*:|[[,])\s*-?\d+(?:[.eE]|\d{15})/;
const plainInteger = /^-?\d{1,15}$/;

/** As JSON.parse. @throws SyntaxError */
export function parseKeepingNumbers(text: string): JsonValue {
  // What JSON.parse gives is JSON.
  if (!peculiar.test(text)) return JSON.parse(text) as JsonValue;
  return JSON.parse(text, keep) as JsonValue;
}

/** How the number was written, where that is more than the value says. `holder`: the object or list around it. */
export function numberText(holder: object, key: string | number): string | undefined {
  return kept.get(holder)?.get(String(key));
}

function keep(this: unknown, key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || plainInteger.test(source)) return value;
  if (typeof this !== 'object' || this === null) return value;
  let texts = kept.get(this);
  if (!texts) kept.set(this, (texts = new Map()));
  texts.set(key, source);
  return value;
}
