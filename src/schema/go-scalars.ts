/** Scalars as Go's JSON decoder takes them: what it refuses, with which words, and what it writes again. */
import { isInexactInteger } from '../api/codec/exact-integers.ts';
import { jsonTypeText } from '../api/go-text.ts';
import { canonicalQuantity } from '../api/quantity.ts';
import type { JsonValue } from '../api/json.ts';
import type { ScalarSchema } from './schema.ts';
import { canonicalTime } from './go-time.ts';

export type ScalarResult =
  | { readonly ok: true; readonly value: JsonValue }
  /** `json: cannot unmarshal ${found} into … of type ${goType}`. */
  | { readonly ok: false; readonly found: string; readonly goType: string; readonly stops: boolean }
  /** An error with a text of its own. `stops`: nothing after it is looked at. */
  | { readonly ok: false; readonly error: string; readonly stops: boolean };

const int32Max = 2 ** 31 - 1;
const int32Min = -(2 ** 31);

/** `value` is not null; `text`: how a number was written, where that matters. Mirrors sigs.k8s.io/json literalStore and the UnmarshalJSON methods of apimachinery's types. */
export function decodeScalar(schema: ScalarSchema, value: JsonValue, text?: string): ScalarResult {
  const mismatch = (goType: string, stops = false): ScalarResult => ({
    ok: false,
    found: jsonTypeText(value),
    goType,
    stops,
  });
  switch (schema.type) {
    case 'boolean':
      return typeof value === 'boolean' ? { ok: true, value } : mismatch(schema.goType ?? 'bool');
    case 'integer':
      return decodeInteger(value, text, schema.format, schema.goType ?? schema.format, false);
    case 'number':
      return typeof value === 'number' ? { ok: true, value } : mismatch(schema.goType ?? 'float64');
    case 'int-or-string':
      return typeof value === 'string' ? { ok: true, value } : decodeInteger(value, text, 'int32', 'int32', true);
    case 'string':
      return decodeString(schema, value, mismatch);
  }
}

function decodeInteger(
  value: JsonValue,
  text: string | undefined,
  format: 'int32' | 'int64',
  goType: string,
  stops: boolean,
): ScalarResult {
  if (typeof value !== 'number') return { ok: false, found: jsonTypeText(value), goType, stops };
  const inRange = format === 'int32' ? value >= int32Min && value <= int32Max : value >= -(2 ** 63) && value < 2 ** 63;
  // -0 is what Go reads as 0.
  const written = text === undefined || /^-?\d+$/.test(text);
  // What can't be kept exactly is refused, never rounded.
  const exact = text === undefined || !isInexactInteger(text);
  if (Number.isInteger(value) && inRange && written && exact) return { ok: true, value: value + 0 };
  return { ok: false, found: `number ${text ?? String(value)}`, goType, stops };
}

function decodeString(
  schema: ScalarSchema & { readonly type: 'string' },
  value: JsonValue,
  mismatch: (goType: string, stops?: boolean) => ScalarResult,
): ScalarResult {
  switch (schema.format) {
    case 'plain':
    case 'duration':
      return typeof value === 'string' ? { ok: true, value } : mismatch(schema.goType ?? 'string');
    case 'byte':
      if (Array.isArray(value)) return decodeByteArray(value);
      return typeof value === 'string' ? decodeBase64(value) : mismatch(schema.goType ?? '[]uint8');
    case 'quantity': {
      // Numbers are taken; anything else is read as its JSON text, which is no quantity.
      const text = typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
      const quantity = canonicalQuantity(text.trim());
      return 'text' in quantity
        ? { ok: true, value: quantity.text }
        : { ok: false, error: quantity.error, stops: true };
    }
    case 'date-time':
    case 'micro-time': {
      if (typeof value !== 'string') return mismatch('string', true);
      const time = canonicalTime(value, schema.format === 'micro-time');
      if (!time.ok) return { ok: false, error: time.error, stops: true };
      return { ok: true, value: time.zero ? null : time.text };
    }
  }
}

/** Bytes may also come as an array of numbers; a null among them is a 0. */
function decodeByteArray(values: readonly JsonValue[]): ScalarResult {
  for (const value of values) {
    if (value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255))
      continue;
    const found = typeof value === 'number' ? `number ${String(value)}` : jsonTypeText(value);
    return { ok: false, found, goType: 'uint8', stops: false };
  }
  return { ok: true, value: Buffer.from(values.map(Number)).toString('base64') };
}

/** Mirrors encoding/base64 StdEncoding: line ends are skipped, padding is a must. */
function decodeBase64(text: string): ScalarResult {
  const position = corruptBase64At(text);
  if (position !== undefined) {
    return { ok: false, error: `illegal base64 data at input byte ${position}`, stops: false };
  }
  return { ok: true, value: Buffer.from(text, 'base64').toString('base64') };
}

function corruptBase64At(text: string): number | undefined {
  let quantum = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (char === '\n' || char === '\r') continue;
    if (/[A-Za-z0-9+/]/.test(char)) {
      quantum = (quantum + 1) % 4;
      continue;
    }
    if (char !== '=' || quantum < 2) return index;
    let next = afterLineEnds(text, index + 1);
    if (quantum === 2) {
      if (next >= text.length) return text.length;
      if (text.charAt(next) !== '=') return next - 1;
      next = afterLineEnds(text, next + 1);
    }
    return next < text.length ? next : undefined;
  }
  return quantum === 0 ? undefined : text.length - quantum;
}

function afterLineEnds(text: string, start: number): number {
  let index = start;
  while (text.charAt(index) === '\n' || text.charAt(index) === '\r') index++;
  return index;
}
