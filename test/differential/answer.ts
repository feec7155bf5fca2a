/** One request, as it goes over the wire to a server, and the answer as it came. Over HTTP/2, where a refused body breaks no connection. */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';

export interface Wire {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
  /** Read so many lines, then hang up. */
  readonly lines: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Credentials {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

const answerTimeoutMs = 30_000;
/** How long a watch is listened to when it sends fewer events than expected. */
const watchTimeoutMs = 3_000;

/** One connection to one server, as one client. It is opened when first needed. */
export class Connection {
  readonly #server: string;
  readonly #credentials: Credentials;
  #session: ClientHttp2Session | undefined;

  constructor(server: string, credentials: Credentials) {
    this.#server = server;
    this.#credentials = credentials;
  }

  /** Rejects when there is no answer. */
  send(wire: Wire): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const stream = this.#open().request(
      { ':method': wire.method, ':path': wire.path, ...wire.headers },
      { endStream: false },
    );
    const chunks: Buffer[] = [];
    let head: IncomingHttpHeaders | undefined;
    const finish = (problem: string): void => {
      clearTimeout(timer);
      if (!head) return reject(new Error(`${wire.method} ${wire.path.slice(0, 200)}: ${problem}`));
      const body = firstLines(Buffer.concat(chunks), wire.lines);
      resolve({ status: Number(head[constants.HTTP2_HEADER_STATUS]), headers: head, body });
    };
    const timer = setTimeout(
      () => endStream(stream, () => finish('no answer in time')),
      wire.lines === undefined ? answerTimeoutMs : watchTimeoutMs,
    );
    let lines = 0;
    stream.once('response', (headers) => (head = headers));
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      lines += chunk.filter((byte) => byte === 0x0a).length;
      if (wire.lines !== undefined && lines >= wire.lines) stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on('error', () => undefined);
    stream.once('close', () => finish(`stream closed with code ${stream.rstCode}`));
    stream.end(wire.body);
    return promise;
  }

  close(): void {
    this.#session?.destroy();
  }

  #open(): ClientHttp2Session {
    if (!this.#session || this.#session.closed || this.#session.destroyed) {
      this.#session = connect(this.#server, {
        ...this.#credentials,
        maxSessionMemory: 1000,
        settings: { initialWindowSize: 16 * 1024 * 1024 },
      });
      // Each request under way tells its own failure.
      this.#session.on('error', () => undefined);
    }
    return this.#session;
  }
}

/** How many more came along with them is chance. */
function firstLines(body: Buffer, count: number | undefined): Buffer {
  let end = 0;
  for (let lines = 0; lines < (count ?? 0); lines++) {
    const newline = body.indexOf(0x0a, end);
    if (newline < 0) return body;
    end = newline + 1;
  }
  return count === undefined ? body : body.subarray(0, end);
}

function endStream(stream: ClientHttp2Stream, then: () => void): void {
  stream.close(constants.NGHTTP2_CANCEL);
  then();
}
