/**
 * IP addresses and ranges of fields. Mirrors apimachinery util/validation IsValidIP and IsValidCIDR (strict: without leading zeros, without
 * IPv4 in IPv6).
 */
import { isIPv4, isIPv6 } from 'node:net';
import * as field from '../../../api/field-error.ts';
import type { FieldError, FieldPath } from '../../../api/field-error.ts';

/** What stood there before (`existing`) stays valid. */
export function ipAddress(value: string, path: FieldPath, existing: readonly string[] = []): FieldError[] {
  const complaint = (text: string) => [field.invalid(path, value, text)];
  if (existing.includes(value)) return [];
  if (isAddress(value)) return isMapped(value) ? complaint('must not be an IPv4-mapped IPv6 address') : [];
  if (isAddress(withoutLeadingZeros(value))) return complaint('must not have leading 0s');
  return complaint('must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
}

export function ipRange(value: string, path: FieldPath, existing: readonly string[] = []): FieldError[] {
  const complaint = (text: string) => [field.invalid(path, value, text)];
  if (existing.includes(value)) return [];
  const range = parseRange(value);
  if (!range) {
    if (parseRange(withoutLeadingZeros(value))) return complaint('must not have leading 0s in IP or prefix length');
    return complaint('must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
  }
  if (isMapped(value)) return complaint('must not have an IPv4-mapped IPv6 address');
  const host = BigInt(range.length - range.bits);
  const network = (range.address >> host) << host;
  return network === range.address ? [] : complaint('must not have bits set beyond the prefix length');
}

function withoutLeadingZeros(value: string): string {
  return value.replaceAll(/(^|[./])0+(?=\d)/g, '$1');
}

function isMapped(value: string): boolean {
  return /^::ffff:\d+\./i.test(value);
}

/** An address that an endpoint or a Service may have. Mirrors ValidateEndpointIP. */
export function endpointAddress(value: string, path: FieldPath): FieldError[] {
  const complaint = (text: string) => [field.invalid(path, value, text)];
  if (!isAddress(value)) return complaint('must be a valid IP address');
  if (value === '0.0.0.0' || value === '::') return complaint(`may not be unspecified (${value})`);
  if (value.startsWith('127.') || value === '::1') {
    return complaint('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  }
  if (value.startsWith('169.254.') || /^fe[89ab]/i.test(value)) {
    return complaint('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (value.startsWith('224.0.0.') || /^ff[0-9a-f]2:/i.test(value)) {
    return complaint('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
  return [];
}

function isAddress(value: string): boolean {
  return isIPv4(value) || (isIPv6(value) && !value.includes('%'));
}

/** One address of each family, in any order. */
export function isDualStack(addresses: readonly string[]): boolean {
  return addresses.some((address) => isIPv4(address)) && addresses.some((address) => isIPv6(address));
}

export interface IpRange {
  readonly address: bigint;
  readonly bits: number;
  readonly length: number;
}

export function parseRange(value: string): IpRange | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(value);
  const address = match?.[1] ?? '';
  if (!match || !isAddress(address)) return undefined;
  const length = isIPv4(address) ? 32 : 128;
  const bits = Number(match[2]);
  return bits > length ? undefined : { address: addressNumber(address), bits, length };
}

/** Whether the whole of `inner` lies in `outer`, and is smaller. */
export function isStrictlyWithin(inner: IpRange, outer: IpRange): boolean {
  if (inner.length !== outer.length || inner.bits <= outer.bits) return false;
  const host = BigInt(outer.length - outer.bits);
  return inner.address >> host === outer.address >> host;
}

function addressNumber(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const middle = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => 0n);
  return [...left, ...middle, ...right].reduce((sum, group) => sum * 65536n + group, 0n);
}

function groupsOf(text: string): bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [BigInt(a * 256 + b), BigInt(c * 256 + d)];
  });
}
