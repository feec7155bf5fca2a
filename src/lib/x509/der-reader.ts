/**
 * Reads DER, the encoding of certificates: definite lengths in their shortest form, one-byte tags. Lazy: nobody descends deeper than asked.
 * What is malformed throws {@link DerError}.
 */
export interface DerValue {
  readonly tag: number;
  /** Tag, length and content, as they stand. */
  readonly whole: Buffer;
  readonly content: Buffer;
}

export class DerError extends Error {
  override readonly name = 'DerError';
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[n]`, constructed. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

/** `[n]`, primitive. */
export function primitiveContextTag(number: number): number {
  return 0x80 | number;
}

/** The one value that `bytes` are, with nothing behind it. */
export function readDer(bytes: Uint8Array): DerValue {
  const value = readAt(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
  if (value.whole.length !== bytes.length) throw new DerError('trailing data');
  return value;
}

/** The values inside a constructed one. */
export function childrenOf({ tag, content }: DerValue): DerValue[] {
  if ((tag & 0x20) === 0) throw new DerError('not a constructed value');
  const children: DerValue[] = [];
  for (let offset = 0; offset < content.length;) {
    const child = readAt(content, offset);
    children.push(child);
    offset += child.whole.length;
  }
  return children;
}

/** Throws unless `value` is there and of that tag. */
export function expectTag(value: DerValue | undefined, tag: number): DerValue {
  if (value?.tag !== tag) throw new DerError('unexpected tag');
  return value;
}

/** `2.5.4.3` */
export function objectIdentifierText({ content }: DerValue): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 128 + (byte & 0x7f);
    if (part > Number.MAX_SAFE_INTEGER / 128) throw new DerError('too large an object identifier');
    if ((byte & 0x80) !== 0) continue;
    if (parts.length === 0) {
      const first = Math.min(2, Math.floor(part / 40));
      parts.push(first, part - first * 40);
    } else parts.push(part);
    part = 0;
  }
  if (content.length === 0 || ((content.at(-1) ?? 0) & 0x80) !== 0) throw new DerError('a broken object identifier');
  return parts.join('.');
}

/** The bytes of a bit string of whole bytes. */
export function bitStringBytes({ content }: DerValue): Buffer {
  if (content[0] !== 0) throw new DerError('a bit string of no whole bytes');
  return content.subarray(1);
}

const fatalUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Text of any of the types that names are written in; `undefined`: of none. */
export function textOf({ tag, content }: DerValue): string | undefined {
  switch (tag) {
    case tags.utf8String:
      try {
        return fatalUtf8.decode(content);
      } catch {
        throw new DerError('invalid UTF-8');
      }
    case tags.printableString:
    case tags.ia5String:
      if (content.some((byte) => byte > 0x7f)) throw new DerError('invalid text');
      return content.toString('latin1');
    case tags.teletexString:
      return content.toString('latin1');
    case tags.bmpString:
      if (content.length % 2 !== 0) throw new DerError('invalid text');
      return Buffer.from(content).swap16().toString('utf16le');
    default:
      return undefined;
  }
}

function readAt(bytes: Buffer, offset: number): DerValue {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw new DerError('truncated');
  if ((tag & 0x1f) === 0x1f) throw new DerError('a tag of several bytes');
  let start = offset + 2;
  let length = first;
  if (first >= 0x80) {
    const size = first & 0x7f;
    if (size === 0 || size > 4) throw new DerError('an unusable length');
    if (start + size > bytes.length) throw new DerError('truncated');
    length = bytes.readUIntBE(start, size);
    if (length < 0x80 || bytes[start] === 0) throw new DerError('a length that is not the shortest');
    start += size;
  }
  if (start + length > bytes.length) throw new DerError('truncated');
  return { tag, whole: bytes.subarray(offset, start + length), content: bytes.subarray(start, start + length) };
}
