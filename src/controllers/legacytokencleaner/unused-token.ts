/**
 * When a token in a Secret counts as unused: nobody has shown it for so long, it was then marked invalid, and nobody has missed it for as long
 * again. Mirrors evaluateSATokens of kubernetes pkg/controller/serviceaccount, v1.36. Days are those of UTC, as the labels say them.
 */
import type { ObjectMeta } from '../../api/object.ts';

export type Verdict =
  | { readonly kind: 'keep' }
  /** Not before that time, milliseconds since the epoch. */
  | { readonly kind: 'look'; readonly at: number }
  /** To be labelled with that day. */
  | { readonly kind: 'mark'; readonly day: string }
  | { readonly kind: 'delete' };

export const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';
const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';
const dayMs = 86_400_000;

/** `since`: the day from which on uses are noted; `unusedMs`: how long is long. */
export function judgeToken(
  { creationTimestamp, labels = {} }: Readonly<ObjectMeta>,
  since: string | undefined,
  now: number,
  unusedMs: number,
): Verdict {
  const noted = dayAt(since);
  const used = labels[lastUsedLabel];
  const usedDay = dayAt(used);
  if (noted === undefined || (used !== undefined && usedDay === undefined)) return { kind: 'keep' };
  const created = Date.parse(creationTimestamp ?? '') || 0;
  // A day is over when the next one begins.
  const unusedSince = Math.max(noted + dayMs, created + 1, usedDay === undefined ? 0 : usedDay + dayMs);
  if (now < unusedSince + unusedMs) return { kind: 'look', at: unusedSince + unusedMs };
  const marked = dayAt(labels[invalidSinceLabel]);
  if (marked === undefined) return { kind: 'mark', day: dayOf(now) };
  const end = marked + dayMs + unusedMs;
  return now < end ? { kind: 'look', at: end } : { kind: 'delete' };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 'yyyy-mm-dd'.length);
}

/** The beginning of a day that is written as `2026-11-21`; `undefined`: it isn't one. */
function dayAt(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) || dayOf(time) !== text ? undefined : time;
}
