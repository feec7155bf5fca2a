/** A request as it came over the wire, as an {@link ApiRequest}. */
import type { Readable } from 'node:stream';
import type { ApiRequest, ByteStream, Headers, Peer } from '../../api/exchange.ts';
import type { Serving } from './serving.ts';

interface IncomingHeaders {
  readonly byName: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Name, value, name, value… */
  readonly raw: readonly string[] | undefined;
}

/** What comes instead of a whole body. */
export interface IncomingRest {
  readonly bodyStream?: ByteStream;
  readonly upgrade?: string;
}

export class IncomingRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly rawHeaders: readonly string[] | undefined;
  readonly body: Uint8Array;
  readonly bodyStream: ByteStream | undefined;
  readonly upgrade: string | undefined;
  readonly peer: Peer;
  #abort: AbortController | undefined;
  #gone = false;

  constructor(
    method: string,
    target: string,
    headers: IncomingHeaders,
    body: Uint8Array,
    peer: Peer,
    rest: IncomingRest = {},
  ) {
    const question = target.indexOf('?');
    this.method = method;
    this.path = question < 0 ? target : target.slice(0, question);
    this.query = question < 0 ? '' : target.slice(question + 1);
    this.headers = headersOf(headers.byName);
    this.rawHeaders = repeatedHeaders(headers);
    this.body = body;
    this.bodyStream = rest.bodyStream;
    this.upgrade = rest.upgrade;
    this.peer = peer;
  }

  /** Made when first asked for: most requests never ask. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#gone) this.#abort.abort();
    return this.#abort.signal;
  }

  /** The client has gone. */
  abort(): void {
    this.#gone = true;
    this.#abort?.abort();
  }
}

/** Whether the request with this target is for another server. */
export function passesOn({ options }: Serving, target: string): boolean {
  return options.passesOn?.(target.split('?', 1)[0] ?? '') ?? false;
}

/** The body as it comes. Who stops reading doesn't end the connection, on which an answer may have to be written. */
export function bodyOf(source: Readable): ByteStream {
  return { [Symbol.asyncIterator]: () => source.iterator({ destroyOnReturn: false }) };
}

/** Drops pseudo-headers and what is not a text; joins what came several times. */
function headersOf(raw: IncomingHeaders['byName']): Headers {
  const headers: Record<string, string> = {};
  for (const name in raw) {
    if (name.startsWith(':')) continue;
    const value = raw[name];
    if (typeof value === 'string') headers[name] = value;
    else if (value !== undefined) headers[name] = value.join(', ');
  }
  return headers;
}

/** Watches keep their request for hours: what says nothing more than the joined headers is not kept. */
function repeatedHeaders({ byName, raw }: IncomingHeaders): readonly string[] | undefined {
  return raw !== undefined && raw.length > 2 * Object.keys(byName).length ? raw : undefined;
}
