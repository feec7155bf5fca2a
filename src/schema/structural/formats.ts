/**
 * `format` of strings: which ones upstream knows, and what they ask for. Mirrors apiextensions-apiserver pkg/apiserver/validation/formats.go
 * and kube-openapi pkg/validation/strfmt. Unknown formats are passed by.
 */
import { parseGoDuration } from '../../api/duration.ts';
import { parseCidr, parseIp } from '../../api/ip-address.ts';
import { isEmailAddress } from './email-format.ts';
import { compilePattern } from './pattern.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { isRequestUri } from './uri-format.ts';

/** By name without dashes. */
const checks: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: (text) => /^[0-9a-fA-F]{24}$/.test(text),
  uri: isRequestUri,
  email: isEmailAddress,
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && parseIp(text) !== undefined,
  ipv6: (text) => text.includes(':') && parseIp(text)?.sloppy === false,
  cidr: (text) => parseCidr(text) !== undefined,
  mac: isMac,
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  uuid3: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  uuid4: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  uuid5: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: (text) => /^\d{3}[- ]\d{2}[- ]\d{4}$/.test(text),
  hexcolor: (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  rgbcolor: isRgbColor,
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text),
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: isDateTime,
  k8sshortname: (text) => text.length <= 63 && shortName.test(text),
  k8slongname: (text) => text.length <= 253 && text.split('.').every((part) => shortName.test(part)),
};

const shortName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** The format that is checked; empty: none, or one that upstream does not know for the type. */
export function checkedFormat({ format, type, intOrString }: StructuralSchema): string {
  if (format === undefined) return '';
  if (intOrString || type === undefined || type === 'string') return Object.hasOwn(checks, plain(format)) ? format : '';
  if (type === 'integer') return format === 'int32' || format === 'int64' ? format : '';
  if (type === 'number') return format === 'float' || format === 'double' ? format : '';
  return '';
}

/** `true` for formats of numbers. */
export function matchesFormat(format: string, text: string): boolean {
  const name = plain(format);
  return Object.hasOwn(checks, name) ? (checks[name]?.(text) ?? true) : true;
}

function plain(format: string): string {
  return format.replaceAll('-', '');
}

function isHostname(text: string): boolean {
  const label = '[a-zA-Z0-9\\p{S}\\p{L}]';
  const single = `${label}((-?${label}{0,62})?)`;
  const inner = `(${label}(([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}${label})?)(\\.))`;
  const pattern = `^(${single}|${inner}{1,}([a-zA-Z\\p{L}]){2,63})$`;
  if (Buffer.byteLength(text) > 255 || !compilePattern(pattern).matches(text)) return false;
  return text.split('.').every((part) => Buffer.byteLength(part) <= 63);
}

/** Six, eight or twenty bytes, with colons, dashes, or in dotted groups. Mirrors net.ParseMAC. */
function isMac(text: string): boolean {
  const bytes = (separator: string): RegExp => new RegExp(`^[0-9a-f]{2}(?:${separator}[0-9a-f]{2})+$`, 'i');
  const lengths = new Set([6, 8, 20]);
  if (bytes(':').test(text) || bytes('-').test(text)) return lengths.has((text.length + 1) / 3);
  return /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text) && lengths.has(((text.length + 1) / 5) * 2);
}

function isRgbColor(text: string): boolean {
  const part = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';
  return new RegExp(
    `^rgb\\([\\t\\n\\f\\r ]*${[part, part, part].join('[\\t\\n\\f\\r ]*,[\\t\\n\\f\\r ]*')}[\\t\\n\\f\\r ]*\\)$`,
  ).test(text);
}

function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]+/g, '');
  const issued =
    /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;
  if (!issued.test(digits)) return false;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
      return total + (value >= 10 ? (value % 10) + 1 : value);
    }, 0);
  return sum % 10 === 0;
}

function isIsbn10(text: string): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '');
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  const sum = Array.from(digits).reduce(
    (total, digit, index) => total + (index + 1) * (digit === 'X' ? 10 : Number(digit)),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '');
  if (!/^[0-9]{13}$/.test(digits)) return false;
  const sum = Array.from(digits.slice(0, 12)).reduce(
    (total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3),
    0,
  );
  return Number(digits[12]) === (10 - (sum % 10)) % 10;
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined || Number(month) < 1 || Number(month) > 12 || Number(day) < 1) return false;
  // Day 0 of the next month is the last of this one. A leap year repeats every 400.
  return Number(day) <= new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t');
  if (time === undefined || !isDate(date)) return false;
  const match = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/.exec(time);
  if (!match) return false;
  const [, hours = '', minutes = '', seconds = ''] = match;
  return hours <= '23' && minutes <= '59' && seconds <= '59';
}

/** Go's, or a number and the name of a unit somewhere in it. Mirrors strfmt.ParseDuration. */
function isDuration(text: string): boolean {
  if (parseGoDuration(text).ok) return true;
  const exact = new Set(['ns', 'us', 'µs', 'ms', 's', 'm', 'h', 'hr', 'd', 'w', 'wk']);
  const prefixes = ['nano', 'micro', 'milli', 'sec', 'min', 'hour', 'day', 'week'];
  let found = false;
  for (const [, digits = '', unit = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    if (digits.length > 19 || BigInt(digits) >= 2n ** 63n) return false;
    const name = unit.toLowerCase();
    found ||= exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  }
  return found;
}
