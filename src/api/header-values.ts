/**
 * Headers that may come several times, one value each. What is joined by commas can't be taken apart again: a group's name may have a comma in
 * it.
 */
import type { ApiRequest } from './exchange.ts';

type Headed = Pick<ApiRequest, 'headers' | 'rawHeaders'>;

/** All values of the header, in their order; none: it didn't come. `name` in lower case. Bytes are read as UTF-8, as Go does. */
export function headerValues({ headers, rawHeaders }: Headed, name: string): readonly string[] {
  const joined = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (joined === undefined) return [];
  if (rawHeaders === undefined) return [utf8(joined)];
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) values.push(utf8(rawHeaders[index + 1] ?? ''));
  }
  return values;
}

/** The first value, as Go's Header.Get; empty: there is none. */
export function headerValue(request: Headed, name: string): string {
  return headerValues(request, name)[0] ?? '';
}

/** Extra information of a user, in headers whose names say its keys: `impersonate-extra-`, percent-encoded keys. `prefix` in lower case. */
export function prefixedHeaders(request: Headed, prefix: string): Readonly<Record<string, readonly string[]>> {
  const extra = new Map<string, string[]>();
  for (const name of Object.keys(request.headers)) {
    if (!name.startsWith(prefix)) continue;
    const key = unescapedKey(name.slice(prefix.length));
    extra.set(key, [...(extra.get(key) ?? []), ...headerValues(request, name)]);
  }
  return Object.fromEntries(extra);
}

/** A key that can't be decoded stands for itself. */
function unescapedKey(key: string): string {
  if (!key.includes('%')) return utf8(key);
  if (/%(?![0-9A-Fa-f]{2})/.test(key)) return key;
  const bytes = key.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return utf8(bytes);
}

/** Node reads headers as Latin-1. */
function utf8(text: string): string {
  return /[\u0080-\u00ff]/.test(text) ? Buffer.from(text, 'latin1').toString() : text;
}
