/** HTTP/1.1 with kept connections: for servers and proxies that don't speak HTTP/2. */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ApiRequest, ApiResponse, ByteStream } from '../api/exchange.ts';
import { ConnectionError, connectionError } from './connection-error.ts';
import { isEndless, plainHeaders, type HttpLimits } from './http2-pool.ts';
import { PauseLimit } from './pause-limit.ts';
import { hostOf, portOf, tlsOptions, type TlsCredentials } from './tls-connection.ts';

export class Http1Pool {
  readonly #server: URL;
  readonly #credentials: TlsCredentials;
  readonly #limits: HttpLimits;
  #agent: HttpAgent | undefined;

  constructor(server: URL, credentials: TlsCredentials, limits: HttpLimits) {
    this.#server = server;
    this.#credentials = credentials;
    this.#limits = limits;
  }

  send(request: ApiRequest, path: string, headers: Record<string, string>): Promise<ApiResponse> {
    return new Promise((resolve, reject) => {
      if (request.signal.aborted) return reject(new ConnectionError('aborted'));
      const { clock, responseTimeoutMs } = this.#limits;
      const outgoing = this.#request(request, path, headers);
      const timeout = clock.after(responseTimeoutMs, () =>
        outgoing.destroy(new ConnectionError(`no answer within ${responseTimeoutMs} ms`)),
      );
      const abort = (): void => {
        outgoing.destroy();
        reject(new ConnectionError('aborted', { cause: request.signal.reason }));
      };
      request.signal.addEventListener('abort', abort, { once: true });
      outgoing.on('close', () => {
        timeout.cancel();
        request.signal.removeEventListener('abort', abort);
      });
      outgoing.on('error', (error) => reject(connectionError('the connection failed', error)));
      outgoing.on('response', (answer) => {
        timeout.cancel();
        resolve({
          status: answer.statusCode ?? 0,
          headers: plainHeaders(answer.headers),
          body: this.#body(answer, outgoing, request),
        });
      });
      outgoing.end(request.body);
    });
  }

  close(): void {
    this.#agent?.destroy();
  }

  #request(request: ApiRequest, path: string, headers: Record<string, string>): ClientRequest {
    const options = { method: request.method, path, headers: { ...headers, 'content-length': request.body.length } };
    if (this.#server.protocol === 'http:') {
      this.#agent ??= new HttpAgent({ keepAlive: true });
      return httpRequest({ ...options, host: hostOf(this.#server), port: portOf(this.#server), agent: this.#agent });
    }
    // The agent keeps connections apart by their certificates.
    this.#agent ??= new HttpsAgent({ keepAlive: true });
    return httpsRequest({ ...tlsOptions(this.#server, this.#credentials), ...options, agent: this.#agent });
  }

  async *#body(answer: IncomingMessage, outgoing: ClientRequest, request: ApiRequest): ByteStream {
    const pause = isEndless(request) ? undefined : new PauseLimit(this.#limits, (error) => outgoing.destroy(error));
    try {
      pause?.heard();
      for await (const chunk of answer as AsyncIterable<Uint8Array>) {
        yield chunk;
        pause?.heard();
      }
    } catch (error) {
      throw connectionError('the connection failed', error);
    } finally {
      pause?.stop();
      if (!answer.complete) outgoing.destroy();
    }
  }
}
