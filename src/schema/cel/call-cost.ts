/**
 * What calls really cost. Mirrors cel-go interpreter/runtimecost.go, its extensions' trackers, and Kubernetes' apiserver
 * pkg/cel/library/cost.go CallCost: it must count as upstream does, since rules are refused by it.
 */
import { codePointCount } from './bytes.ts';
import { FormatValue } from './library/format.ts';
import { CelOptional, ListValue, MapValue, OpaqueValue, type Value } from './value.ts';

/** Costs of a call; the result is only given where {@link needsResult} says so. */
export type CallCost = (args: readonly Value[], result: Value) => number;

/** Shared with the estimates. */
export const costFactors = {
  /** Of reading a text once, per character. */
  traversal: 0.1,
  /** Of a pattern, per character. */
  pattern: 0.25,
  listCreation: 10,
  mapCreation: 30,
  structCreation: 40,
} as const;

const { traversal, pattern, listCreation } = costFactors;
const one: CallCost = () => 1;
const ofFirst: CallCost = ([first]) => Math.ceil(actualSize(first) * traversal);
const ofSecond: CallCost = ([, second]) => Math.ceil(actualSize(second) * traversal);
const twiceFirst: CallCost = ([first]) => Math.ceil(actualSize(first) * 2 * traversal);
const ofMatching: CallCost = ([text, expression]) =>
  Math.ceil((1 + actualSize(text)) * traversal) * Math.ceil(actualSize(expression) * pattern);
const ofSmaller: CallCost = ([left, right]) => Math.ceil(Math.min(actualSize(left), actualSize(right)) * traversal);
const ofBoth: CallCost = ([left, right]) => Math.ceil((actualSize(left) + actualSize(right)) * traversal);
const ofResult: CallCost = (_, result) => allocating(1, actualSize(result));
const ofSorting: CallCost = ([list]) => comparingAll(list);

/** By function, as Kubernetes counts them, whatever the overload. */
const byFunction: ReadonlyMap<string, CallCost> = new Map<string, CallCost>([
  ...named('isSorted sum max min indexOf lastIndexOf', ([first]) => treeCost(first ?? null)),
  ...named(
    'url lowerAscii upperAscii substring trim jsonpatch.escapeKey cidr isIP isCIDR quantity isQuantity',
    ofFirst,
  ),
  ...named('semver isSemver', ofFirst),
  ...named('replace split ip.isCanonical', twiceFirst),
  ...named('join', (_, result) => Math.ceil(actualSize(result) * 2 * traversal)),
  ...named('find findAll', ofMatching),
  ...named('masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast', one),
  ...named('isGlobalUnicast format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan', one),
  ...named('compareTo add sub major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', one),
  ...named('serviceAccount path group resource subresource namespace name allowed reason error errored', one),
  // As many as two of them fit into an expression's budget.
  ...named('check', () => 350_000),
  ...named('fieldSelector labelSelector', ([, selector]) => selectorCost(actualSize(selector))),
  ...named('validate', ([format, text]) => (format instanceof FormatValue ? validation(format, text) : 1)),
]);

/** By overload, of the language and its extensions. */
const byOverload: ReadonlyMap<string, CallCost> = new Map<string, CallCost>([
  ...named('string_to_bytes bytes_to_string strings_quote string_format', ofFirst),
  // Upstream reckons with the text that is looked into.
  ...named('starts_with_string ends_with_string', ofFirst),
  ...named('in_list', ([, list]) => actualSize(list)),
  ...named('less_string greater_string less_equals_string greater_equals_string', ofSmaller),
  ...named('less_bytes greater_bytes less_equals_bytes greater_equals_bytes', ofSmaller),
  ...named('add_string add_bytes', ofBoth),
  ...named('matches_string', ofMatching),
  ...named('contains_string', (args) => ofFirst(args, null) * ofSecond(args, null)),
  ...named('list_sets_contains_list list_sets_intersects_list', (args) => 1 + product(args)),
  ...named('list_sets_equivalent_list', (args) => 1 + 2 * product(args)),
  ...named('list_slice lists_range list_reverse', ofResult),
  ...named('list_flatten list_flatten_int', (args) =>
    allocating(args.length === 2 && typeof args[1] === 'number' ? args[1] : 1, actualSize(args[0])),
  ),
  ...named('list_distinct', ofSorting),
]);

/** Overloads that win over what their function's name says. */
const overloadFirst = /^list_(sets_.*|slice|reverse|distinct|flatten|flatten_int)$|^lists_range$/;

/** @param overload empty: not known before the evaluation */
export function callCost(name: string, overload: string): CallCost {
  if (overloadFirst.test(overload)) return byOverload.get(overload) ?? one;
  if (/^list_.*_sort$/.test(overload)) return ofSorting;
  if (/^list_.*_sortByAssociatedKeys$/.test(overload)) return ([, keys]) => comparingAll(keys);
  if (name === 'ip') return overload === 'cidr_ip' ? one : ofFirst;
  if (name === 'containsIP') return containsIpCost(overload === 'cidr_contains_ip_string');
  if (name === 'containsCIDR') return containsCidrCost(overload === 'cidr_contains_cidr_string');
  return byFunction.get(name) ?? byOverload.get(overload) ?? one;
}

/** Whether costs go by what the call gives. */
export function needsResult(name: string, overload: string): boolean {
  return name === 'join' || /^(list_slice|lists_range|list_reverse)$/.test(overload);
}

/** `==`: opaque values are compared at once. */
export function equalityCost(left: Value, right: Value): number {
  return left instanceof OpaqueValue ? 1 : inequalityCost(left, right);
}

/** `!=` */
export function inequalityCost(left: Value, right: Value): number {
  return Math.ceil(Math.min(actualSize(left), actualSize(right)) * traversal);
}

/** As `size()`, and 1 for what has none. */
function actualSize(value: Value | undefined): number {
  if (typeof value === 'string') return codePointCount(value);
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof OpaqueValue) return value.size ?? 1;
  return value instanceof CelOptional && value.value !== undefined ? actualSize(value.value) : 1;
}

function named(names: string, cost: CallCost): (readonly [string, CallCost])[] {
  return names.split(' ').map((name) => [name, cost]);
}

function product([left, right]: readonly Value[]): number {
  return actualSize(left) * actualSize(right);
}

function allocating(factor: number, size: number): number {
  return Math.trunc(size * factor) + 1 + listCreation;
}

function comparingAll(list: Value | undefined): number {
  if (!(list instanceof ListValue)) return 1;
  const { size } = list;
  if (size === 0) return allocating(2, 0);
  const first = list.at(0);
  const factor = typeof first === 'string' || first instanceof Uint8Array ? 2 + traversal : 2;
  return allocating(factor, size * size);
}

/** Of going through all that is in a value. Texts count in bytes, rounded down. */
function treeCost(value: Value): number {
  if (typeof value === 'string') return Math.trunc(Buffer.byteLength(value) * traversal);
  if (value instanceof Uint8Array) return Math.trunc(value.length * traversal);
  if (value instanceof ListValue) {
    let cost = 0;
    for (const item of value) cost += treeCost(item);
    return cost;
  }
  if (value instanceof MapValue) {
    let cost = 0;
    for (const key of value.keys()) cost += treeCost(key) + treeCost(value.find(key) ?? null);
    return cost;
  }
  return 1;
}

function selectorCost(length: number): number {
  const perRequirement = costFactors.listCreation + costFactors.structCreation;
  return listCreation + Math.ceil(length * traversal) + Math.ceil(Math.ceil(length * 0.5) * perRequirement);
}

function validation(format: FormatValue, text: Value | undefined): number {
  return Math.ceil((1 + actualSize(text)) * traversal) * Math.ceil(format.patternLength * pattern);
}

function containsIpCost(isText: boolean): CallCost {
  return ([cidr, other]) => {
    const base = Math.ceil(actualSize(cidr) * 2 * traversal);
    return isText ? base + Math.ceil(actualSize(other) * traversal) : base;
  };
}

function containsCidrCost(isText: boolean): CallCost {
  return ([cidr, other]) => {
    const size = actualSize(cidr);
    const base = Math.ceil(size * 2 * traversal) + Math.ceil(size * traversal) + 1;
    return isText ? base + Math.ceil(actualSize(other) * traversal) : base;
  };
}
