/**
 * Selectors of a tenant, pinned to the tenant and to one namespace (or some), since on the host all pods of all its namespaces stand
 * side by side. Every kind that selects goes through here.
 */
import type { JsonObject } from '../api/json.ts';
import type { Name } from '../api/side.ts';
import { markLabels, namespaceLabel, ownPrefix, tenantLabel } from './marks.ts';

export interface LabelSelector extends JsonObject {
  matchLabels?: Record<string, string>;
  matchExpressions?: LabelRequirement[];
}

interface LabelRequirement extends JsonObject {
  key: string;
  operator: string;
  values?: string[];
}

/** A map selector (Service, ReplicationController) of one namespace. An empty or absent one selects nothing upstream, and stays so. */
export function pinMapSelector(
  tenant: string,
  namespace: Name<'tenant'>,
  selector: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...withoutOwnKeys(selector), ...markLabels(tenant, namespace) };
}

/** A label selector of one namespace. */
export function pinLabelSelector(tenant: string, namespace: Name<'tenant'>, selector: LabelSelector): LabelSelector {
  return {
    ...cleaned(selector),
    matchLabels: { ...withoutOwnKeys(selector.matchLabels), ...markLabels(tenant, namespace) },
  };
}

/** A label selector over several namespaces of the tenant; `all`: over every one that it has or will have. */
export function pinAcrossNamespaces(
  tenant: string,
  namespaces: readonly Name<'tenant'>[] | 'all',
  selector: LabelSelector,
): LabelSelector {
  const pinned = {
    ...cleaned(selector),
    matchLabels: { ...withoutOwnKeys(selector.matchLabels), [tenantLabel]: tenant },
  };
  if (namespaces === 'all') return pinned;
  // `In` without values is invalid; every copy has the label, so that nothing is without it.
  const requirement: LabelRequirement =
    namespaces.length > 0
      ? { key: namespaceLabel, operator: 'In', values: [...namespaces].toSorted() }
      : { key: namespaceLabel, operator: 'DoesNotExist' };
  return { ...pinned, matchExpressions: [...(pinned.matchExpressions ?? []), requirement] };
}

/** A tenant may not select by Sublet's own labels: such requirements are dropped and the pins decide. */
function cleaned(selector: LabelSelector): LabelSelector {
  const expressions = (selector.matchExpressions ?? []).filter(({ key }) => !key.startsWith(ownPrefix));
  const { matchExpressions: _, ...rest } = selector;
  return expressions.length > 0 ? { ...rest, matchExpressions: expressions } : rest;
}

function withoutOwnKeys(labels: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !key.startsWith(ownPrefix)));
}
