/** An HTTP/2 connection that sends what it is told, however wrong, and gives back what came. */
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import type { Connection } from '../bench/connection.ts';

export interface RawAnswer {
  /** 0: the stream ended without an answer. */
  readonly status: number;
  readonly body: string;
}

const patienceMs = 60_000;

export class RawCaller {
  readonly session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on('error', () => undefined);
  }

  static async connect(
    connection: Pick<Connection, 'server' | 'certificateAuthority'> & Partial<Connection>,
  ): Promise<RawCaller> {
    const { server, certificateAuthority, clientCertificate, clientKey } = connection;
    const session = connect(server, {
      ca: certificateAuthority,
      ...(clientCertificate === undefined ? {} : { cert: clientCertificate }),
      ...(clientKey === undefined ? {} : { key: clientKey }),
      settings: { initialWindowSize: 8 * 1024 * 1024, enablePush: false },
    });
    await new Promise<void>((resolve, reject) => {
      session.once('connect', () => resolve());
      session.once('error', reject);
    });
    return new RawCaller(session);
  }

  open(method: string, path: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
    const stream = this.session.request(
      { ':method': method, ':path': path, accept: 'application/json', ...headers },
      { endStream: false },
    );
    stream.on('error', () => undefined);
    return stream;
  }

  /** Never rejects: what becomes of the stream is the answer. */
  send(
    method: string,
    path: string,
    body?: string | Uint8Array,
    contentType = 'application/json',
    headers: OutgoingHttpHeaders = {},
  ): Promise<RawAnswer> {
    const stream = this.open(method, path, body === undefined ? headers : { 'content-type': contentType, ...headers });
    stream.end(body);
    return answerOf(stream);
  }

  create(path: string, object: unknown): Promise<RawAnswer> {
    return this.send('POST', path, JSON.stringify(object));
  }

  patch(path: string, kind: 'json' | 'merge' | 'strategic-merge', patch: unknown): Promise<RawAnswer> {
    return this.send(
      'PATCH',
      path,
      typeof patch === 'string' ? patch : JSON.stringify(patch),
      `application/${kind}-patch+json`,
    );
  }

  close(): void {
    this.session.destroy();
  }
}

export function answerOf(stream: ClientHttp2Stream): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let status = 0;
    const chunks: Buffer[] = [];
    stream.once('response', (headers) => (status = headers[':status'] ?? 0));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('close', () => resolve({ status, body: Buffer.concat(chunks).toString() }));
    stream.setTimeout(patienceMs, () => stream.close());
  });
}
