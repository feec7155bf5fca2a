/** What quotas say is used, and how that changes. */
import type { KubeObject } from '../../api/object.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import { createClusterReader } from './cluster-reader.ts';
import { rewriteStatus } from '../registry/managed-fields/rewrite-status.ts';

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
      await rewriteStatus(store, resources, { resource, namespace, name }, false, change);
    },
  };
}
