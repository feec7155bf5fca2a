/** What the server writes of its own accord, as upstream's does by a client that leads to itself. */
import type { KubeObject } from '../../../api/object.ts';
import type { GenericStore } from '../generic-store.ts';
import type { ResourceRegistry } from '../resource-registry.ts';
import type { StoredObject } from '../stored-object.ts';
import type { Target } from '../target.ts';
import { managedFieldsAfterUpdate } from './managed-fields.ts';
import { managedScope } from './scope.ts';

/**
 * Changes an object's status as it is when it is written, and notes that the server did. `change` gets a copy of its own, may be called
 * again, and may throw; `undefined`: nothing changes.
 *
 * @throws NotFound
 */
export function rewriteStatus(
  store: GenericStore,
  resources: ResourceRegistry,
  target: Target,
  dryRun: boolean,
  change: (current: KubeObject) => KubeObject | undefined,
): Promise<StoredObject> {
  const scope = managedScope(resources, target.resource, 'status');
  return store.rewrite(target, dryRun, (current) => {
    const next = change(current.decode());
    if (!next) return undefined;
    const update = { scope, live: current.decode(), next, manager: 'kube-apiserver', now: store.clock.now() };
    const managedFields = managedFieldsAfterUpdate(update);
    return { ...next, metadata: { ...next.metadata, ...(managedFields ? { managedFields } : {}) } };
  });
}
