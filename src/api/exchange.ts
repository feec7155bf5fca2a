/**
 * One HTTP exchange as values. An API server *is* an {@link Exchange} function, and a client needs nothing but one: over
 * the network (`client/http`), or straight into an API server in the same process. So the two sides meet here.
 */
import type { Duplex } from 'node:stream';
import type { User } from './user.ts';

/** Header names are lower case; repeated request headers are joined by `, `. */
export type Headers = Readonly<Record<string, string>>;

/** What the connection itself proves of the caller. */
export interface Peer {
  readonly address?: string;
  /** The client certificate that the TLS layer verified against the client CA, DER. */
  readonly certificate?: Uint8Array;
  /** What else the client sent with it, DER. */
  readonly intermediates?: readonly Uint8Array[];
  /** Why the certificate that the client presented is not trusted; there is no `certificate` then. */
  readonly certificateError?: string;
}

export interface ApiRequest {
  readonly method: string;
  /** Path with its percent-encoding, without the query: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  /** Without the question mark; may be empty. */
  readonly query: string;
  readonly headers: Headers;
  /** Name, value, name, value…, as they came over the wire; absent: no header came twice. See `header-values.ts`. */
  readonly rawHeaders?: readonly string[] | undefined;
  /** The whole body (the listener has enforced the size limit); empty where there is none. */
  readonly body: Uint8Array;
  /** The body as it comes, however large; `body` is empty then. Only where the listener was told that it is wanted so. */
  readonly bodyStream?: ByteStream | undefined;
  /** What the client offers to switch to (`websocket`, `SPDY/3.1`) on a connection that can be switched. */
  readonly upgrade?: string | undefined;
  readonly peer?: Peer;
  /** An identity that needs no proof: set by callers in the same process only, never from the wire. */
  readonly user?: User;
  /** Aborts when the caller has gone; ends watches. */
  readonly signal: AbortSignal;
}

/**
 * A body that comes over time (watch). The consumer pulls; the producer's queue is bounded, and it ends the stream when the
 * consumer is too slow. A consumer that stops early calls `return()`, as `for await` does.
 */
export type ByteStream = AsyncIterable<Uint8Array>;

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array | ByteStream;
  /**
   * With status 101, to a request that has `upgrade`: called once when the client was told, with what is now a raw connection (bytes that
   * came early included). Whoever has it must handle its errors; it is ended when the listener stops. Callers in the same process ignore it.
   */
  readonly upgrade?: (connection: Duplex) => void;
}

/** Never rejects for what a client did wrong: that is a response. Rejects when the exchange itself failed (no connection, aborted). */
export type Exchange = (request: ApiRequest) => Promise<ApiResponse>;
