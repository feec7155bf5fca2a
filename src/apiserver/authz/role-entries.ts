/** Where roles and bindings are in the store, and reading all of them. */
import type { Entry, Store } from '../../storage/store.ts';
import { storagePrefixOf } from '../registry/storage-key.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

export type RbacResource = 'clusterroles' | 'roles' | 'clusterrolebindings' | 'rolebindings';

/** Roles before the bindings that name them. */
export const rbacResources: readonly RbacResource[] = ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings'];

/** Entries read at once. */
const pageLimit = 500;

export function rolePrefix(resource: RbacResource): string {
  return storagePrefixOf({ group: rbacGroup, resource });
}

/** Calls `take` with all entries, page by page, as they were at one revision, which it resolves with. */
export async function readRoleEntries(
  store: Store,
  resource: RbacResource,
  take: (entries: readonly Entry[]) => void,
): Promise<number> {
  const range = { prefix: rolePrefix(resource), limit: pageLimit };
  let page = await store.list(range);
  for (;;) {
    take(page.entries);
    const last = page.entries.at(-1);
    if (page.remaining === 0 || last === undefined) return page.revision;
    page = await store.list({ ...range, after: last.key, revision: page.revision });
  }
}
