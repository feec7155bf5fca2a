/** Brings the bootstrap roles and bindings into the store, at every start. Mirrors kubernetes pkg/registry/rbac/rest EnsureRBACPolicy. */
import type { KubeObject } from '../../../api/object.ts';
import { StatusError } from '../../../api/status.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { GenericStore } from '../../registry/generic-store.ts';
import { listObjects } from '../../registry/list-objects.ts';
import type { ResourceRegistry } from '../../registry/resource-registry.ts';
import { everything } from '../../registry/selection.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import type { StoredObject } from '../../registry/stored-object.ts';
import type { WriteAdmission, WriteContext } from '../../registry/write-context.ts';
import { privilegedGroup } from '../rbac-authorizer.ts';
import { rbacGroup } from '../role-source.ts';
import { TooManyRulesError } from '../rule-covers.ts';
import { bootstrapPolicy, type RbacResource } from './policy.ts';
import { reconciledBinding, reconciledRole, type Reconciliation } from './reconciled.ts';

export interface BootstrapRolesOptions {
  readonly store: GenericStore;
  readonly resources: ResourceRegistry;
  readonly logger: Logger;
}

const noAdmission: WriteAdmission = { mutate: () => Promise.resolve(), validate: () => Promise.resolve() };

/** Creates what is missing and completes what is there; the namespaces must be there. Writes nothing where nothing is missing. */
export async function bootstrapRoles(options: BootstrapRolesOptions): Promise<void> {
  for (const [plural, expected] of bootstrapPolicy()) {
    const resource = options.resources.find(rbacGroup, 'v1', plural);
    if (!resource) throw new Error(`${plural} are always served`);
    const stored = await storedObjects(options.store, resource, expected);
    // Together, so that they share a transaction.
    await Promise.all(
      expected.map((object) => ensure(options, plural, resource, object, stored.get(keyOf(object))?.object)),
    );
  }
}

/** Those of the namespaces that the policy is for. */
async function storedObjects(
  { store }: GenericStore,
  resource: ServedResource,
  expected: readonly KubeObject[],
): Promise<ReadonlyMap<string, StoredObject>> {
  const namespaces = new Set(expected.map(({ metadata }) => metadata.namespace ?? ''));
  const selection = { resource, selection: everything, limit: 0, continue: '' };
  const found = new Map<string, StoredObject>();
  for (const namespace of namespaces) {
    const query = { ...selection, namespace, resourceVersion: '', resourceVersionMatch: '' };
    const { items } = await listObjects(store, query);
    for (const item of items) found.set(keyOf(item.object), item);
  }
  return found;
}

function keyOf({ metadata }: Readonly<KubeObject>): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

async function ensure(
  options: BootstrapRolesOptions,
  plural: RbacResource,
  resource: ServedResource,
  expected: KubeObject,
  stored: Readonly<KubeObject> | undefined,
): Promise<void> {
  const { store, logger } = options;
  if (!stored) return create(store, resource, expected);
  const plan = (current: Readonly<KubeObject>): Reconciliation => {
    try {
      return plural.endsWith('bindings') ? reconciledBinding(current, expected) : reconciledRole(current, expected);
    } catch (error) {
      if (!(error instanceof TooManyRulesError)) throw error;
      logger.warn(
        { resource: plural, name: expected.metadata.name },
        'a bootstrap role is left as it is: it is too big',
      );
      return { action: 'none' };
    }
  };
  const { action } = plan(stored);
  if (action === 'none') return;
  const { name = '', namespace = '' } = expected.metadata;
  const target = { resource, namespace, name };
  logger.info({ resource: plural, namespace, name, action }, 'a bootstrap role or binding is repaired');
  if (action === 'recreate') {
    const current = await store.find(target);
    if (current && plan(current.object).action === 'recreate') await store.remove(target, current, false);
    return create(store, resource, expected);
  }
  await store.update({
    ...target,
    part: 'object',
    make(old) {
      const next = old ? plan(old.object) : undefined;
      return Promise.resolve(next?.action === 'update' ? next.object : (old?.decode() ?? structuredClone(expected)));
    },
    context: contextOf(store),
    admission: noAdmission,
  });
}

async function create(store: GenericStore, resource: ServedResource, expected: KubeObject): Promise<void> {
  const { namespace = '' } = expected.metadata;
  const object = structuredClone(expected);
  try {
    await store.create({ resource, namespace, object, context: contextOf(store), admission: noAdmission });
  } catch (error) {
    // Another replica was faster.
    if (!(error instanceof StatusError && error.status.reason === 'AlreadyExists')) throw error;
  }
}

function contextOf(store: GenericStore): WriteContext {
  return {
    user: { name: 'system:apiserver', groups: [privilegedGroup] },
    now: store.clock.now(),
    warnings: [],
    dryRun: false,
  };
}
