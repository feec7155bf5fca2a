/**
 * Fields that a strategy throws away are nobody's. Mirrors structured-merge-diff fieldpath Filter: NewExcludeSetFilter and
 * NewIncludeMatcherFilter.
 */
import { FieldSet, type Path } from './field-set.ts';

export type ResetFilter =
  /** These, with all below them. */
  | { readonly kind: 'exclude'; readonly fields: FieldSet }
  /** All but these, with all below them. */
  | { readonly kind: 'include'; readonly fields: FieldPattern };

/** What may follow, by element (`*`: any); `all`: anything. */
export type FieldPattern = 'all' | ReadonlyMap<string, FieldPattern>;

export function excluding(...paths: readonly Path[]): ResetFilter {
  return { kind: 'exclude', fields: FieldSet.of(...paths) };
}

/** `*` in a path is any element. */
export function including(...paths: readonly Path[]): ResetFilter {
  return { kind: 'include', fields: patternOf(paths) };
}

/** `undefined`: nothing is thrown away. */
export function filtered(filter: ResetFilter | undefined, set: FieldSet): FieldSet {
  if (!filter) return set;
  return filter.kind === 'exclude' ? set.recursiveDifference(filter.fields) : matching(set, filter.fields);
}

function patternOf(paths: readonly Path[]): FieldPattern {
  if (paths.some((path) => path.length === 0)) return 'all';
  const heads = new Set(paths.map(([head = '']) => head));
  return new Map(
    [...heads].map((head) => [head, patternOf(paths.filter((path) => path[0] === head).map((path) => path.slice(1)))]),
  );
}

/** A member on the way to what is included stays too. */
function matching(set: FieldSet, pattern: FieldPattern): FieldSet {
  if (pattern === 'all') return set;
  const result = new FieldSet();
  for (const [element, member, below] of set.elements()) {
    const next = pattern.get('*') ?? pattern.get(element);
    if (next !== undefined) result.put(element, member, below && matching(below, next));
  }
  return result;
}
