/** Which texts are request URIs. Mirrors Go's net/url ParseRequestURI. */

// Bytes beyond ASCII are fine everywhere.
const hostCharacters = /^(?:[-A-Za-z0-9_.~!$&'()*+,;=:[\]<>"]|[\u0080-\uffff]|%[0-9A-Fa-f]{2})*$/;
const userCharacters = /^[-A-Za-z0-9._:~!$&'()*+,;=%@]*$/;

export function isRequestUri(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) return false;
  if (text === '*') return true;
  const scheme = /^[A-Za-z][-A-Za-z0-9+.]*:/.exec(text)?.[0];
  if (scheme === undefined && text.startsWith(':')) return false;
  const [rest = ''] = text.slice(scheme?.length ?? 0).split('?', 1);
  if (!rest.startsWith('/')) return scheme !== undefined;
  if (scheme === undefined || !rest.startsWith('//') || rest.startsWith('///')) return isEscaped(rest);
  const slash = rest.indexOf('/', 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  return isAuthority(authority) && (slash < 0 || isEscaped(rest.slice(slash)));
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && (!userCharacters.test(authority.slice(0, at)) || !isEscaped(authority.slice(0, at)))) return false;
  const host = authority.slice(at + 1);
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    return end >= 0 && /^(?::\d*)?$/.test(host.slice(end + 1)) && hostCharacters.test(host.slice(0, end));
  }
  const colon = host.lastIndexOf(':');
  if (colon >= 0 && !/^\d*$/.test(host.slice(colon + 1))) return false;
  // Only bytes beyond ASCII may be escaped in a host.
  return hostCharacters.test(host) && !/%[0-7]/.test(host);
}

/** Every `%` begins an escape. */
function isEscaped(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}
