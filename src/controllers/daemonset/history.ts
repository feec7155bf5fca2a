/** Which of a DaemonSet's revisions is its template's, and which are over. Mirrors constructHistory and cleanupHistory of pkg/controller/daemon. Pure. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import {
  planRevision,
  revisionHashLabel,
  revisionTemplate,
  type RevisionPlan,
} from '../../controller/revision-history.ts';
import { sameTemplate } from '../../controller/template-hash.ts';

type Revision = Readonly<KubeObject>;

export interface HistoryPlan {
  readonly current: RevisionPlan;
  /** They keep the same template as the current one. */
  readonly duplicates: readonly Revision[];
  /** Those of other templates, oldest first. */
  readonly old: readonly Revision[];
}

/** `revisions`: sorted. */
export function planHistory(template: JsonObject, revisions: readonly Revision[]): HistoryPlan {
  const current = planRevision(template, revisions);
  const kept = current.kind === 'create' ? undefined : current.revision;
  const equal = revisions.filter((revision) => sameTemplate(revisionTemplate(revision), template));
  return {
    current,
    duplicates: equal.filter((revision) => revision !== kept),
    old: revisions.filter((revision) => !equal.includes(revision)),
  };
}

/** Those beyond the limit, but none that a pod was made from. `live`: the hashes of pods. */
export function surplusHistory(
  old: readonly Revision[],
  live: ReadonlySet<string>,
  limit: number,
): readonly Revision[] {
  const unused = old.filter((revision) => !live.has(revisionHash(revision)));
  return unused.slice(0, Math.max(0, old.length - limit));
}

export function revisionHash({ metadata }: Revision): string {
  return metadata.labels?.[revisionHashLabel] ?? '';
}
