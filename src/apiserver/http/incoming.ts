/** A request as it came over the wire, as an {@link ApiRequest}. */
import type { ApiRequest, Headers, Peer } from '../../api/exchange.ts';

export class IncomingRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly peer: Peer;
  #abort: AbortController | undefined;
  #gone = false;

  constructor(method: string, target: string, headers: Headers, body: Uint8Array, peer: Peer) {
    const question = target.indexOf('?');
    this.method = method;
    this.path = question < 0 ? target : target.slice(0, question);
    this.query = question < 0 ? '' : target.slice(question + 1);
    this.headers = headers;
    this.body = body;
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

/** Drops pseudo-headers and what is not a text; joins what came several times. */
export function headersOf(raw: Readonly<Record<string, string | readonly string[] | undefined>>): Headers {
  const headers: Record<string, string> = {};
  for (const name in raw) {
    if (name.startsWith(':')) continue;
    const value = raw[name];
    if (typeof value === 'string') headers[name] = value;
    else if (value !== undefined) headers[name] = value.join(', ');
  }
  return headers;
}
