/** Reading the bodies of exchanges: whole, or as lines of JSON. */
import type { ByteStream } from '../api/exchange.ts';
import { ConnectionError } from './connection-error.ts';

/** A single event of a watch may be as large as the largest object of any API server, with room to spare. */
const watchLineBytesMax = 64 * 1024 * 1024;

/** All of a body. Rejects as the stream does. */
export async function readWhole(body: Uint8Array | ByteStream): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const only = chunks[0];
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** Yields the text of each line that isn't empty; a last line without a line feed counts too. */
export async function* readLines(body: Uint8Array | ByteStream): AsyncGenerator<string> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    let start = 0;
    for (let end = chunk.indexOf(10, start); end >= 0; end = chunk.indexOf(10, start)) {
      const line = text([...rest, chunk.subarray(start, end)]);
      rest = [];
      restBytes = 0;
      start = end + 1;
      if (line.trim() !== '') yield line;
    }
    if (start === chunk.length) continue;
    rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > watchLineBytesMax) throw new ConnectionError('a watch event is larger than the limit');
  }
  const line = text(rest);
  if (line.trim() !== '') yield line;
}

/** The text of a body, for messages. */
export function bodyText(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}

function text(parts: readonly Uint8Array[]): string {
  const only = parts[0];
  return bodyText(parts.length === 1 && only !== undefined ? only : Buffer.concat(parts));
}
