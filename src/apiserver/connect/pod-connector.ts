/**
 * Who can open a connection to what runs: the API server asks for it by its own objects, and doesn't know where they run. Declared here; where pods run
 * on a host, the syncer's side answers, and simulated nodes do for themselves.
 */
import type { Duplex } from 'node:stream';
import type { ByteStream } from '../../api/exchange.ts';
import type { KubeObject } from '../../api/object.ts';

/** What a connection leads to. Names have been looked up: the object is the one that is stored. */
export type ConnectTarget = ContainerTarget | ProxyTarget;

/** Into a container of a pod, by one of its subresources. */
export interface ContainerTarget {
  readonly subresource: 'log' | 'exec' | 'attach' | 'portforward';
  readonly pod: Readonly<KubeObject>;
  /** PodLogOptions, PodExecOptions…: decoded, validated, and nothing but them. Of a container that the pod has. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The same as a query. */
  readonly query: string;
}

/** To what a pod or a service serves. */
export interface ProxyTarget {
  readonly subresource: 'proxy';
  readonly resource: 'pods' | 'services';
  readonly object: Readonly<KubeObject>;
  /** Empty: not said. */
  readonly scheme: '' | 'http' | 'https';
  /** A number, or the name of a service's port; empty: not said. */
  readonly port: string;
  /** Percent-encoded, from its first slash; without `.` and `..`. Empty: none was asked for. */
  readonly path: string;
  /** As it was asked with; may be empty. */
  readonly query: string;
  /** Where the client sees the root of what is proxied, without a slash at its end. */
  readonly root: string;
}

export interface ConnectRequest {
  readonly method: string;
  /** What goes on, and no more: nothing of them is a credential. With `connection: Upgrade` where the protocol is to be switched. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array | ByteStream;
  /** Ends everything, whatever stage it is at. */
  readonly signal: AbortSignal;
}

export type ConnectAnswer =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | readonly string[]>>;
      readonly body: Uint8Array | ByteStream;
    }
  /** The protocol was switched; bytes that came early can be read from the connection. */
  | {
      readonly kind: 'upgraded';
      readonly headers: Readonly<Record<string, string | readonly string[]>>;
      readonly connection: Duplex;
    }
  /** There is no protocol yet: the API server speaks it with the client. */
  | { readonly kind: 'process'; readonly process: RemoteProcess };

/** A program in a container, with which a client talks. */
export interface RemoteProcess {
  /**
   * Runs until the program ends or `signal` aborts. Resolves with its exit code, or with what went wrong before it ran.
   */
  run(streams: ProcessStreams, signal: AbortSignal): Promise<ProcessEnd>;
}

export interface ProcessStreams {
  /** Ends when the client ends it. */
  readonly stdin: ByteStream;
  /** Resolve when there is room for more. */
  stdout(bytes: Uint8Array): Promise<void>;
  stderr(bytes: Uint8Array): Promise<void>;
}

export type ProcessEnd =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'failed'; readonly message: string };

export interface PodConnector {
  /** @throws StatusError in the words of the API server's own objects */
  connect(target: ConnectTarget, request: ConnectRequest): Promise<ConnectAnswer>;
}
