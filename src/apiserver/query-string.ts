/** Query strings as Go's net/url reads them. */

const badEscape = /%(?![0-9A-Fa-f]{2})/;

/** What Go can't read is left out: parts with a semicolon or a broken escape. Mirrors url.ParseQuery. */
export function parseQuery(query: string): URLSearchParams {
  if (!query.includes(';') && !badEscape.test(query)) return new URLSearchParams(query);
  const parts = query.split('&').filter((part) => !part.includes(';') && !badEscape.test(part));
  return new URLSearchParams(parts.join('&'));
}
