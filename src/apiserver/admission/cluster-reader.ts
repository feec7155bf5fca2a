/** What admission plugins look up. */
import type { KubeObject } from '../../api/object.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import { listObjects } from '../registry/list-objects.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import { everything } from '../registry/selection.ts';
import type { ServedResource } from '../registry/served-resource.ts';

export interface ClusterReader {
  /** `undefined`: there is none. Read only. */
  find(group: string, resource: string, namespace: string, name: string): Promise<Readonly<KubeObject> | undefined>;
  list(group: string, resource: string, namespace: string): Promise<readonly Readonly<KubeObject>[]>;
}

/** Over the stored form (version v1 of everything that plugins ask for). */
export function createClusterReader(store: GenericStore, resources: ResourceRegistry): ClusterReader {
  return {
    async find(group, plural, namespace, name) {
      return (await store.find({ resource: resource(group, plural), namespace, name }))?.object;
    },
    async list(group, plural, namespace) {
      const { items } = await listObjects(store.store, {
        resource: resource(group, plural),
        namespace,
        selection: everything,
        limit: 0,
        continue: '',
        resourceVersion: '',
        resourceVersionMatch: '',
      });
      return items.map(({ object }) => object);
    },
  };

  function resource(group: string, plural: string): ServedResource {
    const found = resources.find(group, 'v1', plural);
    if (!found) throw new Error(`${plural} are always served`);
    return found;
  }
}
