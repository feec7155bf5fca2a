/** What admission by policies needs of its surroundings, and what validating and mutating ones do alike: find those that concern a write. */
import type { JsonObject } from '../../../api/json.ts';
import { newNotFound } from '../../../api/status.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { BindingSpec, PolicySpec } from '../../registry/resources/admissionregistration/registration.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { namespaceValue } from './admission-values.ts';
import { kindOf, matchResources, type MatchServices } from './match.ts';
import { collectParams, ConfigurationError, paramResource, type ParamServices } from './params.ts';
import type { BoundPolicy, Policy } from './policy-source.ts';

export interface PolicyServices extends MatchServices, ParamServices {
  readonly authorizer: Authorizer;
}

/** A policy, with one of its bindings, that concerns a write. */
export interface Invocation<Spec> {
  readonly policy: Policy<Spec>;
  readonly binding: Policy<BindingSpec>;
  /** As which the write is looked at. */
  readonly matched: ServedResource;
  /** One after the other; null: without any. */
  readonly params: readonly (JsonObject | null)[];
}

/** A policy that should be asked, and can't. `binding` absent: whatever its binding. */
export interface Misconfiguration<Spec> {
  readonly policy: Policy<Spec>;
  readonly binding?: Policy<BindingSpec>;
  readonly message: string;
}

export type Concern<Spec> =
  | { readonly kind: 'invocation'; readonly invocation: Invocation<Spec> }
  | { readonly kind: 'misconfiguration'; readonly misconfiguration: Misconfiguration<Spec> };

const ownGroup = 'admissionregistration.k8s.io';
/** Nobody shall lock himself out. */
const exempt: ReadonlySet<string> = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

export function isExempt({ gr }: ServedResource): boolean {
  return gr.group === ownGroup && exempt.has(gr.resource);
}

/** In the order of policies and bindings. */
export async function concerns<Spec extends PolicySpec>(
  services: PolicyServices,
  attributes: AdmissionAttributes,
  policies: readonly BoundPolicy<Spec>[],
): Promise<readonly Concern<Spec>[]> {
  const found: Concern<Spec>[] = [];
  for (const { policy, bindings } of policies) {
    const misconfigured = (message: string, binding?: Policy<BindingSpec>): void => {
      found.push({
        kind: 'misconfiguration',
        misconfiguration: { policy, message, ...(binding ? { binding } : {}) },
      });
    };
    const match = await matchResources(services, attributes, policy.spec.matchConstraints ?? {});
    if (match.kind === 'failed') misconfigured(match.error.message);
    if (match.kind !== 'matched') continue;
    let params: ServedResource | undefined;
    try {
      params = paramResource(services, policy.spec.paramKind);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      misconfigured(error.message);
      continue;
    }
    for (const binding of bindings) {
      const { matchResources: narrower, paramRef } = binding.spec;
      const bound = narrower && (await matchResources(services, attributes, narrower));
      if (bound?.kind === 'none') continue;
      if (bound?.kind === 'failed') {
        misconfigured(bound.error.message, binding);
        continue;
      }
      try {
        const collected = await collectParams(services, params, paramRef, attributes.namespace);
        const invocation = { policy, binding, matched: match.resource, params: collected };
        if (collected.length > 0) found.push({ kind: 'invocation', invocation });
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        misconfigured(error.message, binding);
      }
    }
  }
  return found;
}

/** Null: the write is of no namespace, or of a namespace itself. @throws StatusError NotFound */
export async function namespaceObject(
  { cluster }: PolicyServices,
  { namespace, resource, subresource }: AdmissionAttributes,
): Promise<JsonObject | null> {
  const { group, version, kind } = kindOf(resource, subresource);
  if (namespace === '' || (group === '' && version === 'v1' && kind === 'Namespace')) return null;
  const found = await cluster.find('', 'namespaces', '', namespace);
  if (!found) throw newNotFound({ group: '', resource: 'namespaces' }, namespace);
  return namespaceValue(found);
}

export function isIgnoring({ spec: { failurePolicy = 'Fail' } }: Policy<PolicySpec>): boolean {
  return failurePolicy === 'Ignore';
}
