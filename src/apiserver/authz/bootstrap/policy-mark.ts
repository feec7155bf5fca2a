/**
 * Remembers that the store has the whole policy, so that a start that finds nothing changed has next to nothing to do. The mark says
 * which policy it was and which revisions all roles and bindings had: any write to any of them since, by anybody, makes it worthless.
 */
import { createHash } from 'node:crypto';
import type { Store } from '../../../storage/store.ts';
import { rbacResources, readRoleEntries } from '../role-entries.ts';
import { bindings } from './bindings.ts';
import { clusterRoles } from './cluster-roles.ts';
import { controllerRoles } from './controller-roles.ts';
import { namespacedRoles } from './namespaced-roles.ts';

/** Beside what upstream keeps, where it doesn't look. */
const markKey = '/sublet/rbac-policy';
/** To be raised when the policy becomes other objects from the same texts. */
const policyForm = 1;

export async function hasPolicyMark(store: Store): Promise<boolean> {
  const mark = await store.get(markKey);
  return mark !== undefined && Buffer.from(mark.value).toString() === (await currentMark(store));
}

/** To be called when the policy is whole, and nobody else writes. */
export async function setPolicyMark(store: Store): Promise<void> {
  const [mark, old] = [await currentMark(store), await store.get(markKey)];
  // Another replica may have been faster: then its mark stands.
  await store.write({ key: markKey, value: Buffer.from(mark), expected: old?.revision ?? 0 });
}

async function currentMark(store: Store): Promise<string> {
  const hash = createHash('sha256').update(
    JSON.stringify([policyForm, clusterRoles, controllerRoles, namespacedRoles, bindings]),
  );
  for (const resource of rbacResources) {
    await readRoleEntries(store, resource, (entries) => {
      for (const { key, revision } of entries) hash.update(`${key}@${revision}\n`);
    });
  }
  return hash.digest('hex');
}
