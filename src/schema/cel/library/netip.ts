/** Addresses and prefixes as strictly as Go's package netip reads them, with its messages. */
import { goQuote } from '../../../api/go-text.ts';
import { ipText } from '../../../api/ip-address.ts';

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly zone: string;
}

export interface Prefix {
  readonly address: Address;
  readonly bits: number;
}

export class NetipError extends Error {
  override readonly name = 'NetipError';
}

/** @throws NetipError */
export function parseAddress(text: string): Address {
  const failed = (message: string, at = ''): never => {
    throw new NetipError(`ParseAddr(${goQuote(text)}): ${message}${at === '' ? '' : ` (at ${goQuote(at)})`}`);
  };
  const mark = /[.:%]/.exec(text)?.[0];
  if (mark === '.') return { family: 4, value: parseIpv4(text, failed), zone: '' };
  if (mark === ':') return parseIpv6(text, failed);
  return failed(mark === '%' ? 'missing IPv6 address' : 'unable to parse IP');
}

/** @throws NetipError */
export function parsePrefix(text: string): Prefix {
  const failed = (message: string): never => {
    throw new NetipError(`netip.ParsePrefix(${goQuote(text)}): ${message}`);
  };
  const slash = text.lastIndexOf('/');
  if (slash < 0) return failed("no '/'");
  let address: Address;
  try {
    address = parseAddress(text.slice(0, slash));
  } catch (error) {
    if (error instanceof NetipError) return failed(error.message);
    throw error;
  }
  if (address.zone !== '') return failed('IPv6 zones cannot be present in a prefix');
  const bits = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,8})$/.test(bits)) {
    return failed(/^\d$/.test(bits) ? 'prefix length out of range' : `bad bits after slash: ${goQuote(bits)}`);
  }
  if (Number(bits) > widthOf(address)) return failed('prefix length out of range');
  return { address, bits: Number(bits) };
}

export function widthOf({ family }: Address): 32 | 128 {
  return family === 4 ? 32 : 128;
}

export function isMapped({ family, value }: Address): boolean {
  return family === 6 && value >> 32n === 0xffffn;
}

export function addressText({ family, value }: Address): string {
  return ipText({ family, value, sloppy: false, mapped: false });
}

type Fail = (message: string, at?: string) => never;

function parseIpv4(text: string, failed: Fail): bigint {
  const fields: number[] = [];
  let [value, digits] = [0, 0];
  for (const [index, character] of Array.from(text).entries()) {
    if (/\d/.test(character)) {
      if (digits === 1 && value === 0) return failed('IPv4 field has octet with leading zero');
      value = value * 10 + Number(character);
      digits++;
      if (value > 255) return failed('IPv4 field has value >255');
    } else if (character === '.') {
      if (index === 0 || index === text.length - 1 || text[index - 1] === '.') {
        return failed('IPv4 field must have at least one digit', text.slice(index));
      }
      if (fields.length === 3) return failed('IPv4 address too long');
      fields.push(value);
      [value, digits] = [0, 0];
    } else return failed('unexpected character', Array.from(text).slice(index).join(''));
  }
  if (fields.length < 3) return failed('IPv4 address too short');
  return [...fields, value].reduce((sum, field) => (sum << 8n) | BigInt(field), 0n);
}

function parseIpv6(text: string, failed: Fail): Address {
  const percent = text.indexOf('%');
  const zone = percent < 0 ? '' : text.slice(percent + 1);
  if (percent >= 0 && zone === '') return failed('zone must be a non-empty string');
  let rest = percent < 0 ? text : text.slice(0, percent);
  let ellipsis = -1;
  if (rest.startsWith('::')) {
    ellipsis = 0;
    rest = rest.slice(2);
    if (rest === '') return { family: 6, value: 0n, zone };
  }
  const groups: number[] = [];
  while (groups.length < 8) {
    const [digits = ''] = /^[0-9a-fA-F]*/.exec(rest) ?? [];
    if (digits.length > 4) return failed('each group must have 4 or less digits', rest);
    if (digits === '') return failed('each colon-separated field must have at least one digit', rest);
    if (rest.charAt(digits.length) === '.') {
      if (ellipsis < 0 && groups.length !== 6) {
        return failed('embedded IPv4 address must replace the final 2 fields of the address', rest);
      }
      if (groups.length > 6) {
        return failed('too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      }
      const embedded = parseIpv4(rest, failed);
      groups.push(Number(embedded >> 16n), Number(embedded & 0xffffn));
      rest = '';
      break;
    }
    groups.push(Number.parseInt(digits, 16));
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) return failed('unexpected character, want colon', rest);
    if (rest.length === 1) return failed('colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (!rest.startsWith(':')) continue;
    if (ellipsis >= 0) return failed('multiple :: in address', rest);
    ellipsis = groups.length;
    rest = rest.slice(1);
    if (rest === '') break;
  }
  if (rest !== '') return failed('trailing garbage after address', rest);
  if (groups.length < 8) {
    if (ellipsis < 0) return failed('address string too short');
    groups.splice(ellipsis, 0, ...Array.from({ length: 8 - groups.length }, () => 0));
  } else if (ellipsis >= 0) return failed('the :: must expand to at least one field of zeros');
  return { family: 6, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n), zone };
}
