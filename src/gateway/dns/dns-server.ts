/** The sockets: UDP and TCP on one port. Whatever comes in, each client's share of them is limited. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Logger } from '../../lib/logger.ts';
import type { Service } from '../../lib/service.ts';
import type { Transport } from './answer.ts';
import { queryBytesMax } from './wire.ts';

/** What answers: see `Resolver.resolve`. */
export type Resolve = (
  packet: Buffer,
  source: string,
  transport: Transport,
) => Buffer | undefined | Promise<Buffer | undefined>;

export interface DnsServerOptions {
  readonly address: string;
  /** 0: any that is free, for both. */
  readonly port: number;
  readonly resolve: Resolve;
  readonly logger: Logger;
}

/** A burst of all tenants' queries waits here while we are busy; the system may allow less. */
const receiveBufferBytes = 4 * 1024 * 1024;
const connectionsMax = 1000;
const connectionsPerAddressMax = 20;
const connectionIdleMs = 10_000;
/** Of one connection: more are read when those are answered. */
const unansweredMax = 32;
/** What a client does not read is not kept for long. */
const unsentBytesMax = 256 * 1024;
const bindTriesMax = 20;

export class DnsServer implements Service {
  readonly name = 'dns server';
  readonly #options: DnsServerOptions;
  readonly #connections = new Map<string, Set<Socket>>();
  #udp: UdpSocket | undefined;
  #tcp: Server | undefined;
  #connectionCount = 0;

  constructor(options: DnsServerOptions) {
    this.#options = options;
  }

  /** The port that is listened on. */
  get port(): number {
    return this.#udp?.address().port ?? 0;
  }

  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#listen();
        return;
      } catch (error) {
        await this.stop();
        // A free port of one protocol may be taken in the other.
        if (this.#options.port !== 0 || attempt >= bindTriesMax) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    const [udp, tcp] = [this.#udp, this.#tcp];
    this.#udp = this.#tcp = undefined;
    for (const sockets of this.#connections.values()) for (const socket of sockets) socket.destroy();
    if (udp) await new Promise<void>((resolve) => udp.close(() => resolve()));
    if (tcp?.listening) await new Promise<void>((resolve) => tcp.close(() => resolve()));
  }

  async #listen(): Promise<void> {
    const { address, port, logger } = this.#options;
    const udp = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', recvBufferSize: receiveBufferBytes });
    udp.on('message', (packet, { address: source, port: sourcePort }) => this.#datagram(packet, source, sourcePort));
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject);
      udp.bind(port, address, () => {
        udp.off('error', reject);
        resolve();
      });
    });
    udp.on('error', (error) => logger.warn({ err: error }, 'the UDP socket has trouble'));
    this.#udp = udp;
    const tcp = createServer((socket) => this.#connection(socket));
    this.#tcp = tcp;
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen((udp.address() satisfies AddressInfo).port, address, () => {
        tcp.off('error', reject);
        resolve();
      });
    });
    tcp.on('error', (error) => logger.warn({ err: error }, 'the TCP socket has trouble'));
  }

  #datagram(packet: Buffer, source: string, port: number): void {
    const send = (answer: Buffer | undefined): void => {
      // A callback, so that a client that has gone is nobody's error.
      if (answer) this.#udp?.send(answer, port, source, () => undefined);
    };
    const answer = this.#resolve(packet, source, 'udp');
    if (answer instanceof Promise) void answer.then(send);
    else send(answer);
  }

  /** What is our own bug must not end the process for all tenants: it is told, and the query stays without an answer. */
  #resolve(packet: Buffer, source: string, transport: Transport): Buffer | undefined | Promise<Buffer | undefined> {
    const failed = (error: unknown): undefined => {
      this.#options.logger.error({ err: error }, 'a query could not be answered');
    };
    try {
      const answer = this.#options.resolve(packet, plainAddress(source), transport);
      return answer instanceof Promise ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }

  #connection(socket: Socket): void {
    const source = socket.remoteAddress ?? '';
    const sockets = this.#connections.get(source) ?? new Set();
    if (this.#connectionCount >= connectionsMax || sockets.size >= connectionsPerAddressMax) {
      socket.destroy();
      return;
    }
    this.#connections.set(source, sockets.add(socket));
    this.#connectionCount++;
    socket.on('close', () => {
      this.#connectionCount--;
      sockets.delete(socket);
      if (sockets.size === 0) this.#connections.delete(source);
    });
    socket.on('error', () => socket.destroy());
    socket.setTimeout(connectionIdleMs, () => socket.destroy());
    socket.setNoDelay(true);
    const stream = new MessageStream(socket, (packet) => this.#resolve(packet, source, 'tcp'));
    socket.on('data', (chunk) => stream.push(chunk));
  }
}

/** Messages on a connection, each with its length before it; answers go out as they come. */
class MessageStream {
  readonly #socket: Socket;
  readonly #answer: (packet: Buffer) => Buffer | undefined | Promise<Buffer | undefined>;
  #read: Buffer = Buffer.alloc(0);
  #unanswered = 0;

  constructor(socket: Socket, answer: (packet: Buffer) => Buffer | undefined | Promise<Buffer | undefined>) {
    this.#socket = socket;
    this.#answer = answer;
  }

  push(chunk: Buffer): void {
    this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk]);
    this.#next();
  }

  #next(): void {
    while (this.#unanswered < unansweredMax && this.#read.length >= 2 && !this.#socket.destroyed) {
      const length = this.#read.readUInt16BE(0);
      if (length > queryBytesMax) {
        this.#socket.destroy();
        return;
      }
      if (this.#read.length < 2 + length) break;
      const packet = this.#read.subarray(2, 2 + length);
      this.#read = this.#read.subarray(2 + length);
      this.#unanswered++;
      const answer = this.#answer(packet);
      if (answer instanceof Promise) void answer.then((found) => this.#send(found, true));
      else this.#send(answer, false);
    }
    if (this.#unanswered >= unansweredMax) this.#socket.pause();
  }

  /** Who gets no answer is not served: the connection ends. */
  #send(answer: Buffer | undefined, later: boolean): void {
    this.#unanswered--;
    if (this.#socket.destroyed) return;
    if (!answer || this.#socket.writableLength > unsentBytesMax) {
      this.#socket.destroy();
      return;
    }
    const length = Buffer.alloc(2);
    length.writeUInt16BE(answer.length);
    this.#socket.write(Buffer.concat([length, answer]));
    if (!later) return;
    this.#socket.resume();
    this.#next();
  }
}

/** On a socket for both families, an IPv4 address comes as an IPv6 one. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
