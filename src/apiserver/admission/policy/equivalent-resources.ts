/** Other versions of the same objects: those that are stored in one place. Mirrors apiserver runtime EquivalentResourceMapper. */
import type { ResourceCatalog } from '../../discovery/resource-catalog.ts';
import type { ResourceRegistry } from '../../registry/resource-registry.ts';
import type { ServedResource } from '../../registry/served-resource.ts';

/** The only ones that two groups share. */
const eventGroups: readonly string[] = ['', 'events.k8s.io'];

/** With the resource itself. */
export function equivalentResources(
  catalog: ResourceCatalog,
  resources: ResourceRegistry,
  { gr, storagePrefix }: ServedResource,
): readonly ServedResource[] {
  const isEvents = gr.resource === 'events' && eventGroups.includes(gr.group);
  return (isEvents ? eventGroups : [gr.group]).flatMap((group) =>
    (catalog.group(group)?.versions ?? []).flatMap(({ version }) => {
      const found = resources.find(group, version, gr.resource);
      return found?.storagePrefix === storagePrefix ? [found] : [];
    }),
  );
}
