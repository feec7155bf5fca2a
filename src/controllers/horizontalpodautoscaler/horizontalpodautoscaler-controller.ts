/**
 * Scales what HorizontalPodAutoscalers name by what metrics say. Each autoscaler is looked at every fifteen seconds, and never in
 * between: as upstream, whose recommendations and limits count on it. No autoscaler, no timer; and a look is no reason for a sleeping
 * process to wake up. Mirrors kubernetes pkg/controller/podautoscaler, v1.36.
 */
import { labelRequirements, type LabelSelector } from '../../api/label-selector.ts';
import { labelRequirementsText, SelectorError, type LabelRequirements } from '../../api/label-requirement.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { horizontalPodAutoscalers, pods } from '../resources.ts';
import { asAutoscaledPod } from './autoscaled-pod.ts';
import {
  asAutoscaler,
  sameStatus,
  statusJson,
  type Autoscaler,
  type AutoscalerStatus,
  type MetricSpec,
} from './autoscaler.ts';
import { MetricError } from './metric-error.ts';
import type { MetricSample } from './metric-proposal.ts';
import { MetricsClient } from './metrics-client.ts';
import { afterRescale, needsMetrics, planScaling, planWithoutScale, type Observed, type PlannedEvent } from './plan.ts';
import { ScaleError, ScaleTargets, type Scale } from './scale-target.ts';
import { noHistory, type ScalingHistory } from './scaling-history.ts';
import { selectPods } from './selection.ts';

/** kube-controller-manager's --horizontal-pod-autoscaler-sync-period. */
const syncMs = 15_000;
const nextLook = { wakes: false } as const;

export const horizontalPodAutoscalerController: BuiltinController = {
  name: 'horizontal-pod-autoscaler-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const worker = new Worker(context);
    const controller = new Controller({
      name: 'horizontalpodautoscaler',
      reconcile: (key) => worker.reconcile(key),
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
    });
    const look = (autoscaler: Readonly<KubeObject>): void =>
      controller.queue.addAfter(objectKey(autoscaler), syncMs, nextLook);
    informers.informer({ gvr: horizontalPodAutoscalers }).addHandler({
      onAdd: look,
      onUpdate: (_old, autoscaler) => look(autoscaler),
      onDelete: (autoscaler) => controller.queue.add(objectKey(autoscaler)),
    });
    return controller;
  },
};

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #autoscalers: Informer<S>;
  readonly #pods: Informer<S>;
  readonly #targets: ScaleTargets<S>;
  readonly #metrics: MetricsClient<S>;
  readonly #record: RecordEvent;
  readonly #histories = new Map<string, ScalingHistory>();
  /** What each autoscaler was last found to scale. */
  readonly #selectors = new Map<string, LabelRequirements>();

  constructor(context: ControllerContext<S>) {
    const { client, informers, clock, events } = context;
    this.#context = context;
    this.#autoscalers = informers.informer({ gvr: horizontalPodAutoscalers });
    this.#pods = informers.informer({ gvr: pods });
    this.#targets = new ScaleTargets(client, clock);
    this.#metrics = new MetricsClient(client, (group, kind) => this.#targets.resourcesOfKind(group, kind));
    this.#record = events.for('horizontal-pod-autoscaler');
  }

  /** Never throws for what is wrong with the autoscaler, its target or its metrics: that is told, and looked at again in time. */
  async reconcile(key: string): Promise<Result> {
    const object = this.#autoscalers.get(key);
    if (!object) {
      this.#histories.delete(key);
      this.#selectors.delete(key);
      return done;
    }
    try {
      await this.#look(key, object);
    } catch (error) {
      const { logger } = this.#context;
      logger.warn({ controller: 'horizontalpodautoscaler', key, err: error }, 'an autoscaler could not be looked at');
    }
    return requeueAfter(syncMs, nextLook);
  }

  async #look(key: string, object: Readonly<KubeObject>): Promise<void> {
    const { clock } = this.#context;
    const autoscaler = asAutoscaler(object);
    const { namespace = '' } = splitKey(key);
    const scale = await this.#scaleOf(autoscaler, namespace);
    if (scale instanceof ScaleError) {
      const { status, events } = planWithoutScale(autoscaler, scale.message, clock.now());
      this.#tell(object, events);
      return this.#write(object, status);
    }
    const { replicas, statusReplicas } = scale;
    const measured = needsMetrics(autoscaler, replicas) ? await this.#measure(key, autoscaler, scale) : undefined;
    const observed: Observed = {
      autoscaler,
      replicas,
      statusReplicas,
      history: this.#histories.get(key) ?? noHistory,
      now: clock.now(),
      monotonic: clock.monotonic(),
      ...(measured ? { measured } : {}),
    };
    const plan = planScaling(observed);
    this.#histories.set(key, plan.history);
    this.#tell(object, plan.events);
    if (!plan.rescale) return this.#write(object, plan.status);
    const error = await this.#rescale(scale, autoscaler, namespace, plan.rescale.replicas);
    const { status, events, history } = afterRescale(observed, plan, error);
    this.#histories.set(key, history);
    this.#tell(object, events);
    return this.#write(object, status);
  }

  async #scaleOf({ spec }: Autoscaler, namespace: string): Promise<Scale | ScaleError> {
    try {
      return await this.#targets.get(namespace, spec.scaleTargetRef);
    } catch (error) {
      if (error instanceof ScaleError) return error;
      throw error;
    }
  }

  /** The error's text; undefined when the target was scaled. */
  async #rescale(scale: Scale, { spec }: Autoscaler, namespace: string, replicas: number): Promise<string | undefined> {
    try {
      await this.#targets.set(scale, namespace, spec.scaleTargetRef.name, replicas);
      return undefined;
    } catch (error) {
      if (error instanceof ScaleError) return error.message;
      throw error;
    }
  }

  async #measure(key: string, { spec }: Autoscaler, scale: Scale): Promise<NonNullable<Observed['measured']>> {
    const { namespace = '' } = splitKey(key);
    const { selector } = scale;
    if (selector) this.#selectors.set(key, selector);
    const inNamespace = this.#pods.list(namespace).map(asAutoscaledPod);
    const selection = selectPods(key, selector, inNamespace, this.#selectors);
    if (selection.kind === 'failed') return { selection, samples: [] };
    const samples: MetricSample[] = [];
    for (const metric of spec.metrics ?? []) {
      samples.push(await this.#sample(metric, namespace, labelRequirementsText(selector)));
    }
    return { selection, samples };
  }

  async #sample(metric: MetricSpec, namespace: string, selector: string): Promise<MetricSample> {
    try {
      return await this.#fetch(metric, namespace, selector);
    } catch (error) {
      if (error instanceof SelectorError) return { kind: 'failed', error: error.message, invalid: true };
      if (error instanceof MetricError) return { kind: 'failed', error: error.message };
      throw error;
    }
  }

  async #fetch(
    { object, pods, external, resource, containerResource }: MetricSpec,
    namespace: string,
    selector: string,
  ): Promise<MetricSample> {
    const ofResource = resource ?? containerResource;
    if (ofResource) {
      const { name, container } = ofResource;
      return { kind: 'pods', metrics: await this.#metrics.resource(namespace, selector, name, container) };
    }
    if (pods) {
      const { name } = pods.metric;
      const metrics = await this.#metrics.pods(namespace, selector, name, selectorText(pods.metric.selector));
      return { kind: 'pods', metrics };
    }
    if (object) {
      const { describedObject, metric } = object;
      const value = await this.#metrics.object(namespace, describedObject, metric.name, selectorText(metric.selector));
      return { kind: 'values', values: [value] };
    }
    if (!external) return { kind: 'failed', error: '' };
    const { name } = external.metric;
    return {
      kind: 'values',
      values: await this.#metrics.external(namespace, name, selectorText(external.metric.selector)),
    };
  }

  #tell(object: Readonly<KubeObject>, events: readonly PlannedEvent[]): void {
    for (const { type, reason, message } of events) this.#record(object, type, reason, message);
  }

  async #write(object: Readonly<KubeObject>, status: AutoscalerStatus): Promise<void> {
    if (sameStatus(asAutoscaler(object).status, status)) return;
    const autoscalers = this.#context.client.resource(horizontalPodAutoscalers, object.metadata.namespace);
    try {
      await autoscalers.updateStatus({ ...object, status: statusJson(status) });
    } catch (error) {
      this.#record(object, 'Warning', 'FailedUpdateStatus', error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}

/** @throws SelectorError */
function selectorText(selector: LabelSelector | undefined): string {
  return labelRequirementsText(labelRequirements(selector));
}
