/** What a role's API server answers about its health, by upstream's names, which monitoring knows. */
import type { HealthCheck } from '../apiserver/health/health.ts';
import type { Store } from '../storage/store.ts';

/** Whether what a cluster has from its first second is there. */
export interface Startup {
  finished: boolean;
}

/** Upstream's hooks after its start, as far as they are about something that is here too. */
const hooks = [
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
];

const everywhere = ['healthz', 'livez', 'readyz'] as const;

export function healthChecks(store: Store, startup: Startup): readonly HealthCheck[] {
  const started = (): string | undefined => (startup.finished ? undefined : 'not finished');
  return [
    { name: 'log', in: everywhere, check: () => undefined },
    { ...storeCheck(store), name: 'etcd', in: everywhere },
    { ...storeCheck(store), name: 'etcd-readiness', in: ['readyz'] },
    { name: 'informer-sync', in: ['readyz'], check: started },
    ...hooks.map((hook): HealthCheck => ({ name: `poststarthook/${hook}`, in: everywhere, check: started })),
  ];
}

/** Whether the store can be read. */
export function storeCheck(store: Store): Pick<HealthCheck, 'check'> {
  return {
    async check() {
      try {
        await store.revision();
        return undefined;
      } catch (error) {
        return `the store can't be read: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
  };
}
