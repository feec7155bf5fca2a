/** What rights a cluster begins with. */
import { rbacPath, type Loose } from '../../attack/cluster.ts';
import type { Side } from './upstream-cluster.ts';

export const rbacResources = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'] as const;

/** As {@link bootstrapObjects}, without who manages their fields: for the golden files. */
export async function unmanagedObjects(side: Side, plural: (typeof rbacResources)[number]): Promise<Loose[]> {
  const objects = await bootstrapObjects(side, plural);
  return objects.map(({ metadata: { managedFields: _managed, ...metadata }, ...rest }) => ({ metadata, ...rest }));
}

/** All of a kind, in the order of a list, without what each server makes up by itself. */
export async function bootstrapObjects(side: Side, plural: (typeof rbacResources)[number]): Promise<Loose[]> {
  const { body } = await side.call('root', 'GET', `${rbacPath}/${plural}`);
  return body.items.map(({ metadata, ...rest }: Loose) => {
    const { uid: _uid, resourceVersion: _version, creationTimestamp: _time, managedFields, ...kept } = metadata;
    const managed = managedFields.map(({ time: _at, ...entry }: Loose) => entry);
    return { metadata: { ...kept, managedFields: managed }, ...rest };
  });
}
