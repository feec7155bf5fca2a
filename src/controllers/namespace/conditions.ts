/** What a namespace says while it is being emptied. Mirrors kubernetes pkg/controller/namespace/deletion status_condition_utils.go. */
import type { GroupVersionResource } from '../../api/gvk.ts';
import { timestamp } from '../../lib/clock.ts';
import type { NamespaceCondition } from './namespace.ts';

/** What one round of deletion found. */
export interface Findings {
  readonly discoveryFailure: string | undefined;
  readonly deletionFailures: readonly string[];
  readonly remaining: readonly { readonly gvr: GroupVersionResource; readonly count: number }[];
  /** How many objects wait for each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
}

interface Verdict {
  readonly type: string;
  readonly okReason: string;
  readonly okMessage: string;
  readonly reason: string;
  /** `undefined`: all is well. */
  readonly message: (findings: Findings) => string | undefined;
}

const verdicts: readonly Verdict[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    okReason: 'ResourcesDiscovered',
    okMessage: 'All resources successfully discovered',
    reason: 'DiscoveryFailed',
    message: ({ discoveryFailure }) => discoveryFailure,
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    okReason: 'ParsedGroupVersions',
    okMessage: 'All legacy kube types successfully parsed',
    reason: 'GroupVersionParsingFailed',
    message: () => undefined,
  },
  {
    type: 'NamespaceDeletionContentFailure',
    okReason: 'ContentDeleted',
    okMessage: 'All content successfully deleted, may be waiting on finalization',
    reason: 'ContentDeletionFailed',
    message: ({ deletionFailures }) =>
      deletionFailures.length === 0
        ? undefined
        : `Failed to delete all resource types, ${deletionFailures.length} remaining: ${deletionFailures.toSorted().join(', ')}`,
  },
  {
    type: 'NamespaceContentRemaining',
    okReason: 'ContentRemoved',
    okMessage: 'All content successfully removed',
    reason: 'SomeResourcesRemain',
    message: ({ remaining }) =>
      remaining.length === 0
        ? undefined
        : `Some resources are remaining: ${remaining
            .map(({ gvr, count }) => `${gvr.resource}.${gvr.group} has ${count} resource instances`)
            .sort()
            .join(', ')}`,
  },
  {
    type: 'NamespaceFinalizersRemaining',
    okReason: 'ContentHasNoFinalizers',
    okMessage: 'All content-preserving finalizers finished',
    reason: 'SomeFinalizersRemain',
    message: ({ finalizers }) =>
      finalizers.size === 0
        ? undefined
        : `Some content in the namespace has finalizers remaining: ${Array.from(
            finalizers,
            ([finalizer, count]) => `${finalizer} in ${count} resource instances`,
          )
            .sort()
            .join(', ')}`,
  },
];

/** The conditions as they should be; `undefined`: they are. Pure. */
export function changedConditions(
  current: readonly NamespaceCondition[],
  findings: Findings,
  now: number,
): readonly NamespaceCondition[] | undefined {
  let changed = false;
  const next = [...current];
  for (const verdict of verdicts) {
    const failure = verdict.message(findings);
    const wanted = {
      type: verdict.type,
      status: failure === undefined ? 'False' : 'True',
      reason: failure === undefined ? verdict.okReason : verdict.reason,
      message: failure ?? verdict.okMessage,
    };
    const index = next.findIndex(({ type }) => type === verdict.type);
    const old = next[index];
    if (old?.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message) continue;
    changed = true;
    const since = old?.status === wanted.status ? old.lastTransitionTime : undefined;
    const condition = { ...wanted, lastTransitionTime: since ?? timestamp(now) };
    if (old) next[index] = condition;
    else next.push(condition);
  }
  return changed ? next : undefined;
}
