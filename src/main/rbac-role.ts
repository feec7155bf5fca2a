/** Role-based access control over a role's store: who may do what, and what keeps the roles as they should be. */
import type { Authorizer } from '../apiserver/authz/authorizer.ts';
import { bootstrapRoles } from '../apiserver/authz/bootstrap/bootstrap-roles.ts';
import { hasPolicyMark, setPolicyMark } from '../apiserver/authz/bootstrap/policy-mark.ts';
import { createRbacAuthorizer } from '../apiserver/authz/rbac-authorizer.ts';
import { RoleAggregation } from '../apiserver/authz/role-aggregation.ts';
import { rbacGroup } from '../apiserver/authz/role-entries.ts';
import { roleHooks } from '../apiserver/authz/role-hooks.ts';
import { RoleSource } from '../apiserver/authz/role-source.ts';
import { createWriteChecks, type WriteChecks } from '../apiserver/authz/write-checks.ts';
import type { GenericStore } from '../apiserver/registry/generic-store.ts';
import type { ResourceRegistry } from '../apiserver/registry/resource-registry.ts';
import type { WriteHooks } from '../apiserver/registry/write-context.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Store } from '../storage/store.ts';

export interface RbacParts {
  readonly store: Store;
  readonly resources: ResourceRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The registry over the store, once it is there: it needs the hooks. */
  readonly objects: () => GenericStore;
}

export interface ComposedRbac {
  readonly authorizer: Authorizer;
  readonly writeChecks: WriteChecks;
  /** Of the registry, by `group/resource`. */
  readonly hooks: Readonly<Record<string, WriteHooks>>;
  /** Brings the bootstrap roles into the store. To be called at each start, when the system's namespaces are there. */
  bootstrap(): Promise<void>;
}

export function composeRbac({ store, resources, clock, logger, objects }: RbacParts): ComposedRbac {
  const clusterRoles = resources.find(rbacGroup, 'v1', 'clusterroles');
  if (!clusterRoles) throw new Error('ClusterRoles are always served');
  const rewrite: GenericStore['rewrite'] = (...write) => objects().rewrite(...write);
  const aggregation = new RoleAggregation({
    objects: { rewrite },
    resources,
    clusterRoles,
    clock,
    logger,
  });
  const source: RoleSource = new RoleSource(store, logger, (index, changes) => aggregation.changed(index, changes));
  const authorizer = createRbacAuthorizer(source);
  return {
    authorizer,
    writeChecks: createWriteChecks(authorizer, source),
    hooks: roleHooks(source, aggregation, logger),
    async bootstrap() {
      if (await hasPolicyMark(store)) return;
      await bootstrapRoles({ store: objects(), resources, logger });
      await source.index();
      await aggregation.settled();
      await setPolicyMark(store);
    },
  };
}
