/**
 * Whether what one may do covers what others would be given. Mirrors component-helpers auth/rbac/validation Covers, and the texts of
 * kubernetes pkg/registry/rbac/validation and pkg/apis/rbac/v1 CompactString.
 *
 * The argument: a rule that is broken down to one verb on one resource of one group (and one name, or none) is covered by a single
 * rule or not at all. Broken down, a rule of a few hundred kilobytes would be billions of parts; so rules that a single rule covers as
 * they stand are not broken down, and the rest has a limit.
 */
import { goQuote } from '../../api/go-text.ts';
import { urlPrefix, type PolicyRule } from './policy-rule.ts';

/** More comparisons than this are not made for one request: some tenths of a second. */
const comparisonsMax = 3_000_000;
/** More parts than this are not told of. */
const missingPartsMax = 5_000;

/** The rules would have to be broken down into more parts than the limits allow. */
export class TooManyRulesError extends Error {
  override readonly name = 'TooManyRulesError';
}

/**
 * What of `wanted` is not covered by `owned`, broken down; empty: all is covered. Pure.
 * @throws TooManyRulesError
 */
export function missingRules(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  const owners = owned.map(ownerOf);
  const budget = new Budget();
  const missing: PolicyRule[] = [];
  for (const rule of wanted) {
    budget.spend(owners.length * sizeOf(rule));
    if (owners.some((owner) => coversWhole(owner, rule))) continue;
    for (const part of partsOf(rule)) {
      budget.spend(1 + owners.length);
      if (owners.some((owner) => coversPart(owner, part, budget))) continue;
      missing.push(part);
      if (missing.length > missingPartsMax) throw new TooManyRulesError('too many rules are missing');
    }
  }
  return missing;
}

/** What is missing, as error messages show it: joined where only the verbs differ, sorted, without repetitions. */
export function missingRulesText(missing: readonly PolicyRule[]): string {
  const joined = new Map<string, PolicyRule & { readonly verbs: string[] }>();
  for (const [index, rule] of missing.entries()) {
    const { verbs, nonResourceURLs, ...what } = rule;
    const key = nonResourceURLs ? String(index) : JSON.stringify(what);
    const before = joined.get(key);
    if (before) before.verbs.push(...verbs);
    else joined.set(key, { ...rule, verbs: [...verbs] });
  }
  const texts = new Set([...joined.values()].map(ruleText));
  return [...texts].toSorted(byBytes).join('\n');
}

/** `["a" "b"]` */
export function goQuoteList(texts: readonly string[]): string {
  return `[${texts.map(goQuote).join(' ')}]`;
}

class Budget {
  #left = comparisonsMax;

  spend(comparisons: number): void {
    this.#left -= comparisons;
    if (this.#left < 0) throw new TooManyRulesError('there are too many rules to compare');
  }
}

/** Values, or all of them. */
type Values = ReadonlySet<string> | 'all';

/** A rule made ready for many questions. */
interface Owner {
  readonly verbs: Values;
  readonly groups: Values;
  readonly resources: Values;
  /** `all`: the rule names none. */
  readonly names: Values;
  readonly urls: ReadonlySet<string>;
  readonly urlPrefixes: readonly string[];
}

function ownerOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): Owner {
  return {
    verbs: valuesOf(verbs),
    groups: valuesOf(apiGroups),
    resources: valuesOf(resources),
    names: resourceNames?.length ? new Set(resourceNames) : 'all',
    urls: new Set(nonResourceURLs),
    urlPrefixes: (nonResourceURLs ?? []).filter((url) => url.endsWith('*')).map(urlPrefix),
  };
}

function valuesOf(values: readonly string[] = []): Values {
  return values.includes('*') ? 'all' : new Set(values);
}

function sizeOf({ verbs, apiGroups, resources, resourceNames }: PolicyRule): number {
  return 1 + [verbs, apiGroups, resources, resourceNames].reduce((sum, list) => sum + (list?.length ?? 0), 0);
}

/** One verb on one resource of one group, with one name or none; or one verb on one path. */
function* partsOf(rule: PolicyRule): Generator<PolicyRule> {
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (!rule.resourceNames?.length) yield part;
        else for (const name of rule.resourceNames) yield { ...part, resourceNames: [name] };
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) yield { nonResourceURLs: [url], verbs: [verb] };
  }
}

/** Whether one rule covers all of another, as far as that shows at a glance. */
function coversWhole(owner: Owner, rule: PolicyRule): boolean {
  if (rule.nonResourceURLs?.length) return false;
  return (
    hasEach(owner.verbs, rule.verbs) &&
    hasEach(owner.groups, rule.apiGroups) &&
    hasEach(owner.resources, rule.resources) &&
    coversNames(owner, rule.resourceNames)
  );
}

function coversPart(owner: Owner, part: PolicyRule, budget: Budget): boolean {
  return (
    hasEach(owner.verbs, part.verbs) &&
    hasEach(owner.groups, part.apiGroups) &&
    coversResource(owner.resources, part.resources?.[0]) &&
    coversNames(owner, part.resourceNames) &&
    coversUrl(owner, part.nonResourceURLs?.[0], budget)
  );
}

function hasEach(owned: Values, wanted: readonly string[] = []): boolean {
  return owned === 'all' || wanted.every((one) => owned.has(one));
}

function coversResource(owned: Values, resource: string | undefined): boolean {
  if (resource === undefined || owned === 'all' || owned.has(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && owned.has(`*${resource.slice(slash)}`);
}

function coversNames({ names }: Owner, wanted: readonly string[] = []): boolean {
  return names === 'all' || (wanted.length > 0 && wanted.every((name) => names.has(name)));
}

function coversUrl({ urls, urlPrefixes }: Owner, url: string | undefined, budget: Budget): boolean {
  if (url === undefined || urls.has(url)) return true;
  budget.spend(urlPrefixes.length);
  return urlPrefixes.some((prefix) => url.startsWith(prefix));
}

function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const lists: readonly [string, readonly string[] | undefined][] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ];
  const parts = lists.flatMap(([name, list]) => (list?.length ? [`${name}:${goQuoteList(list)}`] : []));
  return `{${parts.join(', ')}}`;
}

/** As Go sorts texts. */
function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
