/**
 * What an extension server is told of a request. Whoever holds a front proxy's certificate is believed whatever these headers say, so nothing
 * that the client sent may pass for one of them, in no spelling. Mirrors client-go transport.SetAuthProxyHeaders, and ReverseProxy's care of
 * headers that are for one hop only.
 */
import type { ApiRequest, Headers } from '../../api/exchange.ts';
import type { User } from '../../api/user.ts';
import { isBearerProtocol, protocolsOf } from '../connect/websocket-protocols.ts';

/** As Node takes them: a text, or several of one name. */
export type OutgoingHeaders = Record<string, string | string[]>;

const oneHop = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
/** Credentials are for this server alone; an Expect is answered here. */
const dropped = new Set(['authorization', 'expect', 'host']);
const identityPrefixes = ['x-remote-', 'impersonate-'];
/** Stand for an API of one's own; kept from passing as ours. Mirrors corsRemovingTransport. */
const answersDropped = new Set(['audit-id']);
const corsPrefix = 'access-control-';

/** `forwardedFor`: the client's address. @throws TypeError for a user whose name no header can carry, when it is sent */
export function requestHeaders(
  request: Pick<ApiRequest, 'headers' | 'rawHeaders'>,
  user: User,
  { host, forwardedFor }: { readonly host: string; readonly forwardedFor: string | undefined },
): OutgoingHeaders {
  const headers = passedHeaders(request, forwardedFor);
  headers['host'] = request.headers['host'] ?? host;
  return Object.assign(headers, identityHeaders(user));
}

/** Those of the client's that may go on: none of them is a credential, says who asks, or is for one hop only. */
export function passedHeaders(
  { headers: incoming, rawHeaders }: Pick<ApiRequest, 'headers' | 'rawHeaders'>,
  forwardedFor: string | undefined,
): OutgoingHeaders {
  const named = namedByConnection(incoming);
  const headers: OutgoingHeaders = {};
  for (const [name, value] of Object.entries(incoming)) {
    if (oneHop.has(name) || dropped.has(name) || named.has(name) || saysWho(name)) continue;
    headers[name] = value;
  }
  if (rawHeaders) takeApart(headers, rawHeaders);
  if (/(?:^|,)\s*trailers\s*(?:,|$)/i.test(incoming['te'] ?? '')) headers['te'] = 'trailers';
  const protocols = protocolsOf(incoming);
  if (protocols.some(isBearerProtocol)) {
    headers['sec-websocket-protocol'] = protocols.filter((protocol) => !isBearerProtocol(protocol)).join(', ');
  }
  const through = [incoming['x-forwarded-for'], forwardedFor].filter((address) => address !== undefined);
  if (through.length > 0) headers['x-forwarded-for'] = through.join(', ');
  return headers;
}

/** What came several times goes on several times; but for cookies, which are one list in whatever way they came. */
function takeApart(headers: OutgoingHeaders, raw: readonly string[]): void {
  const values = new Map<string, string[]>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? '';
    if (Object.hasOwn(headers, name) && name !== 'cookie')
      values.set(name, [...(values.get(name) ?? []), raw[index + 1] ?? '']);
  }
  for (const [name, several] of values) if (several.length > 1) headers[name] = several;
}

/** Who asks, for a front proxy to say. */
export function identityHeaders({ name, uid, groups, extra }: User): OutgoingHeaders {
  const headers: OutgoingHeaders = { 'x-remote-user': onWire(name) };
  if (uid) headers['x-remote-uid'] = onWire(uid);
  if (groups.length > 0) headers['x-remote-group'] = groups.map(onWire);
  for (const [key, values] of Object.entries(extra ?? {})) {
    if (values.length > 0) headers[`x-remote-extra-${escapedKey(key)}`] = values.map(onWire);
  }
  return headers;
}

/** Of an answer, for the client. */
export function responseHeaders(
  incoming: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string | readonly string[]> {
  const named = namedByConnection({ connection: String(incoming['connection'] ?? '') });
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(incoming)) {
    if (value === undefined || oneHop.has(name) || named.has(name) || answersDropped.has(name)) continue;
    if (!name.startsWith(corsPrefix)) headers[name] = value;
  }
  return headers;
}

/** Servers behind gateways of old read `_` and `-` alike. */
function saysWho(name: string): boolean {
  const spelled = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
  return identityPrefixes.some((prefix) => spelled.startsWith(prefix));
}

function namedByConnection(headers: Headers): ReadonlySet<string> {
  const names = (headers['connection'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== ''));
}

/** Go sends UTF-8; Node sends what it is given as Latin-1. */
function onWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Mirrors headerKeyEscape: what a header's name can't have, and the percent sign, is percent-encoded. */
function escapedKey(key: string): string {
  let escaped = '';
  for (const byte of Buffer.from(key, 'utf8')) {
    const character = String.fromCharCode(byte);
    const plain = /[!#$&'*+.^_`|~0-9A-Za-z-]/.test(character);
    escaped += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}
