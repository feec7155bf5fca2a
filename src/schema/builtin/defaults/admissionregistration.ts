/** Mirrors pkg/apis/admissionregistration/v1/defaults.go. */
import type { JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { setIfNil } from './go-fields.ts';

export const admissionregistrationDefaults: TypeDefaults = {
  'io.k8s.api.admissionregistration.v1.ValidatingWebhook': defaultWebhook,
  'io.k8s.api.admissionregistration.v1.MutatingWebhook': (webhook) => {
    defaultWebhook(webhook);
    setIfNil(webhook, 'reinvocationPolicy', 'Never');
  },
  // Upstream's Rule, which JSON has inlined.
  'io.k8s.api.admissionregistration.v1.RuleWithOperations': defaultRule,
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations': defaultRule,
  'io.k8s.api.admissionregistration.v1.ServiceReference': (reference) => setIfNil(reference, 'port', 443),
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec': (spec) =>
    setIfNil(spec, 'failurePolicy', 'Fail'),
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec': (spec) => setIfNil(spec, 'failurePolicy', 'Fail'),
  'io.k8s.api.admissionregistration.v1.MatchResources': (resources) => {
    setIfNil(resources, 'matchPolicy', 'Equivalent');
    setIfNil(resources, 'namespaceSelector', {});
    setIfNil(resources, 'objectSelector', {});
  },
};

function defaultWebhook(webhook: JsonObject): void {
  setIfNil(webhook, 'failurePolicy', 'Fail');
  setIfNil(webhook, 'matchPolicy', 'Equivalent');
  setIfNil(webhook, 'namespaceSelector', {});
  setIfNil(webhook, 'objectSelector', {});
  setIfNil(webhook, 'timeoutSeconds', 10);
}

function defaultRule(rule: JsonObject): void {
  setIfNil(rule, 'scope', '*');
}
