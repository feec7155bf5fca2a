/** Writes response bodies: whole ones at once (compressed where asked), streams with back-pressure. */
import type { Writable } from 'node:stream';
import { gzip } from 'node:zlib';
import type { ApiResponse, ByteStream, Headers } from '../../api/exchange.ts';

export function isStream(body: Uint8Array | ByteStream): body is ByteStream {
  return !(body instanceof Uint8Array);
}

/** Mirrors apiserver responsewriters: gzip at level 1, only for large answers. Resolves with the response to write. */
export async function compressed(
  response: ApiResponse,
  requestHeaders: Headers,
  bytesMin: number,
): Promise<ApiResponse> {
  const { body, headers } = response;
  if (isStream(body) || body.length <= bytesMin) return response;
  if (headers['content-encoding'] !== undefined || !takesGzip(requestHeaders['accept-encoding'])) return response;
  const small = await new Promise<Uint8Array>((resolve, reject) => {
    gzip(body, { level: 1 }, (error, result) => (error ? reject(error) : resolve(result)));
  });
  return { ...response, body: small, headers: { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' } };
}

function takesGzip(header: string | undefined): boolean {
  return header !== undefined && header.split(',').some((token) => token.trim() === 'gzip');
}

/**
 * Ends `target` when the stream ends, `stopped` aborts or the client has gone; the stream is told to stop in the latter cases. A
 * stream that fails destroys `target`: the client must not take what came for the whole. Rejects then, with what the stream said.
 */
export async function pipeStream(source: ByteStream, target: Writable, stopped: AbortSignal): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    target.end();
    // A pending `next` resolves by it, or by the request's signal.
    void iterator.return?.().catch(() => undefined);
  };
  stopped.addEventListener('abort', end, { once: true });
  target.once('close', end);
  if (stopped.aborted || target.destroyed) end();
  try {
    for (;;) {
      if (over) break;
      const next = await iterator.next();
      if (next.done === true || over) break;
      if (!target.write(next.value)) await drained(target);
    }
  } catch (error) {
    target.destroy();
    throw error;
  } finally {
    stopped.removeEventListener('abort', end);
    target.removeListener('close', end);
    end();
  }
}

function drained(target: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.removeListener('drain', done);
      target.removeListener('close', done);
      resolve();
    };
    target.once('drain', done);
    target.once('close', done);
    if (target.destroyed) done();
  });
}
