/**
 * Names as lists of labels, never as dotted text: a label may have a dot in it, or any other byte, and must not be taken for two. Each character of a label
 * is one byte; letters are lower case, for names are compared without case.
 */

/** From the left; without the root. */
export type DomainName = readonly string[];

export const labelBytesMax = 63;
/** In wire form, with the lengths and the root. */
export const nameBytesMax = 255;

/** Of a text that we or an operator wrote, or a tenant in a field. `undefined`: it is not the name of a host or a service. */
export function parseName(text: string): DomainName | undefined {
  const bare = text.endsWith('.') ? text.slice(0, -1) : text;
  const labels = bare.split('.');
  const fits = bare.length + 2 <= nameBytesMax && labels.every((label) => /^[-_A-Za-z0-9]{1,63}$/.test(label));
  return fits ? labels.map((label) => label.toLowerCase()) : undefined;
}

/** Whether a text can be one label of a name that we give out. */
export function isLabel(text: string): boolean {
  return /^[-_a-z0-9]{1,63}$/.test(text);
}

/** @throws Error in words for who configured it */
export function configuredName(text: string): DomainName {
  const name = parseName(text);
  if (!name) throw new Error(`"${text}" is not a domain name`);
  return name;
}

/** Whether a name is `zone` or below it. */
export function isWithin(name: DomainName, zone: DomainName): boolean {
  const start = name.length - zone.length;
  return start >= 0 && zone.every((label, index) => label === name[start + index]);
}

/** What stands before the zone. */
export function withoutZone(name: DomainName, zone: DomainName): DomainName {
  return name.slice(0, name.length - zone.length);
}

export function sameName(left: DomainName, right: DomainName): boolean {
  return left.length === right.length && isWithin(left, right);
}

/** With a length before each label, so that no two names have one key. */
export function nameKey(name: DomainName): string {
  return name.map((label) => String.fromCharCode(label.length) + label).join('');
}

/** In wire form. */
export function nameBytes(name: DomainName): Buffer {
  return Buffer.from(`${nameKey(name)}\0`, 'latin1');
}
