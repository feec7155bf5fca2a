/**
 * What calls may cost at most. Mirrors Kubernetes' apiserver pkg/cel/library/cost.go EstimateCallCost, the estimates of cel-go's
 * extensions, and the default ones of checker/cost.go.
 */
import { costFactors } from './call-cost.ts';
import { add, bounded, fixed, multiply, scale, unboundedCost, unknownSize, type Range } from './cost-range.ts';
import type { CallEstimate, CostNode } from './cost-node.ts';

export interface EstimatedCall {
  readonly name: string;
  readonly overload: string;
  readonly target: CostNode | undefined;
  readonly args: readonly CostNode[];
  readonly sizeOf: (node: CostNode) => Range;
}

type Estimate = (call: EstimatedCall) => CallEstimate | undefined;

const { traversal, pattern, listCreation, structCreation } = costFactors;
const one: Estimate = () => ({ cost: fixed(1) });
const maxAddressBytes: Range = { min: 4, max: 16 };
/** Upstream takes the longest pattern for all formats. */
const formatPatternLength = 128;
const formatNameLength = 64;

/** Without what the arguments cost. */
export function estimateCall(call: EstimatedCall): CallEstimate {
  return (
    byOverload(call) ??
    (call.name === '_==_' ? equality(call) : byFunction.get(call.name)?.(call)) ??
    standard(call) ?? { cost: fixed(1) }
  );
}

const byFunction: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ...named('isSorted sum max min indexOf lastIndexOf', eachElement),
  ...named('url jsonpatch.escapeKey', ({ args: [text], sizeOf }) => text && traversed(sizeOf(text), sizeOf(text))),
  ...named(
    'lowerAscii upperAscii substring trim',
    ({ target, sizeOf }) => target && traversed(sizeOf(target), sizeOf(target)),
  ),
  ['replace', replacement],
  ['split', splitting],
  ['join', joining],
  ...named('find findAll', finding),
  ...named('cidr isIP isCIDR quantity isQuantity semver isSemver', firstArg(traversal)),
  ['ip', (call) => (call.overload === 'cidr_ip' ? one(call) : firstArg(traversal)(call))],
  ['ip.isCanonical', firstArg(2 * traversal)],
  ...named('masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast', one),
  ...named('isGlobalUnicast format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan', one),
  ...named('compareTo add sub major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', one),
  ...named('serviceAccount path group resource subresource namespace name allowed reason error errored', one),
  ['check', () => ({ cost: fixed(350_000) })],
  ...named('fieldSelector labelSelector', ({ args: [selector], sizeOf }) => selector && selecting(sizeOf(selector))),
  ['containsIP', (call) => ({ cost: add(containment(), textOf(call, 'cidr_contains_ip_string')) })],
  [
    'containsCIDR',
    (call) => {
      const masking = add(scale(maxAddressBytes, traversal), fixed(1));
      return { cost: add(add(containment(), masking), textOf(call, 'cidr_contains_cidr_string')) };
    },
  ],
  [
    'validate',
    ({ args: [text], sizeOf }) =>
      text && { cost: scale(scale(sizeOf(text), traversal), formatPatternLength * pattern) },
  ],
]);

function named(names: string, estimate: Estimate): (readonly [string, Estimate])[] {
  return names.split(' ').map((name) => [name, estimate]);
}

function firstArg(factor: number): Estimate {
  return ({ args: [first], sizeOf }) => first && { cost: scale(sizeOf(first), factor) };
}

function traversed(size: Range, resultSize: Range): CallEstimate {
  return { cost: scale(size, traversal), resultSize };
}

/** An element of a list, at its path. */
function elementOf(list: CostNode): CostNode | undefined {
  const [type] = list.type.params;
  if (type === undefined) return undefined;
  const path = list.path === undefined ? undefined : [...list.path, '@items'];
  return { expr: undefined, type, path, size: undefined };
}

function eachElement({ target, sizeOf }: EstimatedCall): CallEstimate | undefined {
  if (target === undefined) return undefined;
  const element = elementOf(target);
  if (element === undefined) return { cost: scale(sizeOf(target), traversal) };
  const isText = element.type.kind === 'string' || element.type.kind === 'bytes';
  const each = isText ? add(fixed(1), scale(sizeOf(element), traversal)) : fixed(1);
  return { cost: multiply(sizeOf(target), each) };
}

function replacement({ target, args: [old, by], sizeOf }: EstimatedCall): CallEstimate | undefined {
  if (target === undefined || old === undefined || by === undefined) return undefined;
  const size = sizeOf(target);
  const [oldSize, bySize] = [sizeOf(old), sizeOf(by)];
  let [most, kept] = [0, 0];
  if (oldSize.min === 0) [most, kept] = [bounded(size.max + 1), size.max];
  else if (bySize.max <= oldSize.min) kept = size.max;
  else most = Math.ceil(size.max / oldSize.min);
  let [least, left] = [0, 0];
  if (oldSize.max === 0) [least, left] = [bounded(size.min + 1), size.min];
  else if (oldSize.max <= bySize.min) left = size.min;
  else least = Math.ceil(size.min / oldSize.max);
  const resultSize = add(multiply({ min: least, max: most }, bySize), { min: left, max: kept });
  return { cost: scale(size, 2 * traversal), resultSize };
}

function splitting({ target, args: [, count], sizeOf }: EstimatedCall): CallEstimate | undefined {
  if (target === undefined) return undefined;
  const size = sizeOf(target);
  const limit = count?.expr?.kind === 'literal' && typeof count.expr.value === 'number' ? count.expr.value : undefined;
  // Negative counts are huge once they are unsigned.
  const max = limit === undefined ? size.max : limit < 0 ? unboundedCost : limit;
  return { cost: scale(size, 2 * traversal), resultSize: { min: 0, max } };
}

function joining({ target, args: [separator], sizeOf }: EstimatedCall): CallEstimate | undefined {
  if (target === undefined) return undefined;
  const count = sizeOf(target);
  const element = elementOf(target);
  let size: Range = element === undefined ? fixed(0) : multiply(count, sizeOf(element));
  if (separator !== undefined) {
    const gaps: Range = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
    size = add(size, multiply(sizeOf(separator), gaps));
  }
  return { cost: scale(size, traversal), resultSize: size };
}

function finding({ target, args: [expression], sizeOf }: EstimatedCall): CallEstimate | undefined {
  if (target === undefined || expression === undefined) return undefined;
  const size = sizeOf(target);
  return { cost: matching(size, sizeOf(expression)), resultSize: { min: 0, max: size.max } };
}

function matching(text: Range, expression: Range): Range {
  return multiply(scale(add(text, fixed(1)), traversal), scale(expression, pattern));
}

function selecting(length: Range): CallEstimate {
  const requirements = scale(scale(length, 0.5), listCreation + structCreation);
  return { cost: add(add(fixed(listCreation), scale(length, traversal)), requirements) };
}

function containment(): Range {
  return scale(add(maxAddressBytes, maxAddressBytes), traversal);
}

/** Of reading the argument where it is a text. */
function textOf({ overload, args: [text], sizeOf }: EstimatedCall, ofText: string): Range {
  return overload === ofText && text !== undefined ? scale(sizeOf(text), traversal) : fixed(0);
}

/** Kubernetes' own types are compared at once. */
function equality({ args: [left, right] }: EstimatedCall): CallEstimate | undefined {
  if (left === undefined || right === undefined || left.type.text !== right.type.text) return undefined;
  switch (left.type.name) {
    case 'net.IP':
    case 'net.CIDR':
    case 'kubernetes.Quantity':
    case 'kubernetes.Semver':
      return { cost: fixed(1) };
    case 'kubernetes.NamedFormat':
      return { cost: scale({ min: 1, max: formatNameLength }, traversal) };
    case 'kubernetes.URL':
      return { cost: scale({ min: 1, max: right.size?.max ?? 1 }, traversal) };
    default:
      return undefined;
  }
}

/** Of the extensions of the language. */
function byOverload(call: EstimatedCall): CallEstimate | undefined {
  const { overload, target, args, sizeOf } = call;
  const [first, second] = args;
  const size = target === undefined ? undefined : sizeOf(target);
  if (overload.startsWith('list_sets_') && first !== undefined && second !== undefined) {
    const factor = overload === 'list_sets_equivalent_list' ? 2 : 1;
    return { cost: add(scale(multiply(sizeOf(first), sizeOf(second)), factor), fixed(1)) };
  }
  if (overload === 'lists_range') return first && allocating(1, fixed(intOf(first, unboundedCost)));
  if (size === undefined) return undefined;
  if (/^list_.*_sortByAssociatedKeys$/.test(overload)) return first && sorting(sizeOf(first), overload);
  if (/^list_.*_sort$/.test(overload)) return sorting(size, overload);
  switch (overload) {
    case 'list_slice': {
      if (first === undefined || second === undefined) return undefined;
      const length = intOf(second, size.max) - intOf(first, 0);
      // Upstream's difference of unsigned numbers wraps around.
      return allocating(1, fixed(length < 0 ? unboundedCost : length));
    }
    case 'list_reverse':
      return allocating(1, size);
    case 'list_flatten':
    case 'list_flatten_int':
      return allocating(first === undefined ? 1 : intOf(first, unboundedCost), size);
    case 'list_distinct':
      return allocating(2, multiply(size, size));
    default:
      return undefined;
  }
}

function sorting(size: Range, overload: string): CallEstimate {
  const isText = /^list_(string|bytes)_/.test(overload);
  return allocating(isText ? 2 + traversal : 2, multiply(size, size));
}

function allocating(factor: number, resultSize: Range): CallEstimate {
  return { cost: add(scale(resultSize, factor), fixed(1 + listCreation)), resultSize };
}

/** The value of a literal. */
function intOf(node: CostNode, otherwise: number): number {
  const literal = node.expr?.kind === 'literal' ? node.expr.value : undefined;
  return typeof literal === 'number' ? Math.max(0, literal) : otherwise;
}

/** Of the language itself. Sizes that aren't known here are not looked for once more. */
function standard({ overload, target, args }: EstimatedCall): CallEstimate | undefined {
  const [first, second] = args;
  const size = (node: CostNode): Range => node.size ?? unknownSize;
  if (/^(less|greater)(_equals)?_(string|bytes)$|^(not_)?equals$/.test(overload)) {
    if (first === undefined || second === undefined) return undefined;
    const max = Math.min(size(first).max, size(second).max);
    return { cost: scale({ min: max > 0 ? 1 : 0, max }, traversal) };
  }
  switch (overload) {
    case 'string_format':
      return target && { cost: scale(size(target), traversal) };
    case 'string_to_bytes':
      return first && traversed(size(first), { min: size(first).min, max: bounded(size(first).max * 4) });
    case 'bytes_to_string':
      return first && traversed(size(first), { min: Math.trunc(size(first).min / 4), max: size(first).max });
    case 'strings_quote': {
      const resultSize = first && { min: size(first).min + 2, max: bounded(size(first).max * 2 + 2) };
      return first && resultSize && traversed(size(first), resultSize);
    }
    case 'starts_with_string':
    case 'ends_with_string':
      return first && { cost: scale(size(first), traversal) };
    case 'in_list':
      return second && { cost: size(second) };
    case 'matches_string':
      return target && first && { cost: matching(size(target), size(first)) };
    case 'contains_string':
      return target && first && { cost: multiply(scale(size(target), traversal), scale(size(first), traversal)) };
    default:
      return undefined;
  }
}
