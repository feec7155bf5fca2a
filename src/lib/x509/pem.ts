/** Armoured bytes. Mirrors as much of Go's encoding/pem as certificates need: blocks are found wherever they begin a line. */
export interface PemBlock {
  readonly type: string;
  /** Whether lines of `Name: value` stand in front of the bytes. */
  readonly hasHeaders: boolean;
  readonly bytes: Buffer;
}

/** What is no block is passed over. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let from = 0; ;) {
    const begin = text.indexOf(beginning, from);
    if (begin < 0) return blocks;
    from = begin + beginning.length;
    if (begin > 0 && text[begin - 1] !== '\n') continue;
    const lineEnd = text.indexOf('\n', from);
    const line = (lineEnd < 0 ? text.slice(from) : text.slice(from, lineEnd)).trimEnd();
    if (lineEnd < 0 || !line.endsWith(dashes)) continue;
    const type = line.slice(0, -dashes.length);
    const end = text.indexOf(`-----END ${type}-----`, lineEnd);
    if (end < 0) continue;
    const block = blockOf(type, text.slice(lineEnd + 1, end));
    if (block) blocks.push(block);
    from = end;
  }
}

/** Lines of 64 characters. */
export function pemText(type: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}

const dashes = '-----';
const beginning = '-----BEGIN ';

function blockOf(type: string, body: string): PemBlock | undefined {
  const lines = body.split('\n').map((line) => line.trim());
  const headers = lines.filter((line) => line.includes(':'));
  const base64 = lines.filter((line) => !line.includes(':')).join('');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  return { type, hasHeaders: headers.length > 0, bytes: Buffer.from(base64, 'base64') };
}
