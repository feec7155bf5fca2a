/** Rules of roles, and which requests they allow. Mirrors kubernetes pkg/apis/rbac/v1 evaluation_helpers. */
import type { Attributes } from './authorizer.ts';

/** As stored; what Go leaves out is absent. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const all = '*';

/** Pure. */
export function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!hasOrAll(rule.verbs, asked.verb)) return false;
  if (!asked.isResourceRequest) return urlMatches(rule.nonResourceURLs, asked.path);
  return (
    hasOrAll(rule.apiGroups, asked.group) &&
    resourceMatches(rule.resources, asked.resource, asked.subresource) &&
    nameMatches(rule.resourceNames, asked.name)
  );
}

/** Whether a rule's path stands for a path: itself, or what it begins with when it ends in `*`. */
export function urlCovers(owned: string, path: string): boolean {
  return owned === path || (owned.endsWith(all) && path.startsWith(urlPrefix(owned)));
}

/** Without the stars at its end. */
export function urlPrefix(url: string): string {
  let end = url.length;
  while (url[end - 1] === all) end--;
  return url.slice(0, end);
}

function hasOrAll(values: readonly string[] | undefined, wanted: string): boolean {
  return values !== undefined && (values.includes(wanted) || values.includes(all));
}

function resourceMatches(resources: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (resources === undefined) return false;
  if (subresource === '') return hasOrAll(resources, resource);
  return hasOrAll(resources, `${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

function nameMatches(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.length === 0 || names.includes(name);
}

function urlMatches(urls: readonly string[] | undefined, path: string): boolean {
  return urls?.some((url) => urlCovers(url, path)) ?? false;
}
