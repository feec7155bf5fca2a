/** One HTTP/2 connection that sends requests and throws their answers away: as little work as possible beside the server that is measured. */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Connection } from './connection.ts';

export interface RawWatch {
  close(): void;
}

const newline = 10;
const windowBytes = 16 * 1024 * 1024;
const patienceMs = 60_000;

export class RawClient {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  static async connect(connection: Connection): Promise<RawClient> {
    const { server, certificateAuthority, clientCertificate, clientKey } = connection;
    const session = connect(server, {
      ca: certificateAuthority,
      cert: clientCertificate,
      key: clientKey,
      settings: { initialWindowSize: windowBytes, enablePush: false },
    });
    await new Promise<void>((resolve, reject) => {
      session.once('connect', () => resolve());
      session.once('error', reject);
    });
    session.setLocalWindowSize(windowBytes);
    return new RawClient(session);
  }

  /** Resolves when the whole answer has come. @throws Error when it is not a success */
  send(method: string, path: string, contentType?: string, body?: string): Promise<void> {
    const stream = this.#open(method, path, contentType);
    const done = new Promise<void>((resolve, reject) => {
      let status = 0;
      stream.once('response', (headers) => (status = headers[':status'] ?? 0));
      let failure = '';
      stream.on('data', (chunk: Buffer) => {
        if (status >= 300) failure += chunk.toString();
      });
      stream.once('end', () => {
        if (status < 300) resolve();
        else reject(new Error(`${method} ${path}: ${status} ${failure}`));
      });
      stream.once('error', reject);
      stream.setTimeout(patienceMs, () => stream.destroy(new Error(`${method} ${path}: no answer`)));
    });
    stream.end(body);
    return done;
  }

  /** Resolves when the watch stands; tells how many lines came. */
  watch(path: string, onLines: (count: number) => void): Promise<RawWatch> {
    const stream = this.#open('GET', path);
    stream.end();
    return new Promise((resolve, reject) => {
      stream.once('error', reject);
      stream.once('response', (headers) => {
        if (headers[':status'] !== 200) return reject(new Error(`watch ${path}: ${headers[':status'] ?? 'no status'}`));
        stream.on('data', (chunk: Buffer) => {
          let lines = 0;
          for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++;
          onLines(lines);
        });
        resolve({ close: () => stream.close(constants.NGHTTP2_CANCEL) });
      });
    });
  }

  close(): void {
    this.#session.destroy();
  }

  #open(method: string, path: string, contentType?: string): ClientHttp2Stream {
    return this.#session.request({
      ':method': method,
      ':path': path,
      accept: 'application/json',
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    });
  }
}
