/**
 * All roles and bindings of the cluster, by what deciding asks for: bindings by the user or group they name, roles by their names. In
 * memory; `role-source.ts` keeps it equal to the store.
 */
import type { User } from '../../api/user.ts';
import type { Binding, Role, Subject } from './stored-role.ts';

export class RoleIndex {
  /** By name. */
  readonly clusterRoles = new Map<string, Role>();
  readonly #roles = new Map<string, Map<string, Role>>();
  readonly #clusterBindings = new BindingIndex();
  readonly #bindings = new Map<string, BindingIndex>();

  /** `namespace` empty: a ClusterRole. */
  role(namespace: string, name: string): Role | undefined {
    return namespace === '' ? this.clusterRoles.get(name) : this.#roles.get(namespace)?.get(name);
  }

  putRole(role: Role): void {
    if (role.namespace === '') this.clusterRoles.set(role.name, role);
    else ensure(this.#roles, role.namespace, () => new Map()).set(role.name, role);
  }

  deleteRole(namespace: string, name: string): void {
    if (namespace === '') this.clusterRoles.delete(name);
    else if (this.#roles.get(namespace)?.delete(name) && this.#roles.get(namespace)?.size === 0) {
      this.#roles.delete(namespace);
    }
  }

  putBinding(binding: Binding): void {
    if (binding.namespace === '') this.#clusterBindings.put(binding);
    else ensure(this.#bindings, binding.namespace, () => new BindingIndex()).put(binding);
  }

  deleteBinding(namespace: string, name: string): void {
    if (namespace === '') this.#clusterBindings.delete(name);
    else if (this.#bindings.get(namespace)?.delete(name)) this.#bindings.delete(namespace);
  }

  /** `namespace` empty: a ClusterRoleBinding. */
  binding(namespace: string, name: string): Binding | undefined {
    return (namespace === '' ? this.#clusterBindings : this.#bindings.get(namespace))?.get(name);
  }

  /** The bindings that name the user, cluster-wide (`namespace` empty) or of a namespace; each once. */
  bindingsOf(user: User, namespace: string): readonly Binding[] {
    const bindings = namespace === '' ? this.#clusterBindings : this.#bindings.get(namespace);
    return bindings?.of(user) ?? [];
  }
}

/** The first of a binding's subjects that is the user. Mirrors rbac validation appliesTo. */
export function subjectOf({ subjects, namespace }: Binding, user: User): Subject | undefined {
  return subjects.find((subject) => {
    const key = subjectKey(subject, namespace);
    return key !== undefined && (key.group ? user.groups.includes(key.name) : user.name === key.name);
  });
}

interface SubjectKey {
  readonly group: boolean;
  readonly name: string;
}

/** Whom a subject stands for; `undefined`: nobody. */
function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): SubjectKey | undefined {
  switch (kind) {
    case 'User':
      return { group: false, name };
    case 'Group':
      return { group: true, name };
    case 'ServiceAccount': {
      const at = namespace === '' ? bindingNamespace : namespace;
      return at === '' ? undefined : { group: false, name: `system:serviceaccount:${at}:${name}` };
    }
    default:
      return undefined;
  }
}

/** The bindings of one namespace, or those of the cluster. */
class BindingIndex {
  readonly #byName = new Map<string, Binding>();
  readonly #byUser = new Map<string, Set<Binding>>();
  readonly #byGroup = new Map<string, Set<Binding>>();

  get(name: string): Binding | undefined {
    return this.#byName.get(name);
  }

  put(binding: Binding): void {
    this.delete(binding.name);
    this.#byName.set(binding.name, binding);
    for (const subject of binding.subjects) {
      const key = subjectKey(subject, binding.namespace);
      if (key) ensure(key.group ? this.#byGroup : this.#byUser, key.name, () => new Set()).add(binding);
    }
  }

  /** Whether nothing is left. */
  delete(name: string): boolean {
    const binding = this.#byName.get(name);
    if (binding) {
      this.#byName.delete(name);
      for (const subject of binding.subjects) {
        const key = subjectKey(subject, binding.namespace);
        if (!key) continue;
        const map = key.group ? this.#byGroup : this.#byUser;
        const set = map.get(key.name);
        set?.delete(binding);
        if (set?.size === 0) map.delete(key.name);
      }
    }
    return this.#byName.size === 0;
  }

  of({ name, groups }: User): readonly Binding[] {
    const found = new Set(this.#byUser.get(name));
    for (const group of groups) {
      for (const binding of this.#byGroup.get(group) ?? []) found.add(binding);
    }
    return [...found];
  }
}

function ensure<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
