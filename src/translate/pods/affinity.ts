/** Pod affinity and topology spread, pinned to the tenant: other tenants' pods are neither sought nor shunned. */
import { isEmptyLabelSelector } from '../../api/label-selector.ts';
import type { Name } from '../../api/side.ts';
import { pinAcrossNamespaces, pinLabelSelector, type LabelSelector } from '../selectors.ts';
import type { PodAffinity, PodAffinityTerm, PodSpec } from './pod-view.ts';

export interface AffinityContext {
  readonly tenant: string;
  readonly namespace: Name<'tenant'>;
  /** The tenant's namespaces that a selector over namespaces picks, as they are now; pods keep what was true when they were made. */
  readonly namespacesSelectedBy: (selector: LabelSelector) => readonly Name<'tenant'>[];
  readonly nameOf: (namespace: string) => Name<'tenant'>;
}

/**
 * Pins in place: `spec` is the caller's own copy. What keys of labels stand for, the tenant's API server has written into the selectors; the host's would
 * refuse the two together.
 */
export function pinAffinity(spec: PodSpec, context: AffinityContext): void {
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    if (affinity) pinTerms(affinity, context);
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    delete constraint.matchLabelKeys;
    if (constraint.labelSelector) {
      constraint.labelSelector = pinLabelSelector(context.tenant, context.namespace, constraint.labelSelector);
    }
  }
}

function pinTerms(affinity: PodAffinity, context: AffinityContext): void {
  for (const term of affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []) pinTerm(term, context);
  for (const { podAffinityTerm } of affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    pinTerm(podAffinityTerm, context);
  }
}

/**
 * A term looks into the namespaces it lists and those its selector picks; into its pod's own where it names neither. On the host all of
 * these are one namespace, so both fields go and the selector says it. A term without a label selector matches nothing, and stays so.
 */
function pinTerm(term: PodAffinityTerm, context: AffinityContext): void {
  const { namespaces, namespaceSelector, labelSelector } = term;
  delete term.namespaces;
  delete term.namespaceSelector;
  delete term.matchLabelKeys;
  delete term.mismatchLabelKeys;
  if (!labelSelector) return;
  if (namespaceSelector && isEmptyLabelSelector(namespaceSelector)) {
    term.labelSelector = pinAcrossNamespaces(context.tenant, 'all', labelSelector);
    return;
  }
  const picked = [
    ...(namespaces ?? []).map((namespace) => context.nameOf(namespace)),
    ...(namespaceSelector ? context.namespacesSelectedBy(namespaceSelector) : []),
  ];
  const own = !namespaceSelector && picked.length === 0;
  term.labelSelector = own
    ? pinLabelSelector(context.tenant, context.namespace, labelSelector)
    : pinAcrossNamespaces(context.tenant, [...new Set(picked)], labelSelector);
}
