/** Names that stand for addresses (`4.3.2.1.in-addr.arpa`), and which of them must not leave the cluster. */
import { cidrContains, ipText, parseCidr, type IpAddress, type IpPrefix } from '../../api/ip-address.ts';
import { isWithin, type DomainName } from './domain-name.ts';

export interface ReverseName {
  /** What the name says of the address, from its start. */
  readonly prefix: IpPrefix;
  /** The whole address, where the name has it all. */
  readonly address: string | undefined;
  /** `in-addr.arpa` or `ip6.arpa`. */
  readonly zone: DomainName;
}

const ipv4Zone: DomainName = ['in-addr', 'arpa'];
const ipv6Zone: DomainName = ['ip6', 'arpa'];

/** Ranges that mean something else in each network: RFC 1918, 6598, 3927, 4193, 4291. */
export const privateRanges: readonly IpPrefix[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
].map((text) => configuredRange(text));

/** @throws Error in words for who configured it */
export function configuredRange(text: string): IpPrefix {
  const range = parseCidr(text);
  if (!range) throw new Error(`"${text}" is not a range of addresses`);
  return range;
}

/** `undefined`: the name stands for no address, nor for a part of one. */
export function readReverseName(name: DomainName): ReverseName | undefined {
  if (isWithin(name, ipv4Zone)) return reverseOf(name, ipv4Zone, 4, 8, /^(?:0|[1-9]\d{0,2})$/, 10);
  if (isWithin(name, ipv6Zone)) return reverseOf(name, ipv6Zone, 6, 4, /^[0-9a-f]$/, 16);
  return undefined;
}

/** Whether all addresses that a name stands for are in one of the ranges. */
export function isReverseWithin({ prefix }: ReverseName, ranges: readonly IpPrefix[]): boolean {
  return ranges.some((range) => prefix.length >= range.length && cidrContains(range, prefix.address));
}

function reverseOf(
  name: DomainName,
  zone: DomainName,
  family: 4 | 6,
  bitsPerLabel: number,
  pattern: RegExp,
  radix: number,
): ReverseName | undefined {
  const bits = family === 4 ? 32 : 128;
  const parts = name.slice(0, name.length - zone.length).toReversed();
  let value = 0n;
  for (const [index, part] of parts.entries()) {
    // What stands below a whole address, or between its parts, is nobody's; its place tells where it belongs.
    if (index * bitsPerLabel >= bits || !pattern.test(part) || Number.parseInt(part, radix) >= 2 ** bitsPerLabel)
      return { prefix: prefixOf(family, value, index * bitsPerLabel, bits), address: undefined, zone };
    value = (value << BigInt(bitsPerLabel)) | BigInt(Number.parseInt(part, radix));
  }
  const prefix = prefixOf(family, value, parts.length * bitsPerLabel, bits);
  return { prefix, address: prefix.length === bits ? ipText(prefix.address) : undefined, zone };
}

function prefixOf(family: 4 | 6, value: bigint, length: number, bits: number): IpPrefix {
  const address: IpAddress = { family, value: value << BigInt(bits - length), sloppy: false, mapped: false };
  return { address, length, hasHostBits: false, sloppy: false };
}
