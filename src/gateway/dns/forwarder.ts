/**
 * Asks the operator's resolvers: over UDP from a port that nobody can guess, over TCP where that is cut short, the next resolver where one is silent. Rejects
 * when none answers.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import type { Service } from '../../lib/service.ts';
import {
  isAnswerTo,
  isTruncated,
  readUpstreamAnswer,
  upstreamQuery,
  type UpstreamAnswer,
  type UpstreamQuestion,
} from './upstream-message.ts';
import { rcode, tcpBytesMax } from './wire.ts';

export interface Upstream {
  readonly address: string;
  readonly port: number;
}

export interface ForwarderOptions {
  readonly upstreams: readonly Upstream[];
  readonly clock: Clock;
  /** Of one try at one resolver. */
  readonly timeoutMs: number;
}

/** What asks somebody else. */
export interface Forward {
  ask(asked: UpstreamQuestion): Promise<UpstreamAnswer>;
}

/** Resolvers that are tried for one question. */
const triesMax = 3;

export class Forwarder implements Forward, Service {
  readonly name = 'forwarder';
  readonly #options: ForwarderOptions;
  readonly #open = new Set<() => void>();
  #preferred = 0;
  #stopped = false;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    for (const close of this.#open) close();
    return Promise.resolve();
  }

  async ask(asked: UpstreamQuestion): Promise<UpstreamAnswer> {
    const { upstreams } = this.#options;
    let failure: unknown = new Error('there is no resolver to ask');
    for (let attempt = 0; attempt < Math.min(Math.max(2, upstreams.length), triesMax); attempt++) {
      const preferred = this.#preferred;
      const upstream = upstreams[preferred % upstreams.length];
      if (!upstream || this.#stopped) break;
      try {
        return await this.#askOne(upstream, asked);
      } catch (error) {
        failure = error;
        // Others may have turned away from it already.
        if (this.#preferred === preferred) this.#preferred = (preferred + 1) % upstreams.length;
      }
    }
    throw new Error('no resolver answered', { cause: failure });
  }

  async #askOne(upstream: Upstream, asked: UpstreamQuestion): Promise<UpstreamAnswer> {
    const query = upstreamQuery(asked);
    let packet = await this.#once((done) => overUdp(upstream, query, done));
    if (isTruncated(packet)) packet = await this.#once((done) => overTcp(upstream, query, done));
    const answer = readUpstreamAnswer(packet);
    if (!answer) throw new Error(`${upstream.address} sent what is no answer`);
    if (answer.rcode === rcode.serverFailure || answer.rcode === rcode.refused)
      throw new Error(`${upstream.address} can't answer`);
    return answer;
  }

  /** `ask` begins, tells the end once by `done`, and gives what closes it. */
  #once(ask: (done: Done) => () => void): Promise<Buffer> {
    const { clock, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const finish: Done = (result) => {
        timer.cancel();
        this.#open.delete(abort);
        close();
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const abort = (): void => finish(new Error('stopped'));
      const timer = clock.after(timeoutMs, () => finish(new Error('no answer in time')));
      this.#open.add(abort);
      const close = ask(finish);
    });
  }
}

type Done = (result: Buffer | Error) => void;

/** A socket for each question: its port is as hard to guess as its id. */
function overUdp({ address, port }: Upstream, query: Buffer, done: Done): () => void {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let closed = false;
  socket.on('error', done);
  socket.on('message', (packet) => {
    // Somebody who guesses is not to keep us from the true answer.
    if (isAnswerTo(packet, query)) done(packet);
  });
  // Connected: what others send doesn't reach us, and a closed port is told.
  socket.connect(port, address, (error?: Error) => {
    if (closed) return;
    if (error) done(error);
    else socket.send(query, (failed) => failed && done(failed));
  });
  return () => {
    if (closed) return;
    closed = true;
    socket.removeAllListeners('message');
    socket.close();
  };
}

function overTcp({ address, port }: Upstream, query: Buffer, done: Done): () => void {
  const socket = connect({ host: address, port });
  const chunks: Buffer[] = [];
  let length = 0;
  socket.on('error', done);
  socket.on('close', () => done(new Error(`${address} closed the connection`)));
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    const all = Buffer.concat(chunks);
    if (length > tcpBytesMax + 2) done(new Error(`${address} sent more than a message`));
    if (all.length < 2 || all.length < 2 + all.readUInt16BE(0)) return;
    const packet = all.subarray(2, 2 + all.readUInt16BE(0));
    done(isAnswerTo(packet, query) ? packet : new Error(`${address} answered something else`));
  });
  const size = Buffer.alloc(2);
  size.writeUInt16BE(query.length);
  socket.write(Buffer.concat([size, query]));
  return () => {
    socket.removeAllListeners('close');
    socket.destroy();
  };
}
