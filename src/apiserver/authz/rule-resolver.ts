/** Which rules apply to whom. Mirrors kubernetes pkg/registry/rbac/validation DefaultRuleResolver. */
import { goQuote } from '../../api/go-text.ts';
import type { User } from '../../api/user.ts';
import type { PolicyRule } from './policy-rule.ts';
import { rbacGroup } from './role-entries.ts';
import type { RoleIndex } from './role-index.ts';
import type { Binding, RoleRef } from './stored-role.ts';

/** Of a role that a binding names: its rules, or why there are none. */
export type ResolvedRole =
  | { readonly rules: readonly PolicyRule[] }
  /** `ref`: of the role that isn't there. */
  | { readonly missing: 'role' | 'clusterrole'; readonly ref: RoleRef }
  | { readonly error: string };

export interface ResolvedRules {
  readonly rules: readonly PolicyRule[];
  /** One for each binding whose role can't be had, in the order of the bindings' names. */
  readonly errors: readonly Exclude<ResolvedRole, { readonly rules: readonly PolicyRule[] }>[];
}

/** `namespace`: the binding's; empty for a ClusterRoleBinding. */
export function resolveRole(index: RoleIndex, ref: RoleRef, namespace: string): ResolvedRole {
  switch (ref.kind) {
    case 'Role': {
      const role = namespace === '' ? undefined : index.role(namespace, ref.name);
      return role ?? { missing: 'role', ref };
    }
    case 'ClusterRole':
      return index.role('', ref.name) ?? { missing: 'clusterrole', ref };
    default:
      return { error: `unsupported role reference kind: ${goQuote(ref.kind)}` };
  }
}

/** All rules that apply to a user, cluster-wide and (if one is given) in a namespace. */
export function rulesOfUser(index: RoleIndex, user: User, namespace: string): ResolvedRules {
  const rules: PolicyRule[] = [];
  const errors: Exclude<ResolvedRole, { readonly rules: readonly PolicyRule[] }>[] = [];
  for (const binding of bindingsOfUser(index, user, namespace)) {
    const role = resolveRole(index, binding.roleRef, binding.namespace);
    if ('rules' in role) for (const rule of role.rules) rules.push(rule);
    else errors.push(role);
  }
  return { rules, errors };
}

/** Sorted by name, the cluster's first. */
function bindingsOfUser(index: RoleIndex, user: User, namespace: string): readonly Binding[] {
  const byName = (bindings: readonly Binding[]): readonly Binding[] =>
    bindings.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const clusterWide = byName(index.bindingsOf(user, ''));
  return namespace === '' ? clusterWide : [...clusterWide, ...byName(index.bindingsOf(user, namespace))];
}

/** As a lister says it: in the singular. */
export function listerErrorText(error: ResolvedRules['errors'][number]): string {
  return 'error' in error ? error.error : `${error.missing}.${rbacGroup} ${goQuote(error.ref.name)} not found`;
}

/** As the storage says it, which names whatever resource the request is for. */
export function storageErrorText(error: ResolvedRules['errors'][number], resource: string): string {
  return 'error' in error ? error.error : `${resource}.${rbacGroup} ${goQuote(error.ref.name)} not found`;
}
