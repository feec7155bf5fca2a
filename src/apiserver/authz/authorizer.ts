/** May the caller do that? Mirrors apiserver authorization/authorizer. */
import { newForbidden, type StatusError } from '../../api/status.ts';
import { goQuote } from '../../api/go-text.ts';
import type { User } from '../../api/user.ts';
import type { RequestInfo } from '../request-context.ts';

export interface Attributes {
  readonly user: User;
  readonly verb: string;
  readonly isResourceRequest: boolean;
  /** Of requests that are for no resource. */
  readonly path: string;
  readonly namespace: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
}

export interface Decision {
  /** `none`: another authorizer may still allow it; the last one's is a no. */
  readonly decision: 'allow' | 'deny' | 'none';
  /** Empty: none. Shown to who is refused. */
  readonly reason: string;
  /** What went wrong while deciding, for SubjectAccessReviews. */
  readonly evaluationError?: string;
}

interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface NonResourceRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export interface Rules {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
  readonly incomplete: boolean;
  /** What went wrong: there may be more rules. */
  readonly evaluationError?: string;
}

export interface Authorizer {
  authorize(attributes: Attributes): Decision | Promise<Decision>;
  /** What the user may do in a namespace, for SelfSubjectRulesReview. */
  rulesFor(user: User, namespace: string): Rules | Promise<Rules>;
}

export function attributesOf(user: User, info: RequestInfo): Attributes {
  const { verb, isResourceRequest, path, namespace, group, version, resource, subresource, name } = info;
  return { user, verb, isResourceRequest, path, namespace, group, version, resource, subresource, name };
}

/** What the refused are told. Mirrors apiserver responsewriters.ForbiddenStatusError. */
export function forbiddenError(attributes: Attributes, reason: string): StatusError {
  const message = sanitized(forbiddenText(attributes));
  const { group, resource, name } = attributes;
  return newForbidden({ group, resource }, name, reason === '' ? message : `${message}: ${reason}`);
}

function forbiddenText(attributes: Attributes): string {
  const { user, verb, path, subresource, group, namespace } = attributes;
  const head = `User ${goQuote(user.name)} cannot ${verb}`;
  if (!attributes.isResourceRequest) return `${head} path ${goQuote(path)}`;
  const resource = subresource === '' ? attributes.resource : `${attributes.resource}/${subresource}`;
  const what = `${head} resource ${goQuote(resource)} in API group ${goQuote(group)}`;
  return namespace === '' ? `${what} at the cluster scope` : `${what} in the namespace ${goQuote(namespace)}`;
}

/** No answer shall look like HTML. */
function sanitized(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
