/** Makes Jobs when their time has come. Mirrors kubernetes pkg/controller/cronjob cronjob_controllerv2.go. */
import { parseSchedule, type CronSchedule } from '../../api/cron-schedule.ts';
import { isTimeZone, zonedTimestamp } from '../../api/cron-times.ts';
import { goQuote } from '../../api/go-text.ts';
import { equalJson, type JsonValue } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import { controllerOf, controllerReference, isControlledBy, refersTo } from '../../controller/owner-reference.ts';
import { isAlreadyExists, isNamespaceTerminating, unlessNotFound } from '../../controller/status-cause.ts';
import { timestamp } from '../../lib/clock.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { cronJobKind, cronJobs, jobs } from '../resources.ts';
import { childrenOf, referenceTo, scheduledAnnotation, surplusJobs } from './children.ts';
import { asCronJob, type CronJob, type CronJobStatus, type JobReference } from './cron-job.ts';
import { latestDue, untilNextMs } from './due.ts';

const minuteMs = 60_000;
/** The Jobs of a CronJob, by its key. */
const parentIndex = 'cronjob';

export const cronJobController: BuiltinController = {
  name: 'cronjob-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const parents = informers.informer({ gvr: cronJobs });
    const children = informers.informer({ gvr: jobs });
    const worker = new Worker(context, parents, children);
    const reconcile = (key: string): Promise<Result> => worker.reconcile(key);
    const controller = new Controller({ name: 'cronjob', reconcile, clock, logger, ...(metrics ? { metrics } : {}) });
    const enqueue = (key: string): void => controller.queue.add(key);
    parents.addHandler({
      onAdd: (parent) => enqueue(objectKey(parent)),
      onUpdate: (old, parent) => {
        const waitMs = worker.untilNewScheduleMs(asCronJob(old), asCronJob(parent));
        if (waitMs === undefined) enqueue(objectKey(parent));
        else if (Number.isFinite(waitMs)) controller.queue.addAfter(objectKey(parent), waitMs);
      },
    });
    children.addIndex(parentIndex, parentKeys);
    const enqueueParent = (job: Readonly<KubeObject>): void => {
      for (const key of parentKeys(job)) if (isControlledBy(job, parents.get(key) ?? { metadata: {} })) enqueue(key);
    };
    children.addHandler({
      onAdd: enqueueParent,
      onUpdate: (_old, job) => enqueueParent(job),
      onDelete: enqueueParent,
    });
    return controller;
  },
};

function parentKeys(job: Readonly<KubeObject>): string[] {
  const controller = controllerOf(job);
  return controller && refersTo(controller, cronJobKind) ? [`${job.metadata.namespace}/${controller.name}`] : [];
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #parents: Informer<S>;
  readonly #children: Informer<S>;
  readonly #record: RecordEvent;

  constructor(context: ControllerContext<S>, parents: Informer<S>, children: Informer<S>) {
    this.#context = context;
    this.#parents = parents;
    this.#children = children;
    this.#record = context.events.for('cronjob-controller');
  }

  /**
   * How long nothing follows from a change of the schedule: what was due by it before the change is no longer made up for. `undefined`: it has not
   * changed; infinite: the new one is none. Mirrors updateCronJob.
   */
  untilNewScheduleMs(old: CronJob, cronJob: CronJob): number | undefined {
    if (old.schedule === cronJob.schedule && old.timeZone === cronJob.timeZone) return undefined;
    if (cronJob.timeZone !== undefined && !isTimeZone(cronJob.timeZone)) return undefined;
    const schedule = parseSchedule(cronJob.schedule);
    if (typeof schedule === 'string') {
      const text = `unparseable schedule for cronjob: ${cronJob.schedule}`;
      this.#record(cronJob.object, 'Warning', 'UnParseableCronJobSchedule', text);
      return Number.POSITIVE_INFINITY;
    }
    const waitMs = untilNextMs(cronJob, schedule, this.#context.clock.now());
    return waitMs === undefined ? undefined : Math.max(0, waitMs);
  }

  async reconcile(key: string): Promise<Result> {
    const object = this.#parents.get(key);
    if (!object) return done;
    const cronJob = asCronJob(object);
    const found = this.#children.byIndex(parentIndex, key).filter((job) => isControlledBy(job, object));
    for (const job of surplusJobs(cronJob, found)) await this.#deleteJob(cronJob, job.metadata);
    const sync = new CronJobSync(this.#context, this.#record, cronJob);
    let result: Result = done;
    try {
      await sync.settleChildren(found);
      result = await sync.schedule();
    } finally {
      await this.#write(cronJob, sync.status);
    }
    return result;
  }

  async #deleteJob(cronJob: CronJob, metadata: KubeObject['metadata']): Promise<void> {
    await new CronJobSync(this.#context, this.#record, cronJob).deleteJob(metadata.name ?? '', metadata.uid ?? '');
  }

  async #write({ object, status: before, metadata }: CronJob, status: CronJobStatus): Promise<void> {
    const { active = [], ...rest } = status;
    const plain = (value: object): JsonValue => value as unknown as JsonValue;
    const next = plain({ ...rest, ...(active.length > 0 ? { active } : {}) });
    if (equalJson(next, plain(before))) return;
    await this.#context.client.resource(cronJobs, metadata.namespace).updateStatus({ ...object, status: next });
  }
}

/** One look at one CronJob. */
class CronJobSync<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #record: RecordEvent;
  readonly #cronJob: CronJob;
  /** As it is to be written. */
  status: CronJobStatus;

  constructor(context: ControllerContext<S>, record: RecordEvent, cronJob: CronJob) {
    this.#context = context;
    this.#record = record;
    this.#cronJob = cronJob;
    this.status = cronJob.status;
  }

  async settleChildren(found: readonly Readonly<KubeObject>[]): Promise<void> {
    const { metadata } = this.#cronJob;
    const { status, ended, unexpected, unseen } = childrenOf(this.#cronJob, found);
    this.status = status;
    for (const { name, result } of ended) {
      this.#event('Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${result}`);
    }
    if (unexpected.length > 0) {
      // The status may be newer than our sight of it.
      const fresh = asCronJob(
        await this.#context.client.resource(cronJobs, metadata.namespace).get(metadata.name ?? ''),
      );
      const known = new Set(fresh.status.active?.map(({ uid }) => uid));
      for (const job of unexpected.filter((one) => !known.has(one.metadata.uid ?? ''))) {
        const text = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
        this.#event('Warning', 'UnexpectedJob', text);
      }
    }
    for (const { name, uid } of unseen) {
      const job = await unlessNotFound(this.#jobs.get(name));
      if (job) continue;
      this.#event('Normal', 'MissingJob', `Active job went missing: ${name}`);
      this.status = { ...this.status, active: this.#active.filter((one) => one.uid !== uid) };
    }
  }

  /** Makes the Job that is due, if there is one. */
  async schedule(): Promise<Result> {
    const { metadata, timeZone, suspended, schedule: text } = this.#cronJob;
    if (metadata.deletionTimestamp !== undefined) return done;
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      this.#event(
        'Warning',
        'UnknownTimeZone',
        `invalid timeZone: ${goQuote(timeZone)}: unknown time zone ${timeZone}`,
      );
      return done;
    }
    if (suspended) return done;
    if (text.includes('TZ')) this.#event('Warning', 'UnsupportedSchedule', zoneAdvice(text));
    const schedule = parseSchedule(text);
    if (typeof schedule === 'string') {
      this.#event('Warning', 'UnparseableSchedule', `unparseable schedule: ${goQuote(text)} : ${schedule}`);
      return done;
    }
    const now = this.#context.clock.now();
    const due = latestDue({ ...this.#cronJob, status: this.status }, schedule, now, true);
    if (typeof due === 'string') {
      this.#event('Warning', 'InvalidSchedule', `invalid schedule: ${text} : ${due}`);
      return done;
    }
    if (due.tooMany) {
      const advice = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.#event('Warning', 'TooManyMissedTimes', advice);
    }
    if (due.time !== undefined && !this.#isStarted(due.time) && this.#mayStart(due.time, now)) {
      if (this.#cronJob.concurrency === 'Replace') await this.#replaceActive();
      await this.#start(due.time);
    }
    return this.#again(schedule, now);
  }

  async deleteJob(name: string, uid: string): Promise<void> {
    try {
      await unlessNotFound(this.#jobs.delete(name, { propagationPolicy: 'Background', preconditions: { uid } }));
    } catch (error) {
      this.#event('Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`);
      throw error;
    }
    this.#event('Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  }

  get #jobs() {
    return this.#context.client.resource(jobs, this.#cronJob.metadata.namespace);
  }

  get #active(): readonly JobReference[] {
    return this.status.active ?? [];
  }

  #isStarted(time: number): boolean {
    const { lastScheduleTime } = this.status;
    const name = this.#jobName(time);
    return (
      this.#active.some((job) => job.name === name) ||
      (lastScheduleTime !== undefined && Date.parse(lastScheduleTime) === time)
    );
  }

  #mayStart(time: number, now: number): boolean {
    const { startingDeadlineSeconds, concurrency } = this.#cronJob;
    if (startingDeadlineSeconds !== undefined && time + startingDeadlineSeconds * 1000 < now) {
      // Go's RFC 1123 with a numeric zone.
      const missed = new Date(time).toUTCString().replace('GMT', '+0000');
      this.#event('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${missed}`);
      return false;
    }
    if (concurrency !== 'Forbid' || this.#active.length === 0) return true;
    const text = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    this.#event('Normal', 'JobAlreadyActive', text);
    return false;
  }

  async #replaceActive(): Promise<void> {
    for (const { name, uid } of this.#active) {
      await this.deleteJob(name, uid);
      this.status = { ...this.status, active: this.#active.filter((one) => one.uid !== uid) };
    }
  }

  async #start(time: number): Promise<void> {
    const job = await this.#create(time);
    if (!job || this.#active.some(({ uid }) => uid === job.metadata.uid)) return;
    this.status = { ...this.status, active: [...this.#active, referenceTo(job)], lastScheduleTime: timestamp(time) };
  }

  /** The name is the lock: whoever comes second finds the Job of the first. `undefined`: it is somebody else's. */
  async #create(time: number): Promise<Readonly<KubeObject> | undefined> {
    const wanted = this.#jobFor(time);
    try {
      const job = await this.#jobs.create(wanted);
      this.#event('Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
      return job;
    } catch (error) {
      if (isAlreadyExists(error)) {
        const job = await this.#jobs.get(wanted.metadata.name ?? '');
        return isControlledBy(job, this.#cronJob) ? job : undefined;
      }
      if (!isNamespaceTerminating(error)) {
        this.#event('Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      }
      throw error;
    }
  }

  #jobFor(time: number): KubeObject {
    const { template, metadata, timeZone = 'UTC' } = this.#cronJob;
    const { labels, annotations } = template.metadata ?? {};
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: this.#jobName(time),
        namespace: metadata.namespace ?? '',
        ...(labels ? { labels } : {}),
        annotations: { ...annotations, [scheduledAnnotation]: zonedTimestamp(time, timeZone) },
        ownerReferences: [controllerReference(this.#cronJob, cronJobKind)],
      },
      spec: template.spec ?? {},
    };
  }

  #jobName(time: number): string {
    return `${this.#cronJob.metadata.name}-${Math.floor(time / minuteMs)}`;
  }

  #again(schedule: CronSchedule, now: number): Result {
    const wait = untilNextMs({ ...this.#cronJob, status: this.status }, schedule, now);
    return wait === undefined ? done : requeueAfter(Math.max(0, wait));
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#record(this.#cronJob.object, type, reason, message);
  }
}

function zoneAdvice(schedule: string): string {
  const more = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/';
  return `CRON_TZ or TZ used in schedule ${goQuote(schedule)} is not officially supported, see ${more} for more details`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
