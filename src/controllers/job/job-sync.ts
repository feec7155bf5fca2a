/** One look at one Job: counts its pods, decides, makes and deletes pods, and writes down what it has counted. Mirrors syncJob of kubernetes pkg/controller/job. */
import { equalJson, type JsonValue } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import type { Expectations } from '../../controller/expectations.ts';
import type { PodControl } from '../../controller/pod-control.ts';
import { isPodReady } from '../../controller/pod.ts';
import { isNotFound } from '../../controller/status-cause.ts';
import type { WriteTracker } from '../../controller/write-tracker.ts';
import { timestamp } from '../../lib/clock.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { ControllerContext } from '../builtin-controller.ts';
import { slowStart } from '../replicaset/slow-start.ts';
import { jobs, pods } from '../resources.ts';
import { failuresAfter, type Failures } from './backoff.ts';
import { newCondition } from './conditions.ts';
import type { Job, JobCondition, JobStatus } from './job.ts';
import { isTracked, jobPod, trackingFinalizer, type JobPod } from './job-pod.ts';
import { planJobPods, type NewPod } from './pod-plan.ts';
import { tallyOf, type Tally } from './tally.ts';
import { countEnded, finished, settled, trackedUids, withSuspension } from './tracking.ts';
import { deadlineMs, verdictOn } from './verdict.ts';

export interface JobServices<S extends Side> {
  readonly context: ControllerContext<S>;
  readonly expectations: Expectations;
  readonly record: RecordEvent;
  readonly control: PodControl<S>;
  readonly writtenJobs: WriteTracker<S>;
  readonly writtenPods: WriteTracker<S>;
}

export class JobSync<S extends Side> {
  readonly #services: JobServices<S>;
  readonly #key: string;
  readonly #tally: Tally;
  readonly #failures: Failures;
  #counted = false;
  readonly #now: number;
  /** As last written. */
  #job: Job;
  #active: number;
  #ready: number;
  #terminating: number;
  #error: { readonly error: unknown } | undefined;
  #waitMs: number | undefined;

  constructor(
    services: JobServices<S>,
    key: string,
    job: Job,
    observed: readonly JobPod[],
    before: Failures | undefined,
  ) {
    this.#services = services;
    this.#key = key;
    this.#job = job;
    this.#now = services.context.clock.now();
    this.#tally = tallyOf(job, observed);
    const { active, ready, terminating, newSucceeded, newFailed } = this.#tally;
    this.#failures = failuresAfter(before, newSucceeded, newFailed);
    this.#active = active.length;
    this.#ready = ready;
    this.#terminating = terminating.length;
  }

  /** Those since the last success, for the next look; `undefined`: nothing was written down, and the next look finds them again. */
  get failures(): Failures | undefined {
    return this.#counted ? this.#failures : undefined;
  }

  /**
   * `sure`: all pods that were made and deleted before are seen. Gives after how long there is something to do again. Rejects with the first failure,
   * when all else is done.
   */
  async run(sure: boolean): Promise<number | undefined> {
    let status = this.#started(this.#job.status);
    const job = { ...this.#job, status };
    let verdict = verdictOn(job, this.#tally, this.#now);
    if (verdict) {
      const deleted = await this.#deletePods(this.#tally.active, false);
      // Who isn't gone, or hasn't been seen yet, may still have something to say.
      if (deleted !== this.#tally.active.length || !sure) verdict = undefined;
    } else {
      const managed = sure && job.metadata.deletionTimestamp === undefined;
      if (managed) await this.#managePods(job);
      verdict = this.#completion();
      if (!verdict && managed) status = this.#suspended(status);
    }
    status = { ...status, active: this.#active, ready: this.#ready, terminating: this.#terminating };
    await this.#track(status, verdict);
    if (this.#error) throw this.#error.error;
    const deadline = deadlineMs({ ...this.#job, status }, this.#now);
    const waits = [this.#waitMs, verdict ? undefined : deadline].filter((wait) => wait !== undefined && wait > 0);
    return waits.length === 0 ? undefined : Math.min(...(waits as number[]));
  }

  #started(status: JobStatus): JobStatus {
    if (status.startTime !== undefined || this.#job.suspended) return status;
    return { ...status, startTime: timestamp(this.#now) };
  }

  #completion(): JobCondition | undefined {
    const { completions } = this.#job;
    const { succeeded } = this.#tally;
    const complete = this.#active === 0 && (completions === undefined ? succeeded > 0 : succeeded >= completions);
    if (!complete) return undefined;
    const message = 'Reached expected number of succeeded pods';
    return newCondition('SuccessCriteriaMet', 'CompletionsReached', message, this.#now);
  }

  #suspended(status: JobStatus): JobStatus {
    const changed = withSuspension(this.#job, status, this.#now);
    if (!changed) return status;
    const { suspended, object } = this.#job;
    this.#services.record(
      object,
      'Normal',
      suspended ? 'Suspended' : 'Resumed',
      suspended ? 'Job suspended' : 'Job resumed',
    );
    return changed;
  }

  async #managePods(job: Job): Promise<void> {
    const plan = planJobPods(job, this.#tally, this.#failures, this.#now);
    switch (plan.kind) {
      case 'nothing':
        return;
      case 'wait':
        this.#waitMs = plan.ms;
        return;
      case 'delete': {
        const keys = plan.pods.map((pod) => objectKey(asObject(pod)));
        this.#services.expectations.expectDeletions(this.#key, keys);
        await this.#deletePods(plan.pods, true);
        return;
      }
      case 'create':
        return this.#createPods(plan.pods);
      default:
        return unreachable(plan);
    }
  }

  async #createPods(wanted: readonly NewPod[]): Promise<void> {
    const { expectations } = this.#services;
    expectations.expectCreations(this.#key, wanted.length);
    const left = [...wanted];
    const { succeeded, failure } = await slowStart(wanted.length, () => this.#createPod(left.shift()));
    expectations.notCreated(this.#key, wanted.length - succeeded);
    this.#active += succeeded;
    this.#error = failure;
  }

  async #createPod(wanted: NewPod | undefined): Promise<void> {
    const { index, failures } = wanted ?? {};
    const pod = jobPod(this.#job, index === undefined ? undefined : { index, failures });
    const { control, expectations } = this.#services;
    const made = await control.create(this.#job.object, pod);
    if (made) expectations.created(this.#key, objectKey(made));
    else expectations.notCreated(this.#key);
  }

  /** `released`: they are not counted. Gives the number of those that are deleted. */
  async #deletePods(doomed: readonly JobPod[], released: boolean): Promise<number> {
    const results = await Promise.allSettled(
      doomed.map(async (pod) => {
        try {
          if (released) await this.#release(pod, true);
          await this.#services.control.delete(this.#job.object, pod);
        } catch (error) {
          this.#services.expectations.deletionObserved(this.#key, objectKey(asObject(pod)));
          throw error;
        }
      }),
    );
    const deleted = doomed.filter((_, index) => results[index]?.status === 'fulfilled');
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) this.#error = { error: failed.reason };
    this.#active -= deleted.length;
    this.#terminating += deleted.length;
    this.#ready -= deleted.filter(isPodReady).length;
    return deleted.length;
  }

  /** Takes the finalizer away, if it is there. `uncounted`: only if nothing has happened to the pod since, so that no success of it is lost. */
  async #release(pod: JobPod, uncounted = false): Promise<void> {
    if (!isTracked(pod)) return;
    const { context, writtenPods } = this.#services;
    const { name = '', namespace, uid, resourceVersion } = pod.metadata;
    const seen = uncounted ? { resourceVersion } : {};
    const patch = { metadata: { uid, ...seen, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } };
    try {
      const written = await context.client.resource(pods, namespace).patch(name, 'strategic', patch);
      const gone = written.metadata.deletionTimestamp !== undefined && !written.metadata.finalizers?.length;
      if (gone && (written.metadata.deletionGracePeriodSeconds ?? 0) === 0)
        writtenPods.deleted(this.#key, written, true);
      else writtenPods.wrote(this.#key, written, true);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // Our cache may still have it: it isn't counted again.
      writtenPods.deleted(this.#key, asObject(pod), true);
    }
  }

  async #track(wanted: JobStatus, verdict: JobCondition | undefined): Promise<void> {
    const { status, release, final, truncated } = countEnded(this.#job, this.#tally, wanted, verdict, this.#now);
    await this.#write(status);
    this.#counted = true;
    const tracked = trackedUids(this.#tally.pods);
    const results = await Promise.allSettled(release.map((pod) => this.#release(pod)));
    for (const [index, { metadata }] of release.entries()) {
      if (results[index]?.status === 'fulfilled') tracked.delete(metadata.uid ?? '');
    }
    const counted = settled(this.#job.status, tracked);
    const ended = truncated ? undefined : finished(counted, final);
    await this.#write(ended ?? counted);
    if (ended && final) this.#recordEnd(ended, final);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #write(status: JobStatus): Promise<void> {
    const whole = written(status);
    if (equalJson(whole, written(this.#job.status)) && this.#job.status.uncountedTerminatedPods) return;
    const { context, writtenJobs } = this.#services;
    const client = context.client.resource(jobs, this.#job.metadata.namespace);
    const object = await client.updateStatus({ ...this.#job.object, status: whole });
    writtenJobs.wrote(this.#key, object, true);
    this.#job = { ...this.#job, metadata: object.metadata, object, status: (object['status'] ?? {}) as JobStatus };
  }

  #recordEnd({ succeeded = 0 }: JobStatus, { type, reason = '', message = '' }: JobCondition): void {
    const { completions, object } = this.#job;
    if (type !== 'Complete') return this.#services.record(object, 'Warning', reason, message);
    if (completions !== undefined && succeeded > completions) {
      const text = 'Too many succeeded pods running after completion count reached';
      this.#services.record(object, 'Warning', 'TooManySucceededPods', text);
    }
    this.#services.record(object, 'Normal', 'Completed', 'Job completed');
  }
}

/** Zero counts are not written, but for those that may be unknown. */
function written(status: JobStatus): JsonValue {
  const { active = 0, succeeded = 0, failed = 0, completedIndexes = '', ...rest } = status;
  const counts = { active, succeeded, failed, completedIndexes };
  // A view of JSON.
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0 && value !== '')),
  } as unknown as JsonValue;
}

function asObject(pod: JobPod): Readonly<KubeObject> {
  return pod as unknown as KubeObject;
}
