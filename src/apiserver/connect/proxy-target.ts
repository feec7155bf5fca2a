/** What a proxy's path asks for. Mirrors apimachinery util/net SplitSchemeNamePort and JoinPreservingTrailingSlash, v1.36. */
import type { ProxyTarget } from './pod-connector.ts';

export interface ProxyId {
  readonly scheme: ProxyTarget['scheme'];
  readonly name: string;
  /** Empty: not said. */
  readonly port: string;
}

const schemes = ['', 'http', 'https'] as const;

/** `name`, `name:port`, `scheme:name:port`; `undefined`: none of them. */
export function splitSchemeNamePort(id: string): ProxyId | undefined {
  const parts = id.split(':');
  const [first = '', second = '', third = ''] = parts;
  const found = [
    { scheme: '', name: first, port: '' },
    { scheme: '', name: first, port: second },
    { scheme: first, name: second, port: third },
  ][parts.length - 1];
  const scheme = schemes.find((one) => one === found?.scheme);
  return found === undefined || scheme === undefined || found.name === '' ? undefined : { ...found, scheme };
}

/** What stands behind a `/proxy` in a decoded path, cleaned. */
export function proxiedPath(path: string, subresource: string): string {
  return cleanedPath(path.startsWith(`${subresource}/`) ? path.slice(subresource.length) : '');
}

/**
 * A path, percent-decoded before, cleaned of `.`, `..` and empty parts, and encoded anew, so that nobody on the way takes it for something else. Empty:
 * nothing.
 */
export function cleanedPath(path: string): string {
  if (path === '') return '';
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  const cleaned = kept.map((part) => `/${escapedSegment(part)}`).join('');
  return path.endsWith('/') || cleaned === '' ? `${cleaned}/` : cleaned;
}

/** As net/url escapes paths, and semicolons too: to some servers what stands behind one is no part of the name. */
export function escapedSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed())
    .replaceAll(/%(?:24|26|2B|2C|3A|3D|40)/g, (escape) => decodeURIComponent(escape))
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
