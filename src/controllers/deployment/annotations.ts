/** What a Deployment writes on its ReplicaSets. Mirrors kubernetes pkg/controller/deployment/util SetNewReplicaSetAnnotations. */
import type { ReplicaSet } from '../replicaset/replica-set.ts';
import type { Deployment } from './deployment.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
/** Of old API versions: the revision to go back to, 0 for the one before. */
export const rollbackAnnotation = 'deprecated.deployment.rollback.to';
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

const notCopied: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  rollbackAnnotation,
]);

const revisionHistoryCharsMax = 2000;

type Annotations = Readonly<Record<string, string>>;

/** Whoever wants may begin where numbers of JavaScript end. */
const revisionMax = 2n ** 63n - 1n;

/** 0 for what is no revision. */
export function revisionOf(set: ReplicaSet): bigint {
  return parseRevision(set.metadata.annotations?.[revisionAnnotation]) ?? 0n;
}

/** For sorting: the oldest first. */
export function byRevision(left: ReplicaSet, right: ReplicaSet): number {
  const difference = revisionOf(left) - revisionOf(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function parseRevision(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^\d{1,19}$/.test(text)) return undefined;
  const revision = BigInt(text);
  return revision > revisionMax ? undefined : revision;
}

/** A Deployment's annotations when it goes back to the template of `set`: those that it was given with it. Mirrors SetDeploymentAnnotationsTo. */
export function annotationsOfSet(deployment: Deployment, set: ReplicaSet): Annotations {
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => notCopied.has(key));
  const copied = Object.entries(set.metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key));
  return Object.fromEntries([...own, ...copied]);
}

/** The revision of a ReplicaSet that is newer than all of `old`. */
export function nextRevision(old: readonly ReplicaSet[]): bigint {
  return old.map(revisionOf).reduce((greatest, revision) => (revision > greatest ? revision : greatest), 0n) + 1n;
}

export function desiredReplicasOf(set: ReplicaSet): number | undefined {
  return count(set, desiredReplicasAnnotation);
}

export function maxReplicasOf(set: ReplicaSet): number | undefined {
  return count(set, maxReplicasAnnotation);
}

/** Kept on each ReplicaSet, so that a change of the Deployment's size is noticed. */
export function sizeAnnotations(deployment: Deployment, surge: number): Annotations {
  return {
    [desiredReplicasAnnotation]: String(deployment.replicas),
    [maxReplicasAnnotation]: String(deployment.replicas + surge),
  };
}

/** Whether all of `wanted` stand on the set. */
export function hasAnnotations(set: ReplicaSet, wanted: Annotations): boolean {
  return Object.entries(wanted).every(([key, value]) => set.metadata.annotations?.[key] === value);
}

/**
 * The annotations that the new ReplicaSet should have beyond those it has: the Deployment's own, and its revision. A revision that
 * it had before (a rollback) goes to its history. Empty: nothing to change.
 */
export function changedAnnotations(deployment: Deployment, set: ReplicaSet | undefined, revision: bigint): Annotations {
  const current = set?.metadata.annotations ?? {};
  const changed: Record<string, string> = {};
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!notCopied.has(key) && current[key] !== value) changed[key] = value;
  }
  const oldRevision = current[revisionAnnotation];
  if (oldRevision !== undefined && !/^\d+$/.test(oldRevision) && oldRevision !== '') return changed;
  if ((parseRevision(oldRevision) ?? 0n) >= revision) return changed;
  changed[revisionAnnotation] = String(revision);
  if (oldRevision === undefined) return changed;
  const history = appendedHistory(current[revisionHistoryAnnotation] ?? '', oldRevision);
  if (history !== undefined) changed[revisionHistoryAnnotation] = history;
  return changed;
}

/** The oldest revisions are dropped for the newest; `undefined` when even that one doesn't fit. */
function appendedHistory(history: string, revision: string): string | undefined {
  const revisions = history === '' ? [] : history.split(',');
  revisions.push(revision);
  while (revisions.length > 1 && revisions.join(',').length > revisionHistoryCharsMax) revisions.shift();
  const text = revisions.join(',');
  return text.length > revisionHistoryCharsMax ? undefined : text;
}

function count(set: ReplicaSet, annotation: string): number | undefined {
  const text = set.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined;
}
