/**
 * Keeps a {@link RoleIndex} equal to the store: read whole when it is first needed, then kept by watches.
 *
 * The argument: watches begin before the lists, so nothing falls in between; what a list has shown already is told by its revision. A
 * watch hears of a write before its writer does: whoever has the answer to a write is judged by it.
 */
import { parseJsonBytes } from '../../api/codec/parse-json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Store, StoreEvent, StoreWatch } from '../../storage/store.ts';
import { storageKey } from '../registry/storage-key.ts';
import { rbacResources, readRoleEntries, rolePrefix, type RbacResource } from './role-entries.ts';
import { RoleIndex } from './role-index.ts';
import { bindingOf, roleOf, type Role } from './stored-role.ts';

/** One that came, went, or changed. */
export interface ClusterRoleChange {
  readonly before: Role | undefined;
  readonly after: Role | undefined;
}

/** Told after the index has them. Must not throw. */
export type OnClusterRoles = (index: RoleIndex, changes: readonly ClusterRoleChange[]) => void;

interface Change {
  readonly key: string;
  readonly revision: number;
  /** `undefined`: it is gone. */
  readonly value: Uint8Array | undefined;
}

export class RoleSource {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #onChanged: OnClusterRoles;
  #index: RoleIndex | undefined;
  #loading: Promise<RoleIndex> | undefined;
  /** Called when anything has changed. */
  readonly #waiting: (() => void)[] = [];

  constructor(store: Store, logger: Logger, onChanged: OnClusterRoles = () => undefined) {
    this.#store = store;
    this.#logger = logger;
    this.#onChanged = onChanged;
  }

  /** At once where it is known already. A promise is rejected with what the store says. */
  index(): RoleIndex | Promise<RoleIndex> {
    if (this.#index) return this.#index;
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  /** Resolves when the index, if there is one, knows of an object what the store knows now. Rejects with what the store says. */
  async caughtUp(resource: RbacResource, namespace: string, name: string): Promise<void> {
    await this.#loading;
    const entry = await this.#store.get(storageKey(rolePrefix(resource), namespace, name));
    const isBinding = resource === 'rolebindings' || resource === 'clusterrolebindings';
    while (this.#index) {
      const known = isBinding ? this.#index.binding(namespace, name) : this.#index.role(namespace, name);
      // Gone, or made again since.
      if (entry ? (known?.revision ?? 0) >= entry.revision : !known) return;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #load(): Promise<RoleIndex> {
    const index = new RoleIndex();
    const pending = new Map<RbacResource, StoreEvent[]>(rbacResources.map((resource) => [resource, []]));
    const began: StoreWatch[] = [];
    const state: { live: boolean; failed: Error | undefined } = { live: false, failed: undefined };
    const forget = (): void => {
      for (const watch of began) watch.close();
    };
    const after = await this.#store.revision();
    try {
      for (const resource of rbacResources) {
        const watch = await this.#store.watch({
          prefix: rolePrefix(resource),
          after,
          onEvents: (events) => {
            if (state.live) this.#apply(index, resource, events.map(changeOf));
            else pending.get(resource)?.push(...events);
          },
          onEnd: (reason) => {
            state.failed = reason;
            forget();
            if (this.#index !== index) return;
            this.#index = undefined;
            this.#wake();
            this.#logger.info({ error: reason }, 'the roles are read anew');
          },
        });
        began.push(watch);
      }
      const revisions = await Promise.all(
        rbacResources.map((resource) =>
          readRoleEntries(this.#store, resource, (entries) => this.#apply(index, resource, entries, true)),
        ),
      );
      state.live = true;
      for (const [at, resource] of rbacResources.entries()) {
        const unseen = (pending.get(resource) ?? []).filter(({ revision }) => revision > (revisions[at] ?? 0));
        this.#apply(index, resource, unseen.map(changeOf), true);
      }
      if (state.failed !== undefined) throw state.failed;
    } catch (error) {
      forget();
      throw error;
    }
    this.#index = index;
    this.#onChanged(
      index,
      [...index.clusterRoles.values()].map((after) => ({ before: undefined, after })),
    );
    return index;
  }

  #apply(index: RoleIndex, resource: RbacResource, changes: readonly Change[], silent = false): void {
    const changed: ClusterRoleChange[] = [];
    for (const { key, revision, value } of changes) {
      const { namespace, name } = namesIn(key.slice(rolePrefix(resource).length));
      const object = value === undefined ? undefined : this.#decode(key, value);
      if (resource === 'rolebindings' || resource === 'clusterrolebindings') {
        if (object) index.putBinding(bindingOf(object, revision));
        else index.deleteBinding(namespace, name);
        continue;
      }
      const before = index.role(namespace, name);
      if (object) index.putRole(roleOf(object, revision));
      else index.deleteRole(namespace, name);
      if (resource === 'clusterroles') changed.push({ before, after: index.role('', name) });
    }
    if (changed.length > 0 && !silent) this.#onChanged(index, changed);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** What can't be read grants nothing. */
  #decode(key: string, value: Uint8Array): KubeObject | undefined {
    try {
      // A door: the store holds what the registry wrote.
      return parseJsonBytes(value) as unknown as KubeObject;
    } catch (error) {
      this.#logger.error({ key, error }, 'a stored role cannot be read');
      return undefined;
    }
  }
}

function changeOf({ type, key, revision, value }: StoreEvent): Change {
  return { key, revision, value: type === 'put' ? value : undefined };
}

function namesIn(rest: string): { namespace: string; name: string } {
  const slash = rest.indexOf('/');
  return slash < 0 ? { namespace: '', name: rest } : { namespace: rest.slice(0, slash), name: rest.slice(slash + 1) };
}
