/** Questions that controllers ask of selectors. */
import { matchesLabelSelector, SelectorError, type LabelSelector } from '../api/label-selector.ts';
import type { ObjectMeta } from '../api/object.ts';

export type { LabelSelector } from '../api/label-selector.ts';

type Labels = ObjectMeta['labels'];

/** Whether the selector has no requirement at all: it would match everything, which workloads don't accept. */
export function selectsEverything(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

/** An empty selector matches everything; an absent one nothing; one that isn't valid nothing. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  try {
    return matchesLabelSelector(selector, labels);
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

/** All of `wanted` are among `labels`. */
export function matchesLabels(wanted: Readonly<Record<string, string>>, labels: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}
