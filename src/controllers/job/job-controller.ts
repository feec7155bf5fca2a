/** Runs the pods of Jobs to their end. Mirrors kubernetes pkg/controller/job. */
import { matchesLabelSelector } from '../../api/label-selector.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { ownerIndex } from '../../client/object-store.ts';
import { planClaims } from '../../controller/claim.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { Expectations } from '../../controller/expectations.ts';
import {
  adoptionPatch,
  controllerOf,
  controllerReference,
  refersTo,
  releasePatch,
} from '../../controller/owner-reference.ts';
import { PodControl } from '../../controller/pod-control.ts';
import { observePods, orphanIndex } from '../../controller/pod-observer.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import { assertStillThere } from '../../controller/still-there.ts';
import { WriteTracker } from '../../controller/write-tracker.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { jobKind, jobs, pods } from '../resources.ts';
import type { Failures } from './backoff.ts';
import { JobSync, type JobServices } from './job-sync.ts';
import { asJob, isFinished, type Job } from './job.ts';
import { asJobPod, isTracked, trackingFinalizer, type JobPod } from './job-pod.ts';

const controllerName = 'kubernetes.io/job-controller';
/** Pods with the finalizer, by the Job that they name (`namespace/name`; no name: none). */
const trackedIndex = 'tracked-by-job';
/** When a write doesn't show in the cache, it is looked again without an event. */
const unseenWriteMs = 10_000;

export const jobController: BuiltinController = {
  name: 'job-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const jobInformer = informers.informer({ gvr: jobs });
    const podInformer = informers.informer({ gvr: pods });
    const expectations = new Expectations(clock);
    const worker = new Worker(context, jobInformer, podInformer, expectations);
    const reconcile = (key: string): Promise<Result> => worker.reconcile(key);
    const controller = new Controller({ name: 'job', reconcile, clock, logger, ...(metrics ? { metrics } : {}) });
    const enqueue = (key: string): void => controller.queue.add(key);
    jobInformer.addHandler({
      onAdd: (job) => enqueue(objectKey(job)),
      onUpdate: (_old, job) => enqueue(objectKey(job)),
      onDelete: (job) => {
        expectations.forget(objectKey(job));
        enqueue(objectKey(job));
      },
    });
    podInformer.addIndex(orphanIndex, (pod) => (controllerOf(pod) ? [] : [pod.metadata.namespace ?? '']));
    podInformer.addIndex(trackedIndex, (pod) => (isTracked(pod) ? trackedBy(pod) : []));
    const selectorOf = (job: Readonly<KubeObject>) => asJob(job).selector;
    podInformer.addHandler(observePods({ owners: jobInformer, gvk: jobKind, selectorOf, expectations, enqueue }));
    // Pods whose Job is gone keep nobody waiting.
    const enqueueTracked = (pod: Readonly<KubeObject>): void => {
      for (const key of isTracked(pod) ? trackedBy(pod) : []) if (!jobInformer.get(key)) enqueue(key);
    };
    podInformer.addHandler({ onAdd: enqueueTracked, onUpdate: (_old, pod) => enqueueTracked(pod) });
    return controller;
  },
};

function trackedBy(pod: Readonly<KubeObject>): string[] {
  const controller = controllerOf(pod);
  if (controller && !refersTo(controller, jobKind)) return [];
  return [`${pod.metadata.namespace}/${controller?.name ?? ''}`];
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #jobs: Informer<S>;
  readonly #pods: Informer<S>;
  readonly #services: JobServices<S>;
  readonly #failures = new Map<string, Failures>();

  constructor(
    context: ControllerContext<S>,
    jobInformer: Informer<S>,
    podInformer: Informer<S>,
    expectations: Expectations,
  ) {
    this.#context = context;
    this.#jobs = jobInformer;
    this.#pods = podInformer;
    const record = context.events.for('job-controller');
    this.#services = {
      context,
      expectations,
      record,
      control: new PodControl(context.client, record),
      writtenJobs: new WriteTracker(jobInformer, context.clock),
      writtenPods: new WriteTracker(podInformer, context.clock),
    };
  }

  async reconcile(key: string): Promise<Result> {
    const { expectations, writtenJobs, writtenPods } = this.#services;
    const object = this.#jobs.get(key);
    const job = object && asJob(object);
    if (!job || isFinished(job)) {
      for (const tracker of [writtenJobs, writtenPods]) tracker.forget(key);
      if (!job) expectations.forget(key);
      this.#failures.delete(key);
      if (job?.managedBy === undefined || job.managedBy === controllerName) await this.#releaseAll(key);
      return done;
    }
    if (job.managedBy !== undefined && job.managedBy !== controllerName) return done;
    // From an old cache pods would be counted twice.
    if (!writtenJobs.isCurrent(key) || !writtenPods.isCurrent(key)) return requeueAfter(unseenWriteMs);
    const settled = expectations.satisfied(key);
    const sync = new JobSync(this.#services, key, job, await this.#claimedPods(job), this.#failures.get(key));
    let againAfterMs: number | undefined;
    try {
      againAfterMs = await sync.run(settled);
    } finally {
      if (sync.failures?.count === 0) this.#failures.delete(key);
      else if (sync.failures) this.#failures.set(key, sync.failures);
    }
    const wait = Math.min(againAfterMs ?? Infinity, expectations.remainingMs(key) ?? Infinity);
    return wait === Infinity ? done : requeueAfter(wait);
  }

  /** Pods of a Job that is over or gone may go. */
  async #releaseAll(key: string): Promise<void> {
    const { namespace } = splitKey(key);
    const client = this.#context.client.resource(pods, namespace);
    for (const { metadata } of this.#pods.byIndex(trackedIndex, key)) {
      const finalizers = metadata.finalizers?.filter((one) => one !== trackingFinalizer) ?? [];
      const { uid, resourceVersion, name = '' } = metadata;
      await unlessNotFound(client.patch(name, 'merge', { metadata: { uid, resourceVersion, finalizers } }));
    }
  }

  /** Adopts and releases. Mirrors getPodsForJob. */
  async #claimedPods(job: Job): Promise<readonly JobPod[]> {
    const { uid = '', namespace = '' } = job.metadata;
    const client = this.#context.client.resource(pods, namespace);
    const found = [...this.#pods.byIndex(ownerIndex, uid), ...this.#pods.byIndex(orphanIndex, namespace)].filter(
      (pod) => (controllerOf(pod)?.uid ?? uid) === uid,
    );
    const matches = ({ metadata }: JobPod): boolean => matchesLabelSelector(job.selector, metadata.labels);
    const { owned, adopt, release } = planClaims(job, matches, found.map(asJobPod));
    if (adopt.length > 0)
      await assertStillThere(this.#context.client.resource(jobs, job.metadata.namespace), job.object);
    const adopted: JobPod[] = [];
    for (const pod of adopt) {
      const { metadata, ...rest } = adoptionPatch(asObject(pod), controllerReference(job, jobKind)) as KubeObject;
      const finalizers = [...new Set([...(pod.metadata.finalizers ?? []), trackingFinalizer])];
      const patch = { ...rest, metadata: { ...metadata, finalizers } };
      adopted.push(asJobPod(await client.patch(pod.metadata.name ?? '', 'merge', patch)));
    }
    const ending = job.metadata.deletionTimestamp !== undefined;
    // A Job that ends keeps its pods, but those that it no longer counts mustn't wait for it, as it would wait for them. Upstream leaves them waiting.
    const strays = ending
      ? found.map(asJobPod).filter((pod) => isTracked(pod) && controllerOf(pod) && !matches(pod))
      : [];
    for (const pod of [...release, ...strays]) {
      const { uid: podUid, resourceVersion } = pod.metadata;
      const patch = (
        ending ? { metadata: { uid: podUid, resourceVersion } } : releasePatch(asObject(pod), uid)
      ) as KubeObject;
      const finalizers = (pod.metadata.finalizers ?? []).filter((one) => one !== trackingFinalizer);
      const whole = { ...patch, metadata: { ...patch.metadata, finalizers } };
      await unlessNotFound(client.patch(pod.metadata.name ?? '', 'merge', whole));
    }
    return [...owned, ...adopted];
  }
}

function asObject(pod: JobPod): Readonly<KubeObject> {
  return pod as unknown as KubeObject;
}
