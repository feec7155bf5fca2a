/**
 * Brings the bootstrap roles and bindings into the store, at every start. Mirrors kubernetes pkg/registry/rbac/rest EnsureRBACPolicy.
 *
 * What is not there at all is written as it stands in the policy, past the registry: a hundred and thirty objects are half of a first
 * start's work otherwise. A test holds them to what the registry would have made of them.
 */
import { encodeForStorage } from '../../../api/resource-version.ts';
import type { KubeObject } from '../../../api/object.ts';
import { timestamp } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Entry } from '../../../storage/store.ts';
import type { GenericStore } from '../../registry/generic-store.ts';
import type { ResourceRegistry } from '../../registry/resource-registry.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import { storageKey } from '../../registry/storage-key.ts';
import { storedObjectOf } from '../../registry/stored-form.ts';
import type { WriteAdmission } from '../../registry/write-context.ts';
import { privilegedGroup } from '../rbac-authorizer.ts';
import { rbacGroup, readRoleEntries, rolePrefix, type RbacResource } from '../role-entries.ts';
import { TooManyRulesError } from '../rule-covers.ts';
import { bootstrapPolicy } from './policy.ts';
import { withManagedFields } from './policy-managed-fields.ts';
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
    const stored = new Map<string, Entry>();
    await readRoleEntries(options.store.store, plural, (entries) => {
      for (const entry of entries) stored.set(entry.key, entry);
    });
    // Together, so that they share a transaction.
    await Promise.all(
      expected.map((object) => {
        const key = keyOf(plural, object);
        const entry = stored.get(key);
        return entry ? repair(options, plural, object, entry) : create(options.store, key, object);
      }),
    );
  }
}

function keyOf(plural: RbacResource, { metadata }: Readonly<KubeObject>): string {
  return storageKey(rolePrefix(plural), metadata.namespace ?? '', metadata.name ?? '');
}

async function create({ store, clock, random }: GenericStore, key: string, expected: KubeObject): Promise<void> {
  const now = timestamp(clock.now());
  const value = encodeForStorage(withManagedFields(expected, random.uuid(), now));
  // Where another replica was faster, its object stands.
  await store.write({ key, value, expected: 0 });
}

async function repair(
  { store, resources, logger }: BootstrapRolesOptions,
  plural: RbacResource,
  expected: KubeObject,
  entry: Entry,
): Promise<void> {
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
  const { action } = plan(storedObjectOf(entry).object);
  if (action === 'none') return;
  const { name = '', namespace = '' } = expected.metadata;
  const target = { resource: servedResource(resources, plural), namespace, name };
  logger.info({ resource: plural, namespace, name, action }, 'a bootstrap role or binding is repaired');
  if (action === 'recreate') {
    await store.remove(target, storedObjectOf(entry), false);
    return create(store, entry.key, expected);
  }
  await store.update({
    ...target,
    part: 'object',
    make(old) {
      const next = old && plan(old.object);
      return Promise.resolve(next?.action === 'update' ? next.object : (old?.decode() ?? structuredClone(expected)));
    },
    context: {
      user: { name: 'system:apiserver', groups: [privilegedGroup] },
      now: store.clock.now(),
      warnings: [],
      dryRun: false,
    },
    admission: noAdmission,
  });
}

function servedResource(resources: ResourceRegistry, plural: RbacResource): ServedResource {
  const resource = resources.find(rbacGroup, 'v1', plural);
  if (!resource) throw new Error(`${plural} are always served`);
  return resource;
}
