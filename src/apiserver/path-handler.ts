/** What answers paths that are no resources: discovery, health, version, OpenAPI, metrics. */
import type { ApiResponse } from '../api/exchange.ts';
import type { RequestContext } from './request-context.ts';

export interface PathHandler {
  /** Exact paths; `/` in front, none at the end. Listed at the root. */
  readonly paths: readonly string[];
  /** Everything below these too; they end in a slash. */
  readonly prefixes?: readonly string[];
  /** May throw StatusErrors. `undefined`: there is no such path. */
  handle(context: RequestContext): ApiResponse | undefined | Promise<ApiResponse | undefined>;
}
