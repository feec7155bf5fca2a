/**
 * Role-based access control: whoever is in `system:masters` may do everything; what others may do is in roles that bindings give to
 * them. Mirrors kubernetes plugin/pkg/auth/authorizer/rbac, behind the authorizer of privileged groups, as kube-apiserver has them.
 */
import { goAggregate, goQuote } from '../../api/go-text.ts';
import type { User } from '../../api/user.ts';
import type { Attributes, Authorizer, Decision, Rules } from './authorizer.ts';
import { ruleAllows } from './policy-rule.ts';
import { subjectOf, type RoleIndex } from './role-index.ts';
import type { RoleSource } from './role-source.ts';
import { listerErrorText, resolveRole, rulesOfUser } from './rule-resolver.ts';
import type { Binding, Subject } from './stored-role.ts';

/** May do everything, whatever roles there are: the API server's own parts, and who holds the cluster's admin certificate. */
export const privilegedGroup = 'system:masters';

/** Decides at once, but for the first question after a start. */
export function createRbacAuthorizer(source: RoleSource): Authorizer {
  return {
    authorize(attributes) {
      if (attributes.user.groups.includes(privilegedGroup)) return privileged;
      const index = source.index();
      return index instanceof Promise ? index.then((loaded) => decide(loaded, attributes)) : decide(index, attributes);
    },
    async rulesFor(user, namespace) {
      return rulesFor(await source.index(), user, namespace);
    },
  };
}

const privileged: Decision = { decision: 'allow', reason: '' };

function decide(index: RoleIndex, attributes: Attributes): Decision {
  const { user, namespace } = attributes;
  const errors: string[] = [];
  for (const at of namespace === '' ? [''] : ['', namespace]) {
    for (const binding of index.bindingsOf(user, at)) {
      const role = resolveRole(index, binding.roleRef, at);
      if (!('rules' in role)) errors.push(listerErrorText(role));
      else if (role.rules.some((rule) => ruleAllows(rule, attributes))) {
        return { decision: 'allow', reason: `RBAC: allowed by ${bindingText(binding, user)}` };
      }
    }
  }
  return { decision: 'none', reason: errors.length === 0 ? '' : `RBAC: ${goAggregate(errors)}` };
}

function rulesFor(index: RoleIndex, user: User, namespace: string): Rules {
  const { rules, errors } = rulesOfUser(index, user, namespace);
  return {
    resourceRules: rules.flatMap(({ verbs, apiGroups = [], resources, resourceNames }) =>
      resources ? [{ verbs, apiGroups, resources, ...(resourceNames ? { resourceNames } : {}) }] : [],
    ),
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs }) =>
      nonResourceURLs ? [{ verbs, nonResourceURLs }] : [],
    ),
    incomplete: false,
    ...(errors.length === 0 ? {} : { evaluationError: goAggregate(errors.map(listerErrorText)) }),
  };
}

function bindingText(binding: Binding, user: User): string {
  const { name, namespace, roleRef } = binding;
  const subject = subjectOf(binding, user);
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const which = goQuote(namespace === '' ? name : `${name}/${namespace}`);
  const to = subject ? subjectText(subject, namespace) : '';
  return `${kind} ${which} of ${roleRef.kind} ${goQuote(roleRef.name)} to ${to}`;
}

function subjectText({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  return `${kind} ${goQuote(kind === 'ServiceAccount' ? `${name}/${namespace || bindingNamespace}` : name)}`;
}
