/**
 * IP addresses and CIDRs: parsed as leniently as upstream does for old fields, and checked as strictly as it does for new ones.
 * Mirrors apimachinery util/validation ip.go and k8s.io/utils/net.
 */
import * as field from './field-error.ts';
import { goQuote } from './go-text.ts';

/** 4 or 16 bytes, the higher first. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
  /** Leading zeros in an IPv4 part. */
  readonly sloppy: boolean;
  /** `::ffff:1.2.3.4`: printed as the IPv4 address. */
  readonly mapped: boolean;
}

export interface IpPrefix {
  readonly address: IpAddress;
  readonly length: number;
  /** Bits beyond the prefix are set. */
  readonly hasHostBits: boolean;
  /** Leading zeros, in the address or the length. */
  readonly sloppy: boolean;
}

export function parseIp(text: string): IpAddress | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** RFC 5952 for IPv6. */
export function ipText({ family, value, mapped }: IpAddress): string {
  if (family === 4 || mapped) return ipv4Text(value & 0xffffffffn);
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  const zeros = longestZeros(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (zeros.count < 2) return hex(groups);
  return `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.count))}`;
}

export function parseCidr(text: string): IpPrefix | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseIp(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,8}$/.test(digits)) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  const length = Number(digits);
  if (length > bits) return undefined;
  const hostMask = (1n << BigInt(bits - length)) - 1n;
  return {
    address: { ...address, value: address.value & ~hostMask },
    length,
    hasHostBits: (address.value & hostMask) !== 0n,
    sloppy: address.sloppy || (digits.length > 1 && digits.startsWith('0')),
  };
}

/** In canonical form: `10.0.0.0/8`. */
export function cidrText({ address, length }: IpPrefix): string {
  return `${ipText(address)}/${length}`;
}

export function cidrContains(prefix: IpPrefix, address: IpAddress): boolean {
  const bits = prefix.address.family === 4 ? 32 : 128;
  const shift = BigInt(bits - prefix.length);
  return prefix.address.family === address.family && prefix.address.value >> shift === address.value >> shift;
}

/** Strict: canonical form. Mirrors IsValidIP. */
export function validateIp(path: field.FieldPath, text: string): field.FieldError[] {
  const address = parseIp(text);
  const errors = ipErrors(path, text, address);
  if (address === undefined || errors.length > 0 || text === ipText(address)) return errors;
  return [field.invalid(path, text, `must be in canonical form (${goQuote(ipText(address))})`)];
}

/** Fields that have always taken leading zeros and mapped addresses. Mirrors IsValidIPForLegacyField without strict validation. */
export function validateSloppyIp(path: field.FieldPath, text: string): field.FieldError[] {
  return parseIp(text) === undefined ? ipErrors(path, text, undefined) : [];
}

/** Strict: canonical form. Mirrors IsValidCIDR. */
export function validateCidr(path: field.FieldPath, text: string): field.FieldError[] {
  const prefix = parseCidr(text);
  if (prefix === undefined) return validateSloppyCidr(path, text);
  if (prefix.sloppy) return [field.invalid(path, text, 'must not have leading 0s in IP or prefix length')];
  if (prefix.address.mapped) return [field.invalid(path, text, 'must not have an IPv4-mapped IPv6 address')];
  if (prefix.hasHostBits) return [field.invalid(path, text, 'must not have bits set beyond the prefix length')];
  const canonical = cidrText(prefix);
  return text === canonical ? [] : [field.invalid(path, text, `must be in canonical form (${goQuote(canonical)})`)];
}

/** Mirrors IsValidCIDRForLegacyField without strict validation. */
export function validateSloppyCidr(path: field.FieldPath, text: string): field.FieldError[] {
  const example = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  return parseCidr(text) === undefined ? [field.invalid(path, text, example)] : [];
}

function ipErrors(path: field.FieldPath, text: string, address: IpAddress | undefined): field.FieldError[] {
  const example = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  if (address === undefined) return [field.invalid(path, text, example)];
  if (address.sloppy) return [field.invalid(path, text, 'must not have leading 0s')];
  return address.mapped ? [field.invalid(path, text, 'must not be an IPv4-mapped IPv6 address')] : [];
}

function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,8}$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  const sloppy = parts.some((part) => part.length > 1 && part.startsWith('0'));
  return { family: 4, value, sloppy, mapped: false };
}

function parseIpv6(text: string): IpAddress | undefined {
  const colon = text.lastIndexOf(':');
  const tail = text.slice(colon + 1);
  const dotted = colon >= 0 && tail.includes('.');
  const embedded = dotted ? parseIpv4(tail) : undefined;
  if (dotted && embedded === undefined) return undefined;
  const embeddedHex =
    embedded === undefined ? '' : `${(embedded.value >> 16n).toString(16)}:${(embedded.value & 0xffffn).toString(16)}`;
  const groups = expandGroups(dotted ? `${text.slice(0, colon + 1)}${embeddedHex}` : text);
  if (groups === undefined) return undefined;
  let value = 0n;
  for (const group of groups) {
    if (!/^0*[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  const sloppy = (embedded?.sloppy ?? false) || groups.some((group) => group.length > 4);
  return { family: 6, value, sloppy, mapped: value >> 32n === 0xffffn };
}

function expandGroups(text: string): string[] | undefined {
  const halves = text.split('::');
  const split = (half: string | undefined) => (half === undefined || half === '' ? [] : half.split(':'));
  if (halves.length > 2) return undefined;
  const [left, right] = [split(halves[0]), split(halves[1])];
  if (halves.length === 1) return left.length === 8 ? left : undefined;
  const missing = 8 - left.length - right.length;
  return missing < 1 ? undefined : [...left, ...Array.from({ length: missing }, () => '0'), ...right];
}

function ipv4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
}

function longestZeros(groups: readonly number[]): { start: number; count: number } {
  let best = { start: 0, count: 0 };
  for (let start = 0; start < groups.length; start++) {
    let count = 0;
    while (groups[start + count] === 0) count++;
    if (count > best.count) best = { start, count };
  }
  return best;
}
