/**
 * Says of each PodDisruptionBudget how many of its pods may be evicted now. Mirrors kubernetes pkg/controller/disruption, v1.36.
 */
import type { JsonValue } from '../../api/json.ts';
import { labelSelectorText, matchesLabelSelector } from '../../api/label-selector.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import { StatusError } from '../../api/status.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { EventTarget, RecordEvent } from '../../controller/event-recorder.ts';
import { asPod, type Pod } from '../../controller/pod.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import { timestamp } from '../../lib/clock.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { podDisruptionBudgets, pods } from '../resources.ts';
import {
  asBudget,
  failedStatus,
  nextStatus,
  sameStatus,
  stillDisrupted,
  type Budget,
  type BudgetStatus,
} from './budget.ts';
import { Scales, type Expected } from './expectation.ts';
import { staleDisruptionMs } from './stale-disruption.ts';

/** An Event of the budget's. */
interface News {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Keys of pods, among those of budgets. */
const podPrefix = 'pod:';

export const disruptionController: BuiltinController = {
  name: 'disruption-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const worker = new Worker(context);
    const controller = new Controller({
      name: 'disruption',
      reconcile: (key) =>
        key.startsWith(podPrefix) ? worker.reconcilePod(key.slice(podPrefix.length)) : worker.reconcileBudget(key),
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
    });
    const budgetChanged = (budget: Readonly<KubeObject>): void => controller.queue.add(objectKey(budget));
    informers.informer({ gvr: podDisruptionBudgets }).addHandler({
      onAdd: budgetChanged,
      onUpdate: (_old, budget) => budgetChanged(budget),
    });
    worker.onScaleChange(budgetChanged);
    const podChanged = (pod: Readonly<KubeObject>): void => {
      const budget = worker.budgetOf(pod);
      if (budget) budgetChanged(budget);
    };
    const podSeen = (pod: Readonly<KubeObject>): void => {
      podChanged(pod);
      if (staleDisruptionMs(asPod(pod), clock.now()) !== undefined) controller.queue.add(podPrefix + objectKey(pod));
    };
    informers.informer({ gvr: pods }).addHandler({
      onAdd: podSeen,
      onUpdate: (old, pod) => {
        // One that no longer matches is missed by the budget that it leaves.
        podChanged(old);
        podSeen(pod);
      },
      onDelete: podChanged,
    });
    return controller;
  },
};

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #budgets: Informer<S>;
  readonly #pods: Informer<S>;
  readonly #scales: Scales<S>;
  readonly #record: RecordEvent;

  constructor(context: ControllerContext<S>) {
    const { client, informers, events } = context;
    this.#context = context;
    this.#budgets = informers.informer({ gvr: podDisruptionBudgets });
    this.#pods = informers.informer({ gvr: pods });
    this.#scales = new Scales(client, informers);
    this.#record = events.for('controllermanager');
  }

  /** Calls `look` with each budget that may expect another number of pods than before. */
  onScaleChange(look: (budget: Readonly<KubeObject>) => void): void {
    this.#scales.onChange((namespace) => {
      for (const budget of this.#budgets.list(namespace)) look(budget);
    });
  }

  /** The budget that covers the pod: any one of them, where several do. */
  budgetOf(pod: Readonly<KubeObject>): Readonly<KubeObject> | undefined {
    const { namespace, name = '', labels } = pod.metadata;
    const covering = this.#budgets
      .list(namespace)
      .filter((budget) => matchesLabelSelector(asBudget(budget).spec.selector, labels));
    const [chosen] = covering;
    if (covering.length > 1) {
      const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${chosen?.metadata.name}" arbitrarily.`;
      this.#record(pod, 'Warning', 'MultiplePodDisruptionBudgets', message);
    }
    return chosen;
  }

  async reconcileBudget(key: string): Promise<Result> {
    const object = this.#budgets.get(key);
    if (!object) return done;
    // Told when the status changes, and not again at each look: upstream tells at each.
    const news: News[] = [];
    try {
      return await this.#sync(object, news);
    } catch (error) {
      if (error instanceof StatusError && error.status.code === 409) throw error;
      const message = error instanceof Error ? error.message : String(error);
      this.#context.logger.warn({ controller: 'disruption', key, err: error }, 'a budget allows nothing: it failed');
      await this.#write(object, failedStatus(asBudget(object), message, this.#context.clock.now()), news);
      return done;
    }
  }

  async reconcilePod(key: string): Promise<Result> {
    const { client, clock } = this.#context;
    const pod = this.#pods.get(key);
    const wait = pod && staleDisruptionMs(asPod(pod), clock.now());
    if (!pod || wait === undefined) return done;
    if (wait > 0) return requeueAfter(wait);
    const spared = {
      type: 'DisruptionTarget',
      status: 'False',
      observedGeneration: pod.metadata.generation ?? 0,
      lastProbeTime: null,
      lastTransitionTime: timestamp(clock.now()),
    };
    const conditions = asPod(pod).status?.conditions?.map((one) => (one.type === spared.type ? spared : one));
    const { namespace } = splitKey(key);
    const status = { ...(pod['status'] as object), conditions } as unknown as JsonValue;
    await unlessNotFound(client.resource(pods, namespace).updateStatus({ ...pod, status }));
    return done;
  }

  async #sync(object: Readonly<KubeObject>, news: News[]): Promise<Result> {
    const budget = asBudget(object);
    const now = this.#context.clock.now();
    const covered = this.#pods
      .list(object.metadata.namespace)
      .filter(({ metadata }) => matchesLabelSelector(budget.spec.selector, metadata.labels))
      .map(asPod);
    if (covered.length === 0) news.push({ type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
    const expectation = await this.#expectation(budget, covered, news);
    const disrupted = stillDisrupted(budget, covered, now);
    const { name = '' } = object.metadata;
    for (const pod of disrupted.notDeleted) {
      const target = pod as unknown as EventTarget;
      const message = `Pod was expected by PDB ${object.metadata.namespace}/${name} to be deleted but it wasn't`;
      this.#record(target, 'Warning', 'NotDeleted', message);
    }
    await this.#write(object, nextStatus(budget, covered, expectation, disrupted, now), news);
    return disrupted.recheckMs === undefined ? done : requeueAfter(disrupted.recheckMs);
  }

  async #expectation(budget: Budget, covered: readonly Pod[], news: News[]): Promise<Expected> {
    try {
      const expectation = await this.#scales.expectationOf(budget, covered);
      if (expectation.unmanaged.length > 0) {
        const selector = labelSelectorText(budget.spec.selector);
        const message = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
        news.push({ type: 'Warning', reason: 'UnmanagedPods', message });
      }
      return expectation;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const message = `Failed to calculate the number of expected pods: ${text}`;
      news.push({ type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
      throw error;
    }
  }

  async #write(object: Readonly<KubeObject>, status: BudgetStatus, news: readonly News[]): Promise<void> {
    if (sameStatus(asBudget(object).status, status)) return;
    for (const { type, reason, message } of news) this.#record(object, type, reason, message);
    const budgets = this.#context.client.resource(podDisruptionBudgets, object.metadata.namespace);
    await unlessNotFound(budgets.updateStatus({ ...object, status: status as unknown as JsonValue }));
  }
}
