/**
 * A small scheduler for the embedded host: filters by requests, host ports, node selectors, node affinity and taints, and takes the node that the pod
 * then likes most, or the emptiest. Whoever wants pod affinity, preemption or topology spread has a real host with a real scheduler.
 */
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { StatusError } from '../../api/status.ts';
import type { Client } from '../../client/client.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, type Result } from '../../controller/controller.ts';
import { EventRecorder, type RecordEvent } from '../../controller/event-recorder.ts';
import { Manager } from '../../controller/manager.ts';
import { timestamp, type Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Service } from '../../lib/service.ts';
import { preferred, unfitness, unfitnessText, type Candidate } from './fit.ts';
import { NodeUsage } from './node-usage.ts';
import { isFinished, podSpec } from './pod-view.ts';
import { podRequests } from './resources.ts';

export interface SchedulerOptions {
  readonly host: Client<'host'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const pods = { group: '', version: 'v1', resource: 'pods' };
const nodes = { group: '', version: 'v1', resource: 'nodes' };
const schedulerName = 'default-scheduler';

export function createScheduler(options: SchedulerOptions): Service {
  const { host, clock, logger } = options;
  const informers = new InformerFactory({ ...options, client: host });
  const allPods = informers.informer({ gvr: pods });
  const allNodes = informers.informer({ gvr: nodes });
  const recorder = new EventRecorder({ client: host, clock, logger });
  const scheduling = new Scheduling(options, allPods, allNodes, recorder.for(schedulerName));
  const controller = new Controller({
    name: 'scheduler',
    reconcile: (key) => scheduling.reconcile(key),
    clock,
    logger,
    // Choices are made one after the other; only the binding requests overlap.
    concurrency: 16,
  });
  const addIfWaiting = (pod: On<'host', KubeObject>): void => {
    if (isWaiting(pod)) controller.queue.add(objectKey(pod));
  };
  /** Room may have been made for those who wait. */
  const addAllWaiting = (): void => {
    for (const key of scheduling.unfit) controller.queue.add(key);
  };
  allPods.addHandler({
    onAdd: addIfWaiting,
    onUpdate: (_old, pod) => (isFinished(pod) ? addAllWaiting() : addIfWaiting(pod)),
    onDelete: addAllWaiting,
  });
  allNodes.addHandler({ onAdd: addAllWaiting, onUpdate: addAllWaiting });
  return new Manager({ name: 'scheduler', informers: [informers], controllers: [controller], services: [recorder] });
}

function isWaiting(pod: On<'host', KubeObject>): boolean {
  const spec = podSpec(pod);
  return (
    !spec.nodeName &&
    pod.metadata.deletionTimestamp === undefined &&
    (spec.schedulerName ?? schedulerName) === schedulerName &&
    (spec.schedulingGates ?? []).length === 0
  );
}

class Scheduling {
  /** Keys of the pods that no node fitted. */
  readonly unfit = new Set<string>();
  readonly #options: SchedulerOptions;
  readonly #pods: Informer<'host'>;
  readonly #nodes: Informer<'host'>;
  readonly #usage: NodeUsage;
  readonly #record: RecordEvent;

  constructor(options: SchedulerOptions, allPods: Informer<'host'>, allNodes: Informer<'host'>, record: RecordEvent) {
    this.#options = options;
    this.#pods = allPods;
    this.#nodes = allNodes;
    this.#usage = new NodeUsage(allPods);
    this.#record = record;
  }

  async reconcile(key: string): Promise<Result> {
    const pod = this.#pods.get(key);
    this.unfit.delete(key);
    if (!pod || !isWaiting(pod)) return done;
    const requests = podRequests(podSpec(pod));
    const candidates = this.#nodes.list().map((node): Candidate => ({
      node,
      free: this.#usage.freeOn(node),
      ports: this.#usage.portsOn(node),
    }));
    const verdicts = candidates.map((candidate) => ({ candidate, reasons: unfitness(pod, requests, candidate) }));
    const fitting = verdicts.filter(({ reasons }) => reasons.length === 0).map(({ candidate }) => candidate);
    const best = preferred(pod, fitting);
    if (best) await this.#bind(pod, best.node.metadata.name ?? '');
    else {
      this.unfit.add(key);
      await this.#sayUnfit(
        pod,
        unfitnessText(
          candidates.length,
          verdicts.flatMap(({ reasons }) => reasons),
        ),
      );
    }
    return done;
  }

  async #bind(pod: On<'host', KubeObject>, node: string): Promise<void> {
    const { name = '', namespace = '', uid } = pod.metadata;
    // Counted before the answer, so that the next choice knows of it.
    this.#usage.assume(pod, node);
    try {
      await this.#options.host.resource(pods, namespace).createSubresource(name, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, ...(uid === undefined ? {} : { uid }) },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      });
    } catch (error) {
      this.#usage.forget(pod);
      if (error instanceof StatusError && error.status.code === 404) return;
      throw error;
    }
    this.#record(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  async #sayUnfit(pod: On<'host', KubeObject>, message: string): Promise<void> {
    this.#record(pod, 'Warning', 'FailedScheduling', message);
    const status = (pod['status'] ?? {}) as { readonly conditions?: readonly { type: string; message?: string }[] };
    const known = status.conditions?.find(({ type }) => type === 'PodScheduled');
    if (known?.message === message) return;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: timestamp(this.#options.clock.now()),
    };
    const resource = this.#options.host.resource(pods, pod.metadata.namespace);
    await resource.patch(
      pod.metadata.name ?? '',
      'strategic',
      { status: { conditions: [condition] } },
      { subresource: 'status' },
    );
  }
}
