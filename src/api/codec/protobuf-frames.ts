/** Frames of a watch in protobuf: each has its length in front, in four bytes, the most significant first. Mirrors apimachinery framer. */
import { malformed } from './protobuf-error.ts';

const headerBytes = 4;

export function frame(body: Uint8Array): Uint8Array {
  const framed = Buffer.allocUnsafe(headerBytes + body.length);
  framed.writeUInt32BE(body.length, 0);
  framed.set(body, headerBytes);
  return framed;
}

/** Cuts a stream into frames. */
export interface FrameSplitter {
  /** The bodies that are complete with `chunk`. Throws a ProtobufError at a frame above the limit; the stream is useless then. */
  push(chunk: Uint8Array): Uint8Array[];
  /** Whether the stream may end here. */
  readonly atBoundary: boolean;
}

/** Keeps at most one incomplete frame, of at most `frameBytesMax`. */
export function createFrameSplitter(frameBytesMax: number): FrameSplitter {
  let chunks: Uint8Array[] = [];
  let size = 0;
  return {
    get atBoundary() {
      return size === 0;
    },
    push(chunk) {
      if (chunk.length === 0) return [];
      chunks.push(chunk);
      size += chunk.length;
      const needed = neededBytes(chunks, size, frameBytesMax);
      if (size < needed) return [];
      const joined =
        chunks.length === 1
          ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
          : Buffer.concat(chunks, size);
      const { bodies, consumed } = cut(joined, frameBytesMax);
      chunks = consumed === joined.length ? [] : [joined.subarray(consumed)];
      size = joined.length - consumed;
      return bodies;
    },
  };
}

/** Bytes to wait for before the first frame can be whole. */
function neededBytes(chunks: readonly Uint8Array[], size: number, frameBytesMax: number): number {
  if (size < headerBytes) return headerBytes;
  const header: number[] = [];
  for (const chunk of chunks) {
    header.push(...chunk.subarray(0, headerBytes - header.length));
    if (header.length === headerBytes) break;
  }
  return headerBytes + checked(Buffer.from(header).readUInt32BE(0), frameBytesMax);
}

function cut(bytes: Buffer, frameBytesMax: number): { bodies: Uint8Array[]; consumed: number } {
  const bodies: Uint8Array[] = [];
  let consumed = 0;
  while (bytes.length - consumed >= headerBytes) {
    const length = checked(bytes.readUInt32BE(consumed), frameBytesMax);
    const end = consumed + headerBytes + length;
    if (end > bytes.length) break;
    bodies.push(bytes.subarray(consumed + headerBytes, end));
    consumed = end;
  }
  return { bodies, consumed };
}

function checked(length: number, frameBytesMax: number): number {
  if (length > frameBytesMax) throw malformed(`a frame of ${length} bytes is larger than ${frameBytesMax}`);
  return length;
}
