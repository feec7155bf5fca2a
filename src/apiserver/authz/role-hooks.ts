/**
 * Who has the answer to a write of a role or binding is judged by it, and finds aggregated roles changed: so the answer waits until the
 * index has it, and aggregation is through. Where store and index are in one process there is nothing to wait for.
 */
import type { KubeObject } from '../../api/object.ts';
import type { Logger } from '../../lib/logger.ts';
import type { WriteHooks } from '../registry/write-context.ts';
import type { RoleAggregation } from './role-aggregation.ts';
import { rbacGroup, rbacResources, type RbacResource } from './role-entries.ts';
import type { RoleSource } from './role-source.ts';

/** By `group/resource`. */
export function roleHooks(
  source: RoleSource,
  aggregation: RoleAggregation,
  logger: Logger,
): Readonly<Record<string, WriteHooks>> {
  // Changes of ClusterRoles must be heard of.
  const listen = async (resource: RbacResource): Promise<void> => {
    if (resource === 'clusterroles') await source.index();
  };
  const follow = async (resource: RbacResource, { metadata }: Readonly<KubeObject>): Promise<void> => {
    const { namespace = '', name = '' } = metadata;
    try {
      await source.caughtUp(resource, namespace, name);
      if (resource === 'clusterroles') await aggregation.settled();
    } catch (error) {
      // It has been written all the same.
      logger.warn({ resource, namespace, name, err: error }, 'the index of roles did not hear of a write');
    }
  };
  const hooksOf = (resource: RbacResource): WriteHooks => ({
    async begin(object) {
      await listen(resource);
      return (written) => (written ? follow(resource, object) : Promise.resolve());
    },
    async deleted(object) {
      await listen(resource);
      await follow(resource, object);
    },
  });
  return Object.fromEntries(rbacResources.map((resource) => [`${rbacGroup}/${resource}`, hooksOf(resource)]));
}
