/**
 * The server's side of a WebSocket (RFC 6455, version 13), without extensions: the handshake, frames to the client, and what the client sends, in
 * the pieces in which it comes. Frames are never joined or kept: a client can't make it hold more than a control frame.
 */
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { ApiRequest } from '../../api/exchange.ts';
import { isBearerProtocol, protocolsOf } from './websocket-protocols.ts';

export type FrameKind = 'text' | 'binary';

export type Handshake =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | {
      readonly ok: false;
      readonly status: 400 | 403;
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
    };

const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Whether a request can become a WebSocket at all. */
export function offersWebSocket({ upgrade, method }: ApiRequest): boolean {
  return method === 'GET' && upgrade?.trim().toLowerCase() === 'websocket';
}

/** Mirrors golang.org/x/net/websocket, as upstream uses it: an origin must be named, and one protocol at most. */
export function acceptHandshake({ headers }: ApiRequest): Handshake {
  const key = headers['sec-websocket-key'] ?? '';
  if (headers['sec-websocket-version']?.trim() !== '13')
    return refused(400, 'missing or bad WebSocket Version', { 'sec-websocket-version': '13' });
  if (key === '') return refused(400, 'mismatch challenge/response');
  const origin = headers['origin'] ?? '';
  if (origin === '' || origin.toLowerCase() === 'null') return refused(403);
  const protocols = protocolsOf(headers).filter((protocol) => protocol !== '' && !isBearerProtocol(protocol));
  if (protocols.length > 1) return refused(400);
  const [protocol] = protocols;
  return { ok: true, headers: acceptedHeaders(key, protocol) };
}

/** The first offered protocol that is one of `supported`; empty where none was offered. Mirrors streaming httpstream/wsstream handshake. */
export function agreeOnProtocol(
  { headers }: ApiRequest,
  supported: readonly string[],
): (Handshake & { readonly ok: false }) | (Handshake & { readonly ok: true; readonly protocol: string }) {
  const key = headers['sec-websocket-key'] ?? '';
  if (headers['sec-websocket-version']?.trim() !== '13')
    return refused(400, 'missing or bad WebSocket Version', { 'sec-websocket-version': '13' });
  if (key === '') return refused(400, 'mismatch challenge/response');
  const offered = protocolsOf(headers).filter((protocol) => protocol !== '' && !isBearerProtocol(protocol));
  const protocol = offered.length === 0 ? '' : offered.find((one) => supported.includes(one));
  if (protocol === undefined) return refused(403);
  return { ok: true, protocol, headers: acceptedHeaders(key, protocol === '' ? undefined : protocol) };
}

function acceptedHeaders(key: string, protocol: string | undefined): Readonly<Record<string, string>> {
  return {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-accept': createHash('sha1').update(`${key}${handshakeGuid}`).digest('base64'),
    ...(protocol === undefined ? {} : { 'sec-websocket-protocol': protocol }),
  };
}

function refused(
  status: 400 | 403,
  text = '',
  headers: Readonly<Record<string, string>> = {},
): Handshake & { readonly ok: false } {
  return { ok: false, status, headers, text };
}

const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const normalClosure = 1000;
const protocolError = 1002;
const controlBytesMax = 125;

/** A piece of what a client sends. `begins`: with it a message begins. */
export type OnData = (piece: Buffer, begins: boolean) => void;

/** An open WebSocket. */
export class ServerWebSocket {
  readonly #stream: Duplex;
  readonly #onGone: () => void;
  readonly #reader: FrameReader;
  #open = true;

  /** `onGone`: the client has closed it, or the connection is lost; called once, not for {@link close}. Without `onData`, data is dropped. */
  constructor(stream: Duplex, onGone: () => void, onData?: OnData) {
    this.#stream = stream;
    this.#onGone = onGone;
    this.#reader = new FrameReader(onData);
    stream.on('error', () => this.#gone());
    stream.on('close', () => this.#gone());
    stream.on('end', () => this.#gone());
    stream.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** Resolves when there is room for the next one; `false`: it is closed. */
  async send(kind: FrameKind, payload: Uint8Array): Promise<boolean> {
    if (!this.#open) return false;
    const head = frameHead(opcodes[kind], payload.length);
    this.#stream.cork();
    this.#stream.write(head);
    const room = this.#stream.write(payload);
    this.#stream.uncork();
    if (!room) await drained(this.#stream);
    return this.#open;
  }

  /** No more is read until {@link resume}: not even the client's goodbye. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Says goodbye and ends the connection. */
  close(code = normalClosure): void {
    if (!this.#open) return;
    this.#open = false;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#stream.write(frameHead(opcodes.close, payload.length));
    this.#stream.end(payload, () => this.#stream.destroy());
  }

  #take(bytes: Buffer): void {
    if (!this.#open) return;
    for (const { opcode, payload } of this.#reader.read(bytes)) {
      if (opcode === opcodes.ping && this.#stream.writableLength < pongBacklogBytesMax) {
        this.#stream.write(Buffer.concat([frameHead(opcodes.pong, payload.length), payload]));
      }
      if (opcode === opcodes.close) return this.#end(normalClosure);
    }
    if (this.#reader.broken) this.#end(protocolError);
  }

  #end(code: number): void {
    this.close(code);
    this.#onGone();
  }

  #gone(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stream.destroy();
    this.#onGone();
  }
}

/** A client that pings and doesn't read gets no more pongs. */
const pongBacklogBytesMax = 64 * 1024;

interface ControlFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** The data of a frame that is still coming. */
interface Incoming {
  readonly mask: Buffer;
  at: number;
  left: number;
  begins: boolean;
}

/** Finds the frames among a client's bytes: control frames whole, data in pieces. */
class FrameReader {
  /** The client doesn't keep to the protocol; nothing more is read. */
  broken = false;
  readonly #onData: OnData | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #data: Incoming | undefined;

  constructor(onData: OnData | undefined) {
    this.#onData = onData;
  }

  /** The control frames; data is handed over meanwhile. */
  read(bytes: Buffer): ControlFrame[] {
    const found: ControlFrame[] = [];
    let left = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (!this.broken) {
      if (this.#data) {
        const size = Math.min(this.#data.left, left.length);
        this.#take(this.#data, left.subarray(0, size));
        left = left.subarray(size);
        if (this.#data) break;
      }
      const head = this.#headOf(left);
      if (!head) break;
      const { opcode, size, length } = head;
      if (opcode >= opcodes.close && left.length < size + length) break;
      const mask = left.subarray(size - 4, size);
      left = left.subarray(size);
      if (opcode < opcodes.close) {
        this.#data = { mask: Buffer.from(mask), at: 0, left: length, begins: opcode !== 0 };
        if (length === 0) this.#data = undefined;
        continue;
      }
      found.push({ opcode, payload: unmasked(left.subarray(0, length), mask, 0) });
      left = left.subarray(length);
    }
    // At most a head and a control frame.
    this.#rest = this.broken ? Buffer.alloc(0) : Buffer.from(left);
    return found;
  }

  #take(data: Incoming, bytes: Buffer): void {
    if (bytes.length > 0 && this.#onData) this.#onData(unmasked(bytes, data.mask, data.at), data.begins);
    if (bytes.length > 0) data.begins = false;
    data.at += bytes.length;
    data.left -= bytes.length;
    if (data.left === 0) this.#data = undefined;
  }

  /** `size`: of the head with its mask. `undefined`: more must come. */
  #headOf(bytes: Buffer): { opcode: number; size: number; length: number } | undefined {
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    const opcode = first & 0x0f;
    const short = second & 0x7f;
    const control = opcode >= opcodes.close;
    // Clients mask; control frames are short and whole; there are no extensions.
    const valid = (second & 0x80) !== 0 && (first & 0x70) === 0;
    if (!valid || (control && (short > controlBytesMax || (first & 0x80) === 0))) {
      this.broken = true;
      return undefined;
    }
    const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
    const size = 2 + extra + 4;
    if (bytes.length < size) return undefined;
    const length = extra === 8 ? Number(bytes.readBigUInt64BE(2)) : extra === 2 ? bytes.readUInt16BE(2) : short;
    return { opcode, size, length };
  }
}

/** `at`: how many bytes the mask was used for before. */
function unmasked(bytes: Buffer, mask: Buffer, at: number): Buffer {
  const plain = Buffer.from(bytes);
  for (let index = 0; index < plain.length; index++) plain[index] = (plain[index] ?? 0) ^ (mask[(at + index) % 4] ?? 0);
  return plain;
}

/** Whole, unmasked. */
function frameHead(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, length]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = first;
  if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return head;
}

function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.removeListener('drain', done);
      stream.removeListener('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
    if (stream.destroyed) done();
  });
}
