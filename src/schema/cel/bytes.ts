/** Bytes and the text that they may be. */
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** Undefined: not UTF-8. */
export function textOfBytes(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** How many code points; lone surrogates count. Without making anything. */
export function codePointCount(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit >= 0xdc00) continue;
    const next = text.charCodeAt(index + 1);
    if (next >= 0xdc00 && next < 0xe000) {
      count--;
      index++;
    }
  }
  return count;
}
