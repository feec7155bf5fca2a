/** The aggregation layer of a role. */
import { readFileSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { Aggregator } from '../apiserver/aggregation/aggregator.ts';
import { mayDial } from '../apiserver/aggregation/dial-policy.ts';
import type { FrontProxyCredentials } from '../apiserver/aggregation/extension-server.ts';
import type { ResourceCatalog } from '../apiserver/discovery/resource-catalog.ts';
import type { GenericStore } from '../apiserver/registry/generic-store.ts';
import type { ResourceRegistry } from '../apiserver/registry/resource-registry.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { ServerConfig } from './role-config.ts';

export interface AggregationParts {
  /** With what extension servers are called; absent: they are not told who asks in a way that they could believe. */
  readonly frontProxy?: FrontProxyCredentials | undefined;
  /** Which addresses may be dialled; by default none of this machine. */
  readonly mayDial?: (address: string) => boolean;
}

export function composeAggregation(
  parts: AggregationParts,
  common: { readonly clock: Clock; readonly logger: Logger },
  objects: GenericStore,
  resources: ResourceRegistry,
  catalog: ResourceCatalog,
): Aggregator {
  return new Aggregator({
    ...common,
    objects,
    resources,
    catalog,
    frontProxy: parts.frontProxy,
    lookup: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
    mayDial: parts.mayDial ?? mayDial,
  });
}

/** As the role's configuration says. */
export function aggregationOf({ frontProxyCertificate, frontProxyKey }: ServerConfig): AggregationParts {
  if (frontProxyCertificate === undefined || frontProxyKey === undefined) return {};
  return {
    frontProxy: { certificate: readFileSync(frontProxyCertificate, 'utf8'), key: readFileSync(frontProxyKey, 'utf8') },
  };
}
