/** Deletes pods from nodes whose NoExecute taints they don't bear, or no longer. Mirrors kubernetes pkg/controller/tainteviction. */
import { equalJson, type JsonValue } from '../../api/json.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import { equalTaints, taintsOf, type Taint } from '../../api/toleration.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import type { EventTarget, RecordEvent } from '../../controller/event-recorder.ts';
import { asPod, podCondition, type Pod } from '../../controller/pod.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import { timestamp } from '../../lib/clock.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { nodes, pods } from '../resources.ts';
import { asksForTimes, planEviction, type Scheduled } from './plan.ts';
import { withTimes } from './tainted-since.ts';

const disruption = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
} as const;

export const taintEvictionController: BuiltinController = {
  name: 'taint-eviction-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const podInformer = informers.informer({ gvr: pods });
    const nodeInformer = informers.informer({ gvr: nodes });
    const worker = new Worker(context, podInformer, nodeInformer);
    const controller = new Controller({
      name: 'taint-eviction',
      reconcile: (key) => worker.reconcile(key),
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
    });
    const enqueueIf = (pod: Readonly<KubeObject>, concerned: boolean): void => {
      if (concerned) controller.queue.add(objectKey(pod));
    };
    podInformer.addHandler({
      onAdd: (pod) => enqueueIf(pod, worker.isTainted(pod)),
      onUpdate: (old, pod) => enqueueIf(pod, (worker.isTainted(pod) || worker.isScheduled(pod)) && matters(old, pod)),
      onDelete: (pod) => enqueueIf(pod, worker.isScheduled(pod)),
    });
    const enqueuePodsOf = (node: Readonly<KubeObject>): void => {
      // Rare enough to do without an index.
      for (const pod of podInformer.list()) enqueueIf(pod, asPod(pod).spec.nodeName === node.metadata.name);
    };
    nodeInformer.addHandler({
      onAdd: (node) => {
        if (noExecute(node).length > 0) enqueuePodsOf(node);
      },
      onUpdate: (old, node) => {
        if (!equalTaints(noExecute(old), noExecute(node))) enqueuePodsOf(node);
      },
    });
    return controller;
  },
};

function noExecute(node: Readonly<KubeObject>): readonly Taint[] {
  return taintsOf(node).filter(({ effect }) => effect === 'NoExecute');
}

function matters(old: Readonly<KubeObject>, pod: Readonly<KubeObject>): boolean {
  const [before, now] = [asPod(old), asPod(pod)];
  return (
    before.spec.nodeName !== now.spec.nodeName ||
    before.metadata.deletionTimestamp !== now.metadata.deletionTimestamp ||
    // Plain JSON in a typed view.
    !equalJson(before.spec.tolerations as unknown as JsonValue, now.spec.tolerations as unknown as JsonValue)
  );
}

class Worker<S extends Side> {
  readonly #context: ControllerContext<S>;
  readonly #pods: Informer<S>;
  readonly #nodes: Informer<S>;
  readonly #record: RecordEvent;
  readonly #scheduled = new Map<string, Scheduled>();

  constructor(context: ControllerContext<S>, podInformer: Informer<S>, nodeInformer: Informer<S>) {
    this.#context = context;
    this.#pods = podInformer;
    this.#nodes = nodeInformer;
    this.#record = context.events.for('taint-eviction-controller');
  }

  isTainted(pod: Readonly<KubeObject>): boolean {
    return (this.#taintsAround(asPod(pod)) ?? []).length > 0;
  }

  isScheduled(pod: Readonly<KubeObject>): boolean {
    return this.#scheduled.has(objectKey(pod));
  }

  async reconcile(key: string): Promise<Result> {
    const object = this.#pods.get(key);
    const pod = object && asPod(object);
    const scheduled = this.#scheduled.get(key);
    const seen = pod && this.#taintsAround(pod);
    const taints = asksForTimes({ pod, taints: seen, scheduled }) ? await this.#timed(pod, seen) : seen;
    const now = this.#context.clock.now();
    const { cancels, next } = planEviction({ pod, taints, scheduled, now });
    if (cancels) this.#tell(key, `Cancelling deletion of Pod ${key}`);
    const { uid = '' } = pod?.metadata ?? {};
    switch (next.kind) {
      case 'leave':
        this.#scheduled.delete(key);
        return done;
      case 'wait':
        this.#scheduled.set(key, { uid, dueAt: next.dueAt, announced: false });
        return requeueAfter(next.dueAt - now);
      case 'evict':
        if (scheduled?.uid !== uid || !scheduled.announced) this.#tell(key, `Marking for deletion Pod ${key}`);
        this.#scheduled.set(key, { uid, dueAt: now, announced: true });
        await this.#evict(key, uid);
        this.#scheduled.delete(key);
        return done;
      default:
        return unreachable(next);
    }
  }

  /** `undefined`: the pod has no node, or it isn't known. */
  #taintsAround({ spec: { nodeName = '' } }: Pod): readonly Taint[] | undefined {
    const node = nodeName === '' ? undefined : this.#nodes.get(nodeName);
    return node && noExecute(node);
  }

  async #timed(pod: Pod | undefined, taints: readonly Taint[] = []): Promise<readonly Taint[]> {
    const node = await unlessNotFound(this.#context.client.resource(nodes).get(pod?.spec.nodeName ?? ''));
    return node ? withTimes(taints, node) : taints;
  }

  /** Says first why. */
  async #evict(key: string, uid: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const client = this.#context.client.resource(pods, namespace);
    const pod = await unlessNotFound(client.get(name));
    if (!pod || pod.metadata.uid !== uid || pod.metadata.deletionTimestamp !== undefined) return;
    const condition = this.#disruptionOf(pod);
    if (condition) {
      const patch = { metadata: { uid }, status: { conditions: [condition] } };
      await unlessNotFound(client.patch(name, 'strategic', patch, { subresource: 'status' }));
    }
    await unlessNotFound(client.delete(name, { preconditions: { uid } }));
  }

  /** `undefined`: the pod says so already. Mirrors UpdatePodCondition. */
  #disruptionOf(pod: Readonly<KubeObject>): object | undefined {
    const known = podCondition(asPod(pod), disruption.type);
    const { status, reason, message, lastTransitionTime } = known ?? {};
    const same = status === disruption.status;
    if (same && reason === disruption.reason && message === disruption.message) return undefined;
    const { generation } = pod.metadata;
    return {
      ...disruption,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastProbeTime: null,
      lastTransitionTime: same ? lastTransitionTime : timestamp(this.#context.clock.now()),
    };
  }

  #tell(key: string, message: string): void {
    const pod: EventTarget = { apiVersion: 'v1', kind: 'Pod', metadata: podNamed(key) };
    this.#record(pod, 'Normal', 'TaintManagerEviction', message);
  }
}

function podNamed(key: string): { name: string; namespace: string } {
  const { namespace = '', name } = splitKey(key);
  return { name, namespace };
}
