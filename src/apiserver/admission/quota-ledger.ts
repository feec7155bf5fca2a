/** What quotas say is used, and how that changes. */
import type { KubeObject } from '../../api/object.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import { createClusterReader } from './cluster-reader.ts';
import { managedFieldsAfterUpdate } from '../registry/managed-fields/managed-fields.ts';
import { managedScope } from '../registry/managed-fields/scope.ts';

export interface QuotaLedger {
  quotas(namespace: string): Promise<readonly Readonly<KubeObject>[]>;
  /** Changes the quota as it is when it is written: `change` may be called again, and may throw. `undefined`: nothing changes. */
  charge(quota: Readonly<KubeObject>, change: (current: KubeObject) => KubeObject | undefined): Promise<void>;
}

export function createQuotaLedger(store: GenericStore, resources: ResourceRegistry): QuotaLedger {
  const cluster = createClusterReader(store, resources);
  return {
    quotas: (namespace) => cluster.list('', 'resourcequotas', namespace),
    async charge({ metadata: { namespace = '', name = '' } }, change) {
      const resource = resources.find('', 'v1', 'resourcequotas');
      if (!resource) throw new Error('resourcequotas are always served');
      const scope = managedScope(resources, resource, 'status');
      await store.rewrite({ resource, namespace, name }, false, (current) => {
        const next = change(current.decode());
        if (!next) return undefined;
        const update = { scope, live: current.decode(), next, manager: 'kube-apiserver', now: store.clock.now() };
        const managedFields = managedFieldsAfterUpdate(update);
        return { ...next, metadata: { ...next.metadata, ...(managedFields ? { managedFields } : {}) } };
      });
    },
  };
}
