/** The group metrics.k8s.io of a role that can tell what pods and nodes use. */
import type { UsageReader } from '../api/usage.ts';
import type { ResourceCatalog } from '../apiserver/discovery/resource-catalog.ts';
import type { ResourceRegistry } from '../apiserver/registry/resource-registry.ts';
import { nodeProxy } from '../apiserver/usage/node-proxy.ts';
import { usageFacts, usageResource } from '../apiserver/usage/usage-resource.ts';
import { usageVerbs } from '../apiserver/usage/usage-verbs.ts';
import type { SubresourceHandlers } from '../apiserver/verbs/subresources.ts';

export interface ComposedUsage {
  readonly verbs: SubresourceHandlers;
  /** What a node tells of its pods. */
  readonly subresources: SubresourceHandlers;
}

/** Its resources are served from now on; absent `usage`: nothing is. */
export function composeUsage(
  usage: UsageReader | undefined,
  resources: ResourceRegistry,
  catalog: ResourceCatalog,
): ComposedUsage {
  if (!usage) return { verbs: {}, subresources: {} };
  for (const measured of ['pods', 'nodes'] as const) resources.add(usageResource(measured));
  catalog.standIn([usageFacts('pods'), usageFacts('nodes')]);
  return { verbs: usageVerbs(usage), subresources: { '/nodes/proxy': { connect: nodeProxy(usage) } } };
}
