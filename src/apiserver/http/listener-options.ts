/** What a listener needs, and its limits. */
import type { Exchange } from '../../api/exchange.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';

/** All PEM. */
export interface ListenerCredentials {
  readonly certificate: string;
  readonly key: string;
  /** Who signs client certificates; several may stand in one text. */
  readonly clientAuthority: string;
  /** Who signs certificates of front proxies. */
  readonly proxyAuthority?: string;
}

export interface ListenerLimits {
  /** Upstream's limit of request bodies. */
  readonly bodyBytesMax: number;
  /** A whole body must have come by then. */
  readonly bodyTimeoutMs: number;
  /** Request line and headers, of either HTTP version. */
  readonly headerBytesMax: number;
  readonly headersTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** Connections that carry nothing are closed after it. Above 90 s: Go's clients keep theirs so long. */
  readonly idleTimeoutMs: number;
  readonly connectionsMax: number;
  readonly streamsPerConnectionMax: number;
  /** How long a stop waits for requests under way. */
  readonly stopTimeoutMs: number;
  /** Large answers that wait to be read by slow clients, all together. */
  readonly unreadBytesMax: number;
  /** A whole answer must have been taken by then. */
  readonly unreadTimeoutMs: number;
  /** Whole answers above it are compressed where the client takes gzip. */
  readonly gzipBytesMin: number;
  /** Connections that were switched to another protocol and are still open. */
  readonly upgradedMax: number;
}

export const defaultListenerLimits: ListenerLimits = {
  bodyBytesMax: 3 * 1024 * 1024,
  bodyTimeoutMs: 30_000,
  headerBytesMax: 64 * 1024,
  headersTimeoutMs: 30_000,
  handshakeTimeoutMs: 10_000,
  idleTimeoutMs: 120_000,
  connectionsMax: 10_000,
  streamsPerConnectionMax: 250,
  stopTimeoutMs: 10_000,
  unreadBytesMax: 128 * 1024 * 1024,
  unreadTimeoutMs: 60_000,
  gzipBytesMin: 128 * 1024,
  upgradedMax: 2_000,
};

export interface ListenerOptions {
  readonly exchange: Exchange;
  /** Whether a request is passed on to another server: its body is handed over as it comes then, without limit. Default: none is. */
  readonly passesOn?: (path: string) => boolean;
  readonly credentials: ListenerCredentials;
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** 0: any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<ListenerLimits>;
}
