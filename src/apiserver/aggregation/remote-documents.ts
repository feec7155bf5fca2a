/** What this server itself asks extension servers for: small documents, in bounded time. */
import type { IncomingMessage } from 'node:http';
import type { User } from '../../api/user.ts';
import { parseJsonBytes } from '../../api/codec/parse-json.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { Clock } from '../../lib/clock.ts';
import { identityHeaders } from './proxy-headers.ts';
import type { RemoteService } from './remote-service.ts';
import type { ServiceResolver } from './service-resolver.ts';

export interface RemoteDocument {
  readonly url: string;
  readonly status: number;
  readonly etag: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface DocumentFetcher {
  /** `user`: as whom. Rejects when there is no whole answer. */
  fetch(remote: RemoteService, path: string, options: FetchOptions): Promise<RemoteDocument>;
}

export interface FetchOptions {
  readonly user: User;
  readonly accept?: string;
  readonly etag?: string;
  /** Of the answer; 0: its status is all that is wanted. Default: as much as any document may have. */
  readonly bytesMax?: number;
}

/** Whoever asks to find out whether the server is there is allowed everything. Mirrors kube-aggregator. */
export const aggregatorUser: User = { name: 'system:kube-aggregator', groups: ['system:masters'] };

const timeoutMs = 5_000;
const documentBytesMax = 8 * 1024 * 1024;

export function createDocumentFetcher(resolve: ServiceResolver, clock: Clock): DocumentFetcher {
  return {
    async fetch(remote, path, { user, accept = 'application/json', etag, bytesMax = documentBytesMax }) {
      const abort = new AbortController();
      const timer = clock.after(timeoutMs, () => abort.abort());
      const endpoint = await resolve(remote.service);
      const url = `https://${endpoint.name ?? endpoint.host}:${endpoint.port}${path}`;
      try {
        const answer = await remote.server.send({
          endpoint,
          method: 'GET',
          target: path,
          headers: {
            ...identityHeaders(user),
            accept,
            host: remote.serverName,
            'user-agent': 'kube-aggregator',
            ...(etag === undefined || etag === '' ? {} : { 'if-none-match': etag }),
          },
          body: new Uint8Array(),
          signal: abort.signal,
        });
        if (answer.kind === 'upgraded') {
          answer.connection.destroy();
          throw new Error('the protocol was switched unasked');
        }
        const { message } = answer;
        return {
          url,
          status: message.statusCode ?? 0,
          etag: message.headers.etag ?? '',
          contentType: message.headers['content-type'] ?? '',
          body: bytesMax > 0 ? await whole(message, bytesMax) : discarded(message),
        };
      } catch (error) {
        const text = abort.signal.aborted ? 'context deadline exceeded' : textOf(error);
        throw new Error(`failing or missing response from ${url}: Get "${url}": ${text}`, { cause: error });
      } finally {
        timer.cancel();
      }
    },
  };
}

/** @throws Error when it is no JSON object */
export function jsonOfDocument({ body }: RemoteDocument): JsonObject {
  const value = parseJsonBytes(body);
  if (!isJsonObject(value)) throw new Error('the document is no object');
  return value;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function discarded(message: IncomingMessage): Uint8Array {
  message.destroy();
  return new Uint8Array();
}

async function whole(message: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    // A stream of bytes gives buffers.
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > bytesMax) throw new Error(`the document is larger than ${bytesMax} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}
