/** Roles and bindings as the index keeps them: what deciding needs, and nothing else. */
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import type { LabelSelector } from '../../api/label-selector.ts';
import type { Labels } from '../../api/label-requirement.ts';
import type { PolicyRule } from './policy-rule.ts';

/** A Role or a ClusterRole. */
export interface Role {
  /** Of the entry in the store; 0: it isn't from there. */
  readonly revision: number;
  readonly name: string;
  /** Empty: a ClusterRole. */
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
  readonly labels: Labels | undefined;
  /** Of an aggregated ClusterRole. */
  readonly selectors: readonly LabelSelector[] | undefined;
}

export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

export interface Subject {
  readonly kind: string;
  readonly name: string;
  /** Empty: the binding's own. */
  readonly namespace: string;
}

/** A RoleBinding or a ClusterRoleBinding. */
export interface Binding {
  /** As of a role. */
  readonly revision: number;
  readonly name: string;
  /** Empty: a ClusterRoleBinding. */
  readonly namespace: string;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

/** What their schemas say; null where Go has nil. */
interface RoleView {
  readonly metadata: ObjectMeta;
  readonly rules?: readonly (Omit<PolicyRule, 'verbs'> & { readonly verbs?: readonly string[] | null })[] | null;
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] | null } | null;
}

interface BindingView {
  readonly metadata: ObjectMeta;
  readonly roleRef?: Partial<RoleRef>;
  readonly subjects?:
    | readonly { readonly kind: string; readonly name: string; readonly namespace?: string | null }[]
    | null;
}

export function roleOf(object: Readonly<KubeObject>, revision = 0): Role {
  // A door: these kinds' objects have been decoded against their schema. Not `viewAs`, which walks all of it: there may be thousands.
  const { metadata, rules, aggregationRule } = object as unknown as RoleView;
  return {
    revision,
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    rules: (rules ?? []).map(ruleOf),
    labels: metadata.labels ?? undefined,
    selectors: aggregationRule ? (aggregationRule.clusterRoleSelectors ?? []) : undefined,
  };
}

export function bindingOf(object: Readonly<KubeObject>, revision = 0): Binding {
  // A door: as above.
  const { metadata, roleRef, subjects } = object as unknown as BindingView;
  return {
    revision,
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    roleRef: { apiGroup: roleRef?.apiGroup ?? '', kind: roleRef?.kind ?? '', name: roleRef?.name ?? '' },
    subjects: (subjects ?? []).map(({ kind, name, namespace }) => ({ kind, name, namespace: namespace ?? '' })),
  };
}

/** The rules of an object on its way to the store, which nobody has validated yet. */
export function rulesOf(object: Readonly<KubeObject>): readonly PolicyRule[] {
  return roleOf(object).rules;
}

function ruleOf(rule: NonNullable<RoleView['rules']>[number]): PolicyRule {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  return {
    verbs: verbs ?? [],
    ...(apiGroups?.length ? { apiGroups } : {}),
    ...(resources?.length ? { resources } : {}),
    ...(resourceNames?.length ? { resourceNames } : {}),
    ...(nonResourceURLs?.length ? { nonResourceURLs } : {}),
  };
}
