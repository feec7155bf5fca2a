/**
 * Removes pods that nobody will ever end: those above a number that have ended, those that are being deleted and never had a node, and, where the
 * nodes are this cluster's own, those whose node is gone or out of service. Mirrors kubernetes pkg/controller/podgc, v1.36, but that it
 * looks when something has happened instead of all twenty seconds.
 *
 * Where pods run elsewhere (`podsRunElsewhere`), nothing is concluded from nodes: which of them are seen here is a choice, and a node that
 * isn't shown any more says nothing of the pods on it. The cluster where they run removes them when their node goes, and the syncer ends what has
 * lost its copy.
 */
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { asPod, isPodTerminal, type Pod } from '../../controller/pod.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { nodes, pods } from '../resources.ts';
import {
  endingPatch,
  isOutOfService,
  isRemoved,
  isUnscheduledTerminating,
  nodeIsGone,
  surplusOf,
  type DisruptionReason,
} from './plan.ts';

/** Upstream's period: whoever ends a pod himself has so long. */
const patienceMs = 20_000;
/** How long a node may be missing. */
const quarantineMs = 40_000;
/** Upstream's default of `--terminated-pod-gc-threshold`. */
const endedMax = 12_500;
const nodeIndex = 'node';

const endedKey = 'ended';
const podPrefix = 'pod:';
const nodePrefix = 'node:';

export const podGarbageCollector: BuiltinController = podGarbageCollectorFor(endedMax);

/** `max`: how many pods that have ended may stay. */
export function podGarbageCollectorFor(max: number): BuiltinController {
  return {
    name: 'pod-garbage-collector-controller',
    create: (context) => new PodGarbageCollector(context, max).controller,
  };
}

class PodGarbageCollector<S extends Side> {
  readonly controller: Controller;
  readonly #context: ControllerContext<S>;
  readonly #max: number;
  readonly #pods: Informer<S>;
  /** Absent: nothing is concluded from nodes. */
  readonly #nodes: Informer<S> | undefined;
  /** The keys of pods that have ended. */
  readonly #ended = new Set<string>();

  constructor(context: ControllerContext<S>, max: number) {
    const { informers, clock, logger, metrics, podsRunElsewhere = false } = context;
    this.#context = context;
    this.#max = max;
    this.#pods = informers.informer({ gvr: pods });
    this.#nodes = podsRunElsewhere ? undefined : informers.informer({ gvr: nodes });
    this.controller = new Controller({
      name: 'pod-garbage-collector',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: (key, signal) => this.#reconcile(key, signal),
    });
    this.#pods.addHandler({
      onAdd: (pod) => this.#look(pod),
      onUpdate: (_old, pod) => this.#look(pod),
      onDelete: (pod) => {
        this.#ended.delete(objectKey(pod));
        this.controller.queue.cancelDelay(podPrefix + objectKey(pod));
      },
    });
    if (this.#nodes) this.#observe(this.#nodes);
  }

  #observe(informer: Informer<S>): void {
    const { queue } = this.controller;
    this.#pods.addIndex(nodeIndex, (pod) => nodesOf(pod));
    const lookAtAll = (node: Readonly<KubeObject>): void => {
      if (isOutOfService(node)) for (const pod of this.#podsOn(node.metadata.name ?? '')) this.#look(pod);
    };
    informer.addHandler({
      onAdd(node) {
        queue.cancelDelay(nodePrefix + (node.metadata.name ?? ''));
        lookAtAll(node);
      },
      onUpdate: (_old, node) => lookAtAll(node),
      onDelete: ({ metadata: { name = '' } }) => {
        if (this.#podsOn(name).length > 0) queue.addAfter(nodePrefix + name, quarantineMs);
      },
    });
  }

  #look(object: Readonly<KubeObject>): void {
    const { queue } = this.controller;
    const pod = asPod(object);
    if (isPodTerminal(pod)) this.#ended.add(objectKey(object));
    else this.#ended.delete(objectKey(object));
    if (this.#ended.size > this.#max) queue.addAfter(endedKey, patienceMs);
    if (isRemoved(pod)) return;
    const { nodeName } = pod.spec;
    if (this.#isLost(pod)) queue.addAfter(podPrefix + objectKey(object), patienceMs);
    else if (nodeName && this.#nodes && !this.#nodes.get(nodeName)) queue.addAfter(nodePrefix + nodeName, quarantineMs);
  }

  /** Being deleted, where no kubelet will see it. */
  #isLost(pod: Pod): boolean {
    if (pod.metadata.deletionTimestamp === undefined) return false;
    if (isUnscheduledTerminating(pod)) return true;
    const node = this.#nodes?.get(pod.spec.nodeName ?? '');
    return node !== undefined && isOutOfService(node);
  }

  #podsOn(node: string): readonly Readonly<KubeObject>[] {
    return this.#pods.byIndex(nodeIndex, node);
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<Result> {
    if (key === endedKey) return this.#removeSurplus(signal);
    if (!key.startsWith(podPrefix)) return this.#removePodsOn(key.slice(nodePrefix.length), signal);
    const object = this.#pods.get(key.slice(podPrefix.length));
    const pod = object && asPod(object);
    if (object && pod && !isRemoved(pod) && this.#isLost(pod)) await this.#remove(object);
    return done;
  }

  async #removeSurplus(signal: AbortSignal): Promise<Result> {
    if (this.#ended.size <= this.#max) return done;
    const ended = this.#pods.list().filter((pod) => isPodTerminal(asPod(pod)));
    for (const pod of surplusOf(ended, this.#max)) {
      if (signal.aborted) break;
      await this.#remove(pod);
    }
    return done;
  }

  async #removePodsOn(node: string, signal: AbortSignal): Promise<Result> {
    const lost = this.#podsOn(node).filter((pod) => !isRemoved(asPod(pod)));
    if (this.#nodes?.get(node) || lost.length === 0) return done;
    // The cache may be behind; a node that is there after all will be seen soon.
    const found = await unlessNotFound(this.#context.client.resource(nodes).get(node, { metadataOnly: true }));
    if (found) return requeueAfter(quarantineMs);
    for (const pod of lost) {
      if (signal.aborted) break;
      await this.#remove(pod, nodeIsGone);
    }
    return done;
  }

  /** Ended first, so that whoever counts pods sees that it failed. */
  async #remove(object: Readonly<KubeObject>, disruption?: DisruptionReason): Promise<void> {
    const { client, clock } = this.#context;
    const { namespace, name } = splitKey(objectKey(object));
    const resource = client.resource(pods, namespace);
    const patch = endingPatch(asPod(object), clock.now(), disruption);
    if (patch) await unlessNotFound(resource.patch(name, 'strategic', patch, { subresource: 'status' }));
    const preconditions = { uid: object.metadata.uid ?? '' };
    await unlessNotFound(resource.delete(name, { gracePeriodSeconds: 0, preconditions }));
  }
}

function nodesOf(pod: Readonly<KubeObject>): readonly string[] {
  const { nodeName } = asPod(pod).spec;
  return nodeName ? [nodeName] : [];
}
