/** What literals stand for. Mirrors cel-go parser unescape.go and the literal visitors of its parser. */
import { CelDouble, CelUint, intValue, int64Max, int64Min, uint64Max } from './value.ts';

export class LiteralError extends Error {
  override readonly name = 'LiteralError';
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};
const escapePattern = /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([^]))/gu;

/** @param token with its quotes and its `r`. @throws LiteralError */
export function unescapeString(token: string): string {
  const { body, raw } = unquoted(token);
  if (raw) return body;
  return body.replaceAll(
    escapePattern,
    (_, hex?: string, short?: string, long?: string, octal?: string, simple?: string) => {
      if (simple !== undefined) return simpleEscapes[simple] ?? fail('unable to unescape string');
      const digits = hex ?? short ?? long;
      const code = digits === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(digits, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return fail('invalid unicode code point');
      return String.fromCodePoint(code);
    },
  );
}

/** @param token with its `b`. Escapes stand for bytes, characters for their UTF-8. @throws LiteralError */
export function unescapeBytes(token: string): Uint8Array {
  const { body, raw } = unquoted(token.slice(1));
  if (raw) return Buffer.from(body);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const found of body.matchAll(escapePattern)) {
    parts.push(Buffer.from(body.slice(from, found.index)));
    from = found.index + found[0].length;
    const [, hex, short, long, octal, simple] = found;
    if (short !== undefined || long !== undefined) return fail('unable to unescape string');
    if (simple !== undefined) parts.push(Buffer.from(simpleEscapes[simple] ?? fail('unable to unescape string')));
    else parts.push(Uint8Array.of(hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16)));
  }
  parts.push(Buffer.from(body.slice(from)));
  return new Uint8Array(Buffer.concat(parts));
}

/** @param text decimal or `0x…`. @throws LiteralError */
export function intLiteral(text: string, negative: boolean): number | bigint {
  const magnitude = BigInt(text);
  const value = negative ? -magnitude : magnitude;
  return value < int64Min || value > int64Max ? fail('invalid int literal') : intValue(value);
}

/** @param text ends with `u`. @throws LiteralError */
export function uintLiteral(text: string): CelUint {
  const value = BigInt(text.slice(0, -1));
  return value > uint64Max ? fail('invalid uint literal') : new CelUint(value);
}

/** @throws LiteralError */
export function doubleLiteral(text: string, negative: boolean): CelDouble {
  const value = Number(text);
  return Number.isFinite(value) ? new CelDouble(negative ? -value : value) : fail('invalid double literal');
}

function unquoted(token: string): { readonly body: string; readonly raw: boolean } {
  const normal = token.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const raw = /^[rR]/.test(normal);
  const quoted = raw ? normal.slice(1) : normal;
  const width = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''")) ? 3 : 1;
  return { body: quoted.slice(width, -width), raw };
}

function fail(message: string): never {
  throw new LiteralError(message);
}
