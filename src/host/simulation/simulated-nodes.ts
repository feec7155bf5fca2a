/**
 * Nodes that run pods by simulation: each registers itself, renews its lease, and takes on the pods that a scheduler binds to it. They are
 * clients of an API server like any other, so they serve the embedded host as well as an upstream control plane.
 */
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { Client } from '../../client/client.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, requeueAfter, type Result } from '../../controller/controller.ts';
import { EventRecorder, type RecordEvent } from '../../controller/event-recorder.ts';
import { Manager } from '../../controller/manager.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Service } from '../../lib/service.ts';
import { NodeLeases } from './node-leases.ts';
import { nodeObject, nodeShape, registerNode, type NodeShape } from './node-object.ts';
import { PodAddresses } from './pod-addresses.ts';
import { PodCourses } from './pod-courses.ts';
import { createSimulatedConnections, type NodeKnowledge, type SimulatedConnections } from './connections.ts';
import type { ContainerRun } from './container-run.ts';
import { PodChanges } from './pod-changes.ts';
import { nextStep, type CourseInTime, type NodeFacts } from './pod-progress.ts';
import type { Files } from './shell/files.ts';
import { portRefusal } from './port-refusal.ts';
import { viewPod, withStatus } from './pod-view.ts';
import { scriptOf, type ScriptDefaults } from './script.ts';

export interface SimulatedNodesOptions {
  readonly host: Client<'host'>;
  /** How many; they are called `node-1`, `node-2`, … */
  readonly nodes: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly defaults?: Partial<ScriptDefaults>;
}

const pods = { group: '', version: 'v1', resource: 'pods' };
const concurrency = 32;
const retryMaxMs = 10_000;

export interface SimulatedNodes extends Service {
  /** Into the containers of their pods. */
  readonly connections: SimulatedConnections;
}

export function createSimulatedNodes(options: SimulatedNodesOptions): SimulatedNodes {
  const { host, clock, logger } = options;
  const shapes = Array.from({ length: options.nodes }, (_, index) => nodeShape(index));
  const informers = new InformerFactory({ ...options, client: host });
  // Only pods that are bound: what waits for a scheduler is not ours to see.
  const bound = informers.informer({ gvr: pods, fieldSelector: 'spec.nodeName!=' });
  const recorder = new EventRecorder({ client: host, clock, logger });
  const agent = new NodeAgent(options, shapes, bound, recorder.for('kubelet'));
  const controller = new Controller({
    name: 'simulated nodes',
    reconcile: (key) => agent.reconcile(key),
    clock,
    logger,
    concurrency,
    retryMaxMs,
  });
  bound.addHandler({
    onAdd: (pod) => controller.queue.add(objectKey(pod)),
    onUpdate: (_old, pod) => {
      controller.queue.add(objectKey(pod));
      agent.changes.changed(pod.metadata.uid ?? '');
    },
    onDelete: (pod) => agent.forget(pod),
  });
  const manager = new Manager({
    name: 'simulated nodes',
    informers: [informers],
    controllers: [controller],
    services: [recorder],
  });
  const leases = new NodeLeases(host, shapes, clock, logger);
  return {
    name: 'simulated nodes',
    connections: createSimulatedConnections(agent),
    async start() {
      for (const shape of shapes) await registerNode(host, nodeObject(shape, clock.now()));
      await manager.start();
      await leases.start();
    },
    async stop() {
      await leases.stop();
      await manager.stop();
    },
  };
}

class NodeAgent implements NodeKnowledge {
  readonly changes = new PodChanges();
  readonly clock: Clock;
  readonly #options: SimulatedNodesOptions;
  readonly #nodes: ReadonlyMap<string, NodeShape>;
  readonly #pods: Informer<'host'>;
  readonly #addresses: PodAddresses;
  readonly #courses = new PodCourses();
  readonly #defaults: ScriptDefaults;
  readonly #record: RecordEvent;

  constructor(
    options: SimulatedNodesOptions,
    shapes: readonly NodeShape[],
    bound: Informer<'host'>,
    record: RecordEvent,
  ) {
    this.#options = options;
    this.clock = options.clock;
    this.#nodes = new Map(shapes.map((shape) => [shape.name, shape]));
    this.#pods = bound;
    this.#addresses = new PodAddresses(bound);
    this.#defaults = { startDelayMs: 0, readyDelayMs: 0, stopDelayMs: 0, ...options.defaults };
    this.#record = record;
  }

  forget(pod: On<'host', KubeObject>): void {
    const uid = pod.metadata.uid ?? '';
    this.#addresses.release(uid);
    this.#courses.forget(uid);
    this.changes.changed(uid);
  }

  pod(uid: string, namespace: string, name: string): Readonly<KubeObject> | undefined {
    const pod = this.#pods.get(`${namespace}/${name}`);
    return pod?.metadata.uid === uid ? pod : undefined;
  }

  course(pod: Readonly<KubeObject>, { container, run, startedAt }: ContainerRun): CourseInTime {
    return this.#courses.of(pod, container, run, startedAt, this.clock.now());
  }

  files(pod: Readonly<KubeObject>, { container, run }: ContainerRun): Files {
    return this.#courses.filesOf(pod, container, run);
  }

  async reconcile(key: string): Promise<Result> {
    const pod = this.#pods.get(key);
    const node = this.#nodes.get((pod && viewPod(pod).spec.nodeName) ?? '');
    if (!pod || !node) return done;
    const { clock, host } = this.#options;
    const uid = pod.metadata.uid ?? '';
    const now = clock.now();
    const facts: NodeFacts = {
      address: node.address,
      podAddress: this.#addresses.of(uid, node),
      now,
      courseOf: (container, run, startedAt) => this.#courses.of(pod, container, run, startedAt, now),
      refusal: portRefusal(pod, () => this.#pods.list()),
    };
    const step = nextStep(pod, scriptOf(pod, this.#defaults), facts);
    switch (step.type) {
      case 'rest':
        return done;
      case 'wait':
        return requeueAfter(Math.max(1, step.forMs));
      case 'remove': {
        const options = { gracePeriodSeconds: 0, preconditions: { uid } };
        await unlessNotFound(host.resource(pods, pod.metadata.namespace).delete(pod.metadata.name ?? '', options));
        return done;
      }
      case 'status':
        await unlessNotFound(host.resource(pods, pod.metadata.namespace).updateStatus(withStatus(pod, step.status)));
        for (const { type, reason, message, container } of step.tell) {
          this.#record(container === undefined ? pod : regarding(pod, container), type, reason, message);
        }
        return done;
    }
  }
}

function regarding(pod: On<'host', KubeObject>, container: string): On<'host', KubeObject> & { fieldPath: string } {
  const init = viewPod(pod).spec.initContainers?.some(({ name }) => name === container);
  return { ...pod, fieldPath: `spec.${init ? 'initContainers' : 'containers'}{${container}}` };
}
