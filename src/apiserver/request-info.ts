/**
 * Reads from method and path what a request wants. Mirrors apiserver endpoints/request RequestInfoFactory.NewRequestInfo, v1.36.
 */
import { goQuote } from '../api/go-text.ts';
import type { ApiRequest } from '../api/exchange.ts';
import { parseQuery } from './query-string.ts';
import type { RequestInfo } from './request-context.ts';

/** The path can't be understood; upstream answers 500 with a text. */
export class RequestInfoError extends Error {
  override readonly name = 'RequestInfoError';
}

const specialVerbs = new Set(['proxy', 'watch']);
const namespaceSubresources = new Set(['status', 'finalize']);
const methodVerbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/**
 * `path` of the info is percent-decoded. Throws {@link RequestInfoError}; a path with a broken percent-encoding is taken as it stands.
 */
export function requestInfoOf(request: Pick<ApiRequest, 'method' | 'path' | 'query'>): RequestInfo {
  const path = decodePath(request.path);
  const info = { ...emptyInfo, path, verb: request.method.toLowerCase() };
  const parts = splitPath(path);
  const prefix = parts[0];
  if (parts.length < 3 || (prefix !== 'api' && prefix !== 'apis')) return info;
  info.apiPrefix = prefix;
  parts.shift();
  if (prefix === 'apis') {
    if (parts.length < 3) return info;
    info.group = parts.shift() ?? '';
  }
  info.isResourceRequest = true;
  info.version = parts.shift() ?? '';
  if (specialVerbs.has(parts[0] ?? '')) {
    if (parts.length < 2) {
      const url = request.query === '' ? request.path : `${request.path}?${request.query}`;
      throw new RequestInfoError(`unable to determine kind and namespace from url, ${url}`);
    }
    info.verb = parts.shift() ?? '';
  } else info.verb = methodVerbs[request.method] ?? '';
  fillResource(info, parts);
  if (info.name === '' && info.verb === 'get') fillCollectionVerb(info, request.query);
  if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection';
  return info;
}

/** As Go prints a RequestInfo's URL in its texts. */
export function quotedUri(request: Pick<ApiRequest, 'path' | 'query'>): string {
  return goQuote(request.query === '' ? request.path : `${request.path}?${request.query}`);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const emptyInfo: RequestInfo = {
  isResourceRequest: false,
  path: '',
  verb: '',
  apiPrefix: '',
  group: '',
  version: '',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
};

function fillResource(info: Mutable<RequestInfo>, allParts: readonly string[]): void {
  let parts = allParts;
  if (parts[0] === 'namespaces' && parts.length > 1) {
    info.namespace = parts[1] ?? '';
    if (parts.length > 2 && !namespaceSubresources.has(parts[2] ?? '')) parts = parts.slice(2);
  }
  if (parts.length >= 3 && !specialVerbs.has(info.verb)) info.subresource = parts[2] ?? '';
  info.name = parts[1] ?? '';
  info.resource = parts[0] ?? '';
}

function fillCollectionVerb(info: Mutable<RequestInfo>, query: string): void {
  const parameters = parseQuery(query);
  info.verb = queryFlag(parameters.get('watch')) ? 'watch' : 'list';
  const name = exactName(parameters.get('fieldSelector') ?? '');
  if (name !== undefined && isPathSegment(name)) info.name = name;
}

/** Mirrors apimachinery conversion/queryparams: what is neither absent, `false` nor `0` is true. */
function queryFlag(value: string | null): boolean {
  return value !== null && !['false', '0'].includes(value.toLowerCase());
}

/** The name that a field selector requires (`metadata.name=x`, alone or among others). */
function exactName(selector: string): string | undefined {
  for (const term of selector.split(',')) {
    const match = /^metadata\.name==?(.*)$/.exec(term);
    if (match?.[1] !== undefined && match[1] !== '') return match[1];
  }
  return undefined;
}

function isPathSegment(name: string): boolean {
  return name !== '.' && name !== '..' && !name.includes('/') && !name.includes('%');
}

function splitPath(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return end === start ? [] : path.slice(start, end).split('/');
}

function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    // No UTF-8: what isn't becomes U+FFFD, which no name has.
    const bytes = path.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return Buffer.from(bytes, 'latin1').toString();
  }
}
