/**
 * A client of one side's API: plain JSON in and out, unknown fields survive. Made over any {@link Exchange}: the network, or an API
 * server in the same process.
 */
import type { GroupVersionResource } from '../api/gvk.ts';
import type { KubeList, KubeObject } from '../api/object.ts';
import type { On, Side } from '../api/side.ts';

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  /** Ask for PartialObjectMetadata: nothing but kind and metadata comes. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

interface GetOptions {
  readonly resourceVersion?: string;
  /** Ask for PartialObjectMetadata: nothing but kind and metadata comes. */
  readonly metadataOnly?: boolean;
}

export interface WatchOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly allowWatchBookmarks?: boolean;
  /** The list comes as ADDED events, ended by a BOOKMARK with the annotation `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  /** Ask for PartialObjectMetadata: nothing but kind and metadata comes. */
  readonly metadataOnly?: boolean;
  readonly signal: AbortSignal;
}

export interface WatchEvent<S extends Side> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: On<S, KubeObject>;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

interface PatchOptions {
  readonly subresource?: string;
  /** Needed for `apply`. */
  readonly fieldManager?: string;
  /** `apply` takes fields over from other managers. */
  readonly force?: boolean;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/**
 * All methods reject with a `StatusError` (src/api/status.ts) for what the server answered with an error, and with a
 * `ConnectionError` when there was no answer.
 */
export interface ResourceClient<S extends Side> {
  get(name: string, options?: GetOptions): Promise<On<S, KubeObject>>;
  list(options?: ListOptions): Promise<KubeList<On<S, KubeObject>>>;
  /** Ends when the server ends it or `signal` aborts; rejects with a StatusError for an ERROR event (410 Gone: list anew). */
  watch(options: WatchOptions): AsyncIterable<WatchEvent<S>>;
  create(object: KubeObject, options?: { readonly dryRun?: boolean }): Promise<On<S, KubeObject>>;
  /** Replaces the whole; with `metadata.resourceVersion` only if it is still that. */
  update(object: KubeObject, options?: { readonly subresource?: string }): Promise<On<S, KubeObject>>;
  updateStatus(object: KubeObject): Promise<On<S, KubeObject>>;
  patch(name: string, type: PatchType, patch: unknown, options?: PatchOptions): Promise<On<S, KubeObject>>;
  delete(name: string, options?: DeleteOptions): Promise<void>;
  deleteCollection(list: ListOptions, options?: DeleteOptions): Promise<void>;
  /** POSTs to a subresource: `binding`, `eviction`, `token`. */
  createSubresource(name: string, subresource: string, object: KubeObject): Promise<On<S, KubeObject>>;
}

export interface Client<S extends Side> {
  readonly side: S;
  /** `namespace` absent: cluster-scoped, or all namespaces for list and watch. */
  resource(gvr: GroupVersionResource, namespace?: string): ResourceClient<S>;
  /** A GET of any path, parsed as JSON (discovery, /version). `accept`: when another form of JSON than the plain one is wanted. */
  getPath(path: string, options?: { readonly accept?: string }): Promise<unknown>;
}
