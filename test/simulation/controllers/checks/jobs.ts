/**
 * Jobs: never more at work than allowed, what is counted is what has been, and what is over stays over. What has been is followed here from the pods
 * themselves, by their UIDs.
 */
import { objectKey, type KubeObject } from '../../../../src/api/object.ts';
import { controllerOf } from '../../../../src/controller/owner-reference.ts';
import { asPod, isPodActive } from '../../../../src/controller/pod.ts';
import { Indexes } from '../../../../src/controllers/job/indexes.ts';
import { asJobPod, completionIndex, isTracked } from '../../../../src/controllers/job/job-pod.ts';
import { asJob, indexesOf, isFinished, type Job } from '../../../../src/controllers/job/job.ts';
import type { TruthWrite } from '../truth.ts';
import type { World } from '../world.ts';
import { activePods, controlledBy, isCreation, textOf, type Check } from './check.ts';

/** Of one Job, by UIDs of pods that had its finalizer. */
interface Ledger {
  readonly succeeded: Set<string>;
  /** Ended in another way, or was told to. */
  readonly failed: Set<string>;
  readonly succeededIndexes: Set<number>;
  /** A user has changed one of its pods: what of it is counted is anybody's guess. */
  handled: boolean;
}

export function jobCheck(): Check {
  const ledgers = new Map<string, Ledger>();
  const ledgerOf = (uid: string): Ledger => {
    const known = ledgers.get(uid);
    if (known) return known;
    const ledger = {
      succeeded: new Set<string>(),
      failed: new Set<string>(),
      succeededIndexes: new Set<number>(),
      handled: false,
    };
    ledgers.set(uid, ledger);
    return ledger;
  };
  return {
    onWrite(world, write) {
      if (write.plural === 'jobs') return jobWritten(write, ledgerOf);
      if (write.plural !== 'pods') return [];
      note(write, ledgerOf);
      const reference = controllerOf(write.after ?? { metadata: {} });
      const job = reference?.kind === 'Job' ? world.truth.byUid(reference.uid) : undefined;
      return job && write.after && isCreation(write) && write.controller === 'job-controller'
        ? created(world, job, write.after, ledgerOf(job.metadata.uid ?? ''))
        : [];
    },
    whenQuiet: (world) =>
      world.truth.list('jobs').flatMap((job) => converged(world, job, ledgerOf(job.metadata.uid ?? ''))),
  };
}

function note({ before, after, actor, request }: TruthWrite, ledgerOf: (uid: string) => Ledger): void {
  for (const object of [before, after]) {
    const uid = object && controllerOf(object)?.uid;
    if (uid === undefined || !object) continue;
    // One that loses its owner after it was counted is adopted, and counted, again.
    if (actor === 'user' && request?.method === 'PATCH') ledgerOf(uid).handled = true;
    if (!isTracked(object)) continue;
    const pod = asJobPod(object);
    const ledger = ledgerOf(uid);
    if (pod.status?.phase === 'Succeeded') {
      ledger.succeeded.add(pod.metadata.uid ?? '');
      const index = completionIndex(pod);
      if (index !== undefined) ledger.succeededIndexes.add(index);
    } else if (!isPodActive(pod)) ledger.failed.add(pod.metadata.uid ?? '');
  }
}

function versions({ truth, machine }: World, job: KubeObject): Job[] {
  const { namespace = '', name = '', uid } = job.metadata;
  const told = machine.views.told('job', objectKey(job), 'jobs');
  return truth
    .versionsSince('jobs', namespace, name, told)
    .flatMap((version) => (version && version.metadata.uid === uid ? [asJob(version)] : []));
}

function created(world: World, object: KubeObject, pod: KubeObject, ledger: Ledger): string[] {
  const { truth, machine } = world;
  const uid = object.metadata.uid ?? '';
  const known = versions(world, object);
  const wrong: string[] = [];
  if (known.every(isFinished)) wrong.push('is over, and makes another pod');
  if (known.every(({ suspended }) => suspended)) wrong.push('is suspended, and makes another pod');
  const active = activePods(truth, uid);
  const isUnseen = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
    machine.views.isUnknown(metadata.uid ?? '', 'job', objectKey(object), 'pods');
  const lost = controlledBy(truth, 'pods', uid).filter(isUnseen).length;
  const most = Math.max(...known.map(({ parallelism }) => parallelism)) + lost;
  if (active.length > most) wrong.push(`has ${active.length} pods at work, and may have ${most}`);
  const { completions } = asJob(object);
  const told = machine.views.told('job', objectKey(object), 'pods');
  const done = (one: KubeObject | undefined): boolean => one !== undefined && asPod(one).status?.phase === 'Succeeded';
  const counted = Math.max(0, ...known.map(({ status }) => status.succeeded ?? 0));
  if (
    completions !== undefined &&
    counted + active.length > completions + lost &&
    known.every((one) => one.completions === completions)
  )
    wrong.push(`has ${counted} successes and ${active.length} at work for ${completions}`);
  const index = completionIndex(asJobPod(pod));
  if (index === undefined) return wrong.map((text) => `${textOf(object)} ${text}`);
  const twins = active.filter((one) => one.metadata.uid !== pod.metadata.uid && completionIndex(one) === index);
  if (twins.some((one) => !isUnseen(one))) wrong.push(`makes a second pod for index ${index}`);
  const known0 = controlledBy(truth, 'pods', uid).filter((one) => completionIndex(asJobPod(one)) === index);
  const toldOfSuccess = known0.some((one) =>
    truth
      .versionsSince('pods', one.metadata.namespace ?? '', one.metadata.name ?? '', told)
      .slice(0, 1)
      .some(done),
  );
  const countedIndex = known.every(({ status, ...job }) =>
    Indexes.parse(status.completedIndexes ?? '', indexesOf({ ...job, status })).has(index),
  );
  if ((toldOfSuccess && !ledger.handled && ledger.succeededIndexes.has(index)) || countedIndex)
    wrong.push(`makes index ${index} again`);
  return wrong.map((text) => `${textOf(object)} ${text}`);
}

/** The ledger is complete at every moment: a pod's end is written before it is counted. */
function jobWritten({ before, after }: TruthWrite, ledgerOf: (uid: string) => Ledger): string[] {
  if (!after) return [];
  const [old, job] = [before && asJob(before), asJob(after)];
  const { succeeded, failed, handled } = ledgerOf(after.metadata.uid ?? '');
  const { status } = job;
  const wrong: string[] = [];
  const uncounted = status.uncountedTerminatedPods ?? {};
  const successes = (status.succeeded ?? 0) + (job.indexed ? 0 : (uncounted.succeeded ?? []).length);
  if (!job.indexed && !handled && successes > succeeded.size)
    wrong.push(`counts ${successes} successes where ${succeeded.size} have been`);
  const failures = (status.failed ?? 0) + (uncounted.failed ?? []).length;
  // Of pods that succeed while they are being deleted either may be told.
  const ended = failed.union(succeeded).size;
  if (!handled && failures > failed.size && failures > ended)
    wrong.push(`counts ${failures} failures where ${failed.size} have been`);
  if (failures + successes > ended && !job.indexed && !handled)
    wrong.push(`counts ${failures + successes} ends where ${ended} have been`);
  if (old && isFinished(old) && !isFinished(job)) wrong.push('is no longer over');
  if (old && (old.status.failed ?? 0) > (status.failed ?? 0)) wrong.push('forgets failures');
  if (old && !job.indexed && (old.status.succeeded ?? 0) > (status.succeeded ?? 0)) wrong.push('forgets successes');
  return wrong.map((text) => `${textOf(after)} ${text}: ${JSON.stringify(status)}`);
}

function converged({ truth }: World, object: KubeObject, ledger: Ledger): string[] {
  if (object.metadata.deletionTimestamp !== undefined) return [`${textOf(object)} is never gone`];
  const job = asJob(object);
  const { status } = job;
  const wrong: string[] = [];
  const pods = controlledBy(truth, 'pods', object.metadata.uid ?? '');
  const active = pods.filter((pod) => isPodActive(asPod(pod)));
  const over = isFinished(job);
  if ((status.active ?? 0) !== active.length) wrong.push(`says ${status.active} are at work, and ${active.length} are`);
  const idle = job.suspended || job.parallelism === 0;
  if (!over && !idle) wrong.push('never ends');
  if ((over || job.suspended) && active.length > 0) wrong.push('has pods at work though it should have none');
  if (pods.some(isTracked)) wrong.push('still has pods to be counted');
  const uncounted = status.uncountedTerminatedPods ?? {};
  if ((uncounted.succeeded ?? []).length + (uncounted.failed ?? []).length > 0) wrong.push('has not counted all');
  // Where the Job has failed, who was still at work counts as failed, whatever became of it.
  const failed = status.conditions?.some(({ type }) => type === 'FailureTarget') === true;
  if (!job.indexed && !ledger.handled && !failed) {
    const { succeeded = 0 } = status;
    if (succeeded !== ledger.succeeded.size) wrong.push(`counts ${succeeded} of ${ledger.succeeded.size} successes`);
  }
  return wrong.map((text) => `${textOf(object)} ${text}: ${JSON.stringify(status)}`);
}
