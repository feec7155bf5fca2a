/** `ip('…')` and `cidr('…')`. Mirrors apiserver pkg/cel/library/ip.go and cidr.go. */
import { goQuote } from '../../../api/go-text.ts';
import { boolType, intType, opaqueType, stringType } from '../cel-type.ts';
import { global, member, type FunctionDeclaration, type Implementation, type Library } from '../declaration.ts';
import { CelError, noSuchOverload, OpaqueValue, type Value } from '../value.ts';
import {
  addressText,
  isMapped,
  NetipError,
  parseAddress,
  parsePrefix,
  widthOf,
  type Address,
  type Prefix,
} from './netip.ts';

const ipType = opaqueType('net.IP');
const cidrType = opaqueType('net.CIDR');

class IpValue extends OpaqueValue {
  readonly type = ipType;
  readonly address: Address;
  /** In bytes. */
  override readonly size: number;

  constructor(address: Address) {
    super();
    this.address = address;
    this.size = widthOf(address) / 8;
  }

  equalTo(other: Value): boolean | CelError {
    return other instanceof IpValue ? sameAddress(this.address, other.address) : noSuchOverload;
  }
}

class CidrValue extends OpaqueValue {
  readonly type = cidrType;
  readonly prefix: Prefix;
  /** In bytes that the prefix has a part of. */
  override readonly size: number;

  constructor(prefix: Prefix) {
    super();
    this.prefix = prefix;
    this.size = Math.ceil(prefix.bits / 8);
  }

  equalTo(other: Value): boolean | CelError {
    if (!(other instanceof CidrValue)) return noSuchOverload;
    return sameAddress(this.prefix.address, other.prefix.address) && this.prefix.bits === other.prefix.bits;
  }
}

export const networkLibrary = (): Library => ({
  types: [ipType, cidrType],
  functions: [...ipFunctions(), ...cidrFunctions()],
});

function ipFunctions(): readonly FunctionDeclaration[] {
  return [
    {
      name: 'ip',
      overloads: [
        global('string_to_ip', [stringType], ipType, toIp),
        member(
          'cidr_ip',
          [cidrType],
          ipType,
          ofCidr(({ address }) => new IpValue(address)),
        ),
      ],
    },
    { name: 'isIP', overloads: [global('is_ip', [stringType], boolType, (text) => !(toIp(text) instanceof CelError))] },
    {
      name: 'ip.isCanonical',
      overloads: [
        global('ip_is_canonical', [stringType], boolType, (text) => {
          const ip = toIp(text);
          return ip instanceof IpValue ? addressText(ip.address) === text : ip;
        }),
      ],
    },
    {
      name: 'family',
      overloads: [
        member(
          'ip_family',
          [ipType],
          intType,
          ofIp(({ family }) => family),
        ),
      ],
    },
    ipTest('isUnspecified', 'ip_is_unspecified', isUnspecified),
    ipTest('isLoopback', 'ip_is_loopback', isLoopback),
    ipTest('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
    ipTest('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
    ipTest('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
    {
      name: 'string',
      overloads: [
        global('ip_to_string', [ipType], stringType, ofIp(addressText)),
        global(
          'cidr_to_string',
          [cidrType],
          stringType,
          ofCidr(({ address, bits }) => `${addressText(address)}/${bits}`),
        ),
      ],
    },
  ];
}

function cidrFunctions(): readonly FunctionDeclaration[] {
  return [
    { name: 'cidr', overloads: [global('string_to_cidr', [stringType], cidrType, toCidr)] },
    {
      name: 'isCIDR',
      overloads: [global('is_cidr', [stringType], boolType, (text) => !(toCidr(text) instanceof CelError))],
    },
    {
      name: 'containsIP',
      overloads: [
        member('cidr_contains_ip_string', [cidrType, stringType], boolType, (cidr, text) =>
          containsIp(cidr, toIp(text)),
        ),
        member('cidr_contains_ip_ip', [cidrType, ipType], boolType, containsIp),
      ],
    },
    {
      name: 'containsCIDR',
      overloads: [
        member('cidr_contains_cidr_string', [cidrType, stringType], boolType, (cidr, text) =>
          containsCidr(cidr, toCidr(text)),
        ),
        member('cidr_contains_cidr', [cidrType, cidrType], boolType, containsCidr),
      ],
    },
    {
      name: 'prefixLength',
      overloads: [
        member(
          'cidr_prefix_length',
          [cidrType],
          intType,
          ofCidr(({ bits }) => bits),
        ),
      ],
    },
    {
      name: 'masked',
      overloads: [
        member(
          'cidr_masked',
          [cidrType],
          cidrType,
          ofCidr(({ address, bits }) => {
            const hostBits = BigInt(widthOf(address) - bits);
            return new CidrValue({ address: { ...address, value: (address.value >> hostBits) << hostBits }, bits });
          }),
        ),
      ],
    },
  ];
}

function ipTest(name: string, id: string, test: (address: Address) => boolean): FunctionDeclaration {
  return { name, overloads: [member(id, [ipType], boolType, ofIp(test))] };
}

function ofIp(run: (address: Address) => Value): Implementation {
  return (value) => (value instanceof IpValue ? run(value.address) : noSuchOverload);
}

function ofCidr(run: (prefix: Prefix) => Value): Implementation {
  return (value) => (value instanceof CidrValue ? run(value.prefix) : noSuchOverload);
}

function toIp(text: Value = null): Value {
  if (typeof text !== 'string') return noSuchOverload;
  try {
    const address = parseAddress(text);
    if (address.zone !== '') return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`);
    if (isMapped(address)) return new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
    return new IpValue(address);
  } catch (error) {
    if (!(error instanceof NetipError)) throw error;
    return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string: ${error.message}`);
  }
}

function toCidr(text: Value = null): Value {
  if (typeof text !== 'string') return noSuchOverload;
  const head = 'network address parse error during conversion from string';
  try {
    const prefix = parsePrefix(text);
    if (isMapped(prefix.address))
      return new CelError(`${head}: IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
    return new CidrValue(prefix);
  } catch (error) {
    if (!(error instanceof NetipError)) throw error;
    return new CelError(`${head}: ${head}: ${error.message}`);
  }
}

function containsIp(cidr: Value = null, ip: Value = null): Value {
  // Upstream loses what is wrong with the address; with a prefix, it doesn't.
  if (!(cidr instanceof CidrValue) || !(ip instanceof IpValue)) return noSuchOverload;
  return inPrefix(cidr.prefix, ip.address);
}

function containsCidr(cidr: Value = null, other: Value = null): Value {
  if (other instanceof CelError) return other;
  if (!(cidr instanceof CidrValue) || !(other instanceof CidrValue)) return noSuchOverload;
  return cidr.prefix.bits <= other.prefix.bits && inPrefix(cidr.prefix, other.prefix.address);
}

function inPrefix({ address, bits }: Prefix, other: Address): boolean {
  const shift = BigInt(widthOf(address) - bits);
  return address.family === other.family && address.value >> shift === other.value >> shift;
}

function sameAddress(left: Address, right: Address): boolean {
  return left.family === right.family && left.value === right.value;
}

function isUnspecified({ value }: Address): boolean {
  return value === 0n;
}

function isLoopback({ family, value }: Address): boolean {
  return family === 4 ? value >> 24n === 127n : value === 1n;
}

function isLinkLocalMulticast({ family, value }: Address): boolean {
  return family === 4 ? value >> 8n === 0xe00000n : ((value >> 112n) & 0xff0fn) === 0xff02n;
}

function isLinkLocalUnicast({ family, value }: Address): boolean {
  return family === 4 ? value >> 16n === 0xa9fen : value >> 118n === 0x3fan;
}

function isGlobalUnicast(address: Address): boolean {
  const { family, value } = address;
  if (family === 4 && value === 0xffffffffn) return false;
  const multicast = family === 4 ? value >> 28n === 0xen : value >> 120n === 0xffn;
  return !isUnspecified(address) && !isLoopback(address) && !multicast && !isLinkLocalUnicast(address);
}
