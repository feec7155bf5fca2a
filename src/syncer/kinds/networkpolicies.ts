/**
 * NetworkPolicies, for hosts whose network heeds them. Off by default: policies add up, and what a tenant allows its pods, a policy of the operator's in
 * the same host namespace can't forbid.
 */
import { copyNetworkPolicy, selectsNamespaces, updatedPolicyCopy } from '../../translate/networkpolicies.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { anyOfThem, defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' };

const rules: CopyRules = {
  gvr,
  copy: (policy, view) => copyNetworkPolicy(view, policy),
  updated: updatedPolicyCopy,
};

export const networkpolicies = defineSyncedKind({
  gvr,
  kind: 'NetworkPolicy',
  byDefault: false,
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  follows: [
    {
      gvr: { group: '', version: 'v1', resource: 'namespaces' },
      namedBy: (policy) => (selectsNamespaces(policy) ? [anyOfThem] : []),
    },
  ],
  plan: (key, observed, view) => planCopy(rules, key, observed, view),
});
