/** URLs as Go's package net/url reads them, with its messages. */
import { goQuote } from '../../../api/go-text.ts';

export interface Url {
  readonly scheme: string;
  readonly user: string;
  /** With the port. */
  readonly host: string;
  /** As it is sent. */
  readonly escapedPath: string;
  readonly rawQuery: string;
  readonly text: string;
}

export class UrlError extends Error {
  override readonly name = 'UrlError';
}

/** Absolute, as a request has it. Mirrors url.ParseRequestURI. @throws UrlError */
export function checkRequestUri(text: string): void {
  wrapped(text, () => parse(text, true));
}

/** Mirrors url.Parse. @throws UrlError */
export function parseUrl(text: string): Url {
  const hash = text.indexOf('#');
  const bare = hash < 0 ? text : text.slice(0, hash);
  const parsed = wrapped(bare, () => parse(bare, false));
  const fragment = hash < 0 ? '' : text.slice(hash + 1);
  wrapped(text, () => unescape(fragment));
  return { ...parsed, text: parsed.text + (fragment === '' ? '' : `#${fragment}`) };
}

export function hostname({ host }: Url): string {
  const bracket = host.startsWith('[') ? host.indexOf(']') : -1;
  if (bracket >= 0) return host.slice(1, bracket);
  return host.replace(/:\d*$/, '');
}

export function port({ host }: Url): string {
  return /(?:^|[^:\]]|\]):(\d*)$/.exec(host)?.[1] ?? '';
}

/** What can't be read is left out. Mirrors url.ParseQuery. */
export function parseQuery(query: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const equals = part.indexOf('=');
    try {
      const key = unescape((equals < 0 ? part : part.slice(0, equals)).replaceAll('+', ' '));
      const value = equals < 0 ? '' : unescape(part.slice(equals + 1).replaceAll('+', ' '));
      const before = values.get(key);
      if (before === undefined) values.set(key, [value]);
      else before.push(value);
    } catch (error) {
      if (!(error instanceof UrlError)) throw error;
    }
  }
  return values;
}

function wrapped<T>(text: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof UrlError) throw new UrlError(`parse ${goQuote(text)}: ${error.message}`);
    throw error;
  }
}

function parse(text: string, viaRequest: boolean): Url {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new UrlError('net/url: invalid control character in URL');
  if (text === '' && viaRequest) throw new UrlError('empty url');
  const nothing: Url = { scheme: '', user: '', host: '', escapedPath: '', rawQuery: '', text };
  if (text === '*') return { ...nothing, escapedPath: '*' };
  const [scheme, afterScheme] = splitScheme(text);
  const question = afterScheme.indexOf('?');
  const rawQuery = question < 0 ? '' : afterScheme.slice(question + 1);
  let rest = question < 0 ? afterScheme : afterScheme.slice(0, question);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...nothing, scheme, rawQuery };
    if (viaRequest) throw new UrlError('invalid URI for request');
    if ((rest.split('/')[0] ?? '').includes(':')) throw new UrlError('first path segment in URL cannot contain colon');
  }
  let [user, host] = ['', ''];
  if ((scheme !== '' || (!viaRequest && !rest.startsWith('///'))) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    [user, host] = splitAuthority(authority);
  }
  const escapedPath = pathOf(rest);
  const authority = host === '' && user === '' ? '' : `//${user === '' ? '' : `${user}@`}${host}`;
  const query = question < 0 ? '' : `?${rawQuery}`;
  const normal = `${scheme === '' ? '' : `${scheme}:`}${authority}${escapedPath}${query}`;
  return { scheme, user, host, escapedPath, rawQuery, text: normal };
}

function splitScheme(text: string): readonly [string, string] {
  if (text.startsWith(':')) throw new UrlError('missing protocol scheme');
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  return found === null ? ['', text] : [(found[1] ?? '').toLowerCase(), text.slice(found[0].length)];
}

function splitAuthority(authority: string): readonly [user: string, host: string] {
  const at = authority.lastIndexOf('@');
  const host = hostOf(at < 0 ? authority : authority.slice(at + 1));
  const user = at < 0 ? '' : authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new UrlError('net/url: invalid userinfo');
  unescape(user);
  return [user, host];
}

function hostOf(host: string): string {
  const bracket = host.startsWith('[') ? host.lastIndexOf(']') : undefined;
  if (bracket !== undefined && bracket < 0) throw new UrlError("missing ']' in host");
  const colon = bracket === undefined ? host.lastIndexOf(':') : bracket + 1;
  const portText = colon < 0 ? '' : host.slice(colon);
  if (!/^(:\d*)?$/.test(portText)) throw new UrlError(`invalid port ${goQuote(portText)} after host`);
  const bad = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/u.exec(host);
  if (bad) throw new UrlError(`invalid character ${goQuote(bad[0])} in host name`);
  const escapeFound = /%(?![89A-Fa-f][0-9A-Fa-f]|25).{0,2}/.exec(host);
  if (escapeFound) throw new UrlError(`invalid URL escape ${goQuote(escapeFound[0])}`);
  return host;
}

/** As it was given, where that is well-formed; else escaped anew. */
function pathOf(path: string): string {
  const decoded = unescape(path);
  if (/^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]/%]*$/.test(path)) return path;
  const bytes = Array.from(Buffer.from(decoded), (byte) => {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-._~$&+,/:;=@]/.test(character)) return character;
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return bytes.join('');
}

/** @throws UrlError */
function unescape(text: string): string {
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text);
  if (bad) throw new UrlError(`invalid URL escape ${goQuote(bad[0])}`);
  if (!text.includes('%')) return text;
  const bytes: Buffer[] = [];
  for (const part of text.split(/(%[0-9A-Fa-f]{2})/)) {
    bytes.push(part.startsWith('%') && part.length === 3 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part));
  }
  return Buffer.concat(bytes).toString();
}
