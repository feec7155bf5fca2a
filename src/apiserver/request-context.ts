/** One request on its way through the API server: what the filters found out about it. */
import type { ApiRequest } from '../api/exchange.ts';
import type { User } from '../api/user.ts';

/** Mirrors apiserver endpoints/request RequestInfo. */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  /** Kubernetes' verb for resource requests (`get`, `list`, `watch`, `deletecollection`…), else the lower-case method. */
  readonly verb: string;
  /** `api` or `apis`; empty for other paths. */
  readonly apiPrefix: string;
  readonly group: string;
  readonly version: string;
  /** Empty: none was asked for. */
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
}

export interface RequestContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly user: User;
  /** Milliseconds since the epoch when the request came. */
  readonly now: number;
  /** Texts for `Warning: 299 - "…"` headers, in order; duplicates are dropped by the responder. */
  readonly warnings: string[];
}
