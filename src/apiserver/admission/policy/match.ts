/**
 * Whether a write is one that a policy, a binding or a webhook is about. Mirrors apiserver pkg/admission/plugin/policy/matching and
 * pkg/admission/plugin/webhook/predicates.
 */
import type { GroupVersionKind } from '../../../api/gvk.ts';
import { matchesLabels, SelectorError, type Labels } from '../../../api/label-requirement.ts';
import { labelRequirements, type LabelSelector } from '../../../api/label-selector.ts';
import { newInternalError, newNotFound, StatusError } from '../../../api/status.ts';
import type {
  MatchResources,
  NamedRule,
  RuleWithOperations,
} from '../../registry/resources/admissionregistration/registration.ts';
import { subresourceOf, type ServedResource } from '../../registry/served-resource.ts';
import type { ClusterReader } from '../cluster-reader.ts';
import type { AdmissionAttributes } from '../plugin.ts';

export interface MatchServices {
  readonly cluster: ClusterReader;
  /** Other versions of the same objects. */
  equivalents(resource: ServedResource): readonly ServedResource[];
}

/** Which resource the write is of, to who looks at it: the request's own, or an equivalent one. */
export type Match =
  | { readonly kind: 'none' }
  | { readonly kind: 'matched'; readonly resource: ServedResource }
  | { readonly kind: 'failed'; readonly error: StatusError };

const none: Match = { kind: 'none' };

export async function matchResources(
  services: MatchServices,
  attributes: AdmissionAttributes,
  { namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [], matchPolicy }: MatchResources,
): Promise<Match> {
  // Cheapest first: what selectors say is only worth asking for what the rules are about.
  const equivalent = matchPolicy === 'Equivalent';
  if (matchRules(services, attributes, excludeResourceRules, equivalent)) return none;
  const found =
    resourceRules.length === 0 ? attributes.resource : matchRules(services, attributes, resourceRules, equivalent);
  if (!found) return none;
  try {
    if (!selectsObject(attributes, objectSelector)) return none;
    if (!(await selectsNamespace(services.cluster, attributes, namespaceSelector))) return none;
  } catch (error) {
    if (error instanceof StatusError) return { kind: 'failed', error };
    throw error;
  }
  return { kind: 'matched', resource: found };
}

/** The kind of what the write sends: a subresource may have its own. */
export function kindOf(resource: ServedResource, subresource: string): GroupVersionKind {
  return subresource === '' ? resource.gvk : (subresourceOf(resource, subresource)?.gvk ?? resource.gvk);
}

function isNamespaces({ gr }: ServedResource): boolean {
  return gr.group === '' && gr.resource === 'namespaces';
}

/** Undefined: none of the rules is about it. */
function matchRules(
  { equivalents }: MatchServices,
  attributes: AdmissionAttributes,
  rules: readonly NamedRule[],
  equivalent: boolean,
): ServedResource | undefined {
  const { resource, name } = attributes;
  const names = ({ resourceNames = [] }: NamedRule): boolean =>
    resourceNames.length === 0 || resourceNames.includes(name);
  if (rules.some((rule) => matchesRule(attributes, resource, rule) && names(rule))) return resource;
  if (!equivalent || rules.length === 0) return undefined;
  const others = equivalents(resource).filter((other) => other !== resource);
  for (const rule of rules) {
    const found = names(rule) && others.find((other) => matchesRule(attributes, other, rule));
    if (found) return found;
  }
  return undefined;
}

function matchesRule(attributes: AdmissionAttributes, resource: ServedResource, rule: RuleWithOperations): boolean {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [] } = rule;
  return (
    hasOrAll(operations, attributes.operation) &&
    hasOrAll(apiGroups, resource.gr.group) &&
    hasOrAll(apiVersions, resource.version) &&
    matchesScope(attributes, resource, rule.scope) &&
    resources.some((name) => {
      const slash = name.indexOf('/');
      const [plural, subresource] = slash < 0 ? [name, ''] : [name.slice(0, slash), name.slice(slash + 1)];
      const isPlural = plural === '*' || plural === resource.gr.resource;
      return isPlural && (subresource === '*' || subresource === attributes.subresource);
    })
  );
}

/** Namespaces are of the cluster, though they have a namespace here. */
function matchesScope({ namespace }: AdmissionAttributes, resource: ServedResource, scope = '*'): boolean {
  if (scope === '*') return true;
  const ofCluster = isNamespaces(resource) || namespace === '';
  return scope === 'Cluster' ? ofCluster : scope === 'Namespaced' && !ofCluster;
}

function hasOrAll(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** @throws StatusError */
function selectsObject({ object, old }: AdmissionAttributes, selector: LabelSelector | undefined): boolean {
  if (isEmpty(selector)) return true;
  const selects = (one: AdmissionAttributes['old']): boolean =>
    one !== undefined && selectsLabels(selector, one.metadata.labels ?? {});
  return selects(object) || selects(old);
}

/** @throws StatusError */
async function selectsNamespace(
  cluster: ClusterReader,
  attributes: AdmissionAttributes,
  selector: LabelSelector | undefined,
): Promise<boolean> {
  const { namespace, resource } = attributes;
  const isNamespace = resource.gr.resource === 'namespaces';
  if ((namespace === '' && !isNamespace) || isEmpty(selector)) return true;
  return selectsLabels(selector, await namespaceLabels(cluster, attributes));
}

/** @throws StatusError */
async function namespaceLabels(cluster: ClusterReader, attributes: AdmissionAttributes): Promise<Labels> {
  const { resource, subresource, operation, object, namespace } = attributes;
  const writes = operation === 'CREATE' || operation === 'UPDATE';
  if (resource.gr.resource === 'namespaces' && subresource === '' && writes) return object?.metadata.labels ?? {};
  const found = await cluster.find('', 'namespaces', '', namespace);
  if (!found) throw newNotFound({ group: '', resource: 'namespaces' }, namespace);
  return found.metadata.labels ?? {};
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  const { matchLabels, matchExpressions } = selector ?? {};
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

/** @throws StatusError */
function selectsLabels(selector: LabelSelector | undefined, labels: Labels): boolean {
  try {
    return matchesLabels(labelRequirements(selector), labels);
  } catch (error) {
    if (error instanceof SelectorError) throw newInternalError(error.message, error);
    throw error;
  }
}
