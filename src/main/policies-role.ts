/** Admission by policies and webhooks: what it needs of the rest of a role's API server. */
import { createClusterReader } from '../apiserver/admission/cluster-reader.ts';
import { equivalentResources } from '../apiserver/admission/policy/equivalent-resources.ts';
import { mutatingPolicies } from '../apiserver/admission/policy/mutating-policies.ts';
import { paramRightsHooks } from '../apiserver/admission/policy/param-rights.ts';
import { PolicySource } from '../apiserver/admission/policy/policy-source.ts';
import type { PolicyServices } from '../apiserver/admission/policy/policy-admission.ts';
import { validatingPolicies } from '../apiserver/admission/policy/validating-policies.ts';
import { mutatingWebhooks } from '../apiserver/admission/webhook/mutating-webhooks.ts';
import { validatingWebhooks } from '../apiserver/admission/webhook/validating-webhooks.ts';
import { WebhookSource } from '../apiserver/admission/webhook/webhook-source.ts';
import type { AdmissionPlugin } from '../apiserver/admission/plugin.ts';
import type { Authorizer } from '../apiserver/authz/authorizer.ts';
import { createWebhookCaller } from '../apiserver/crd/webhook-client.ts';
import type { ResourceCatalog } from '../apiserver/discovery/resource-catalog.ts';
import type { GenericStore } from '../apiserver/registry/generic-store.ts';
import type { ResourceRegistry } from '../apiserver/registry/resource-registry.ts';
import type { WriteHooks } from '../apiserver/registry/write-context.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import type { Store } from '../storage/store.ts';
import { webhookDialling } from './webhook-dialling.ts';

export interface PoliciesParts {
  readonly store: Store;
  readonly resources: ResourceRegistry;
  readonly catalog: ResourceCatalog;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Which addresses webhooks may be called at; by default none of this machine. */
  readonly mayDial?: ((address: string) => boolean) | undefined;
  /** The registry over the store, once it is there: it needs the hooks. */
  readonly objects: () => GenericStore;
}

export interface ComposedPolicies {
  /** Of the registry, by `group/resource`. */
  readonly hooks: Readonly<Record<string, WriteHooks>>;
  /** To be asked when the registry is there: in upstream's order. */
  plugins(): readonly AdmissionPlugin[];
}

export function composePolicies(parts: PoliciesParts): ComposedPolicies {
  const { store, resources, catalog, authorizer, logger, objects } = parts;
  const services = (): PolicyServices => ({
    store: objects(),
    resources,
    catalog,
    authorizer,
    cluster: createClusterReader(objects(), resources),
    equivalents: (resource) => equivalentResources(catalog, resources, resource),
  });
  const prefix = (plural: string): string => {
    const found = resources.find('admissionregistration.k8s.io', 'v1', plural);
    if (!found) throw new Error(`${plural} are always served`);
    return found.storagePrefix;
  };
  const sourceOptions = (kind: 'validating' | 'mutating') => ({
    store,
    logger,
    policyPrefix: prefix(`${kind}admissionpolicies`),
    bindingPrefix: prefix(`${kind}admissionpolicybindings`),
  });
  return {
    hooks: paramRightsHooks(() => {
      const all = services();
      return { authorizer, params: all, cluster: all.cluster };
    }),
    plugins() {
      const all = services();
      const { clock, random, mayDial } = parts;
      const called = { ...all, random, call: createWebhookCaller(webhookDialling(clock, all.cluster, mayDial)) };
      const webhooks = (kind: string) => new WebhookSource(store, logger, prefix(`${kind}webhookconfigurations`));
      return [
        mutatingPolicies(all, new PolicySource(sourceOptions('mutating'))),
        mutatingWebhooks(called, webhooks('mutating')),
        validatingPolicies(all, new PolicySource(sourceOptions('validating'))),
        validatingWebhooks(called, webhooks('validating')),
      ];
    },
  };
}
