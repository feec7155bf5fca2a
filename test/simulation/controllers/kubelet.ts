/**
 * All nodes' kubelets, and a scheduler: pods are bound, run, become ready, end, break and vanish, each step when the seed says so. While `calm`,
 * pods only go forward, and all that is to be done gets done.
 */
import type { JsonObject } from '../../../src/api/json.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import { isPodReady, isPodTerminal, asPod } from '../../../src/controller/pod.ts';
import { nodes, pods } from '../../../src/controllers/resources.ts';
import { timestamp } from '../../../src/lib/clock.ts';
import { Choices } from '../choices.ts';
import { isBadLuck } from '../watchful-logger.ts';
import type { World } from './world.ts';

export interface Temper {
  /** Pods only go forward. */
  calm: boolean;
  /** Share of steps at which a pod breaks. */
  readonly trouble: number;
  /** Share of possible steps that are taken at a tick. */
  readonly haste: number;
}

export const nodeNames = ['node-a', 'node-b', 'node-c'] as const;

const tickMs = 400;

export class Kubelet {
  readonly temper: Temper;
  readonly #world: World;
  readonly #choose: Choices;
  readonly #busy = new Set<string>();
  #ips = 0;
  #ticks = false;

  constructor(world: World, temper: Temper) {
    this.#world = world;
    this.#choose = new Choices(world.random);
    this.temper = temper;
  }

  async start(): Promise<void> {
    for (const name of nodeNames) await this.addNode(name);
    this.#world.truth.observe(({ plural }) => {
      if (plural === 'pods' || plural === 'nodes') this.#later();
    });
    this.#later();
  }

  async addNode(name: string): Promise<void> {
    const resource = this.#world.kubelet.resource(nodes);
    const metadata = { name, labels: { 'kubernetes.io/hostname': name, disk: name === 'node-a' ? 'hdd' : 'ssd' } };
    await resource.create({ apiVersion: 'v1', kind: 'Node', metadata });
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: this.#now() }];
    const status = { capacity: { pods: '110' }, allocatable: { pods: '110' }, conditions };
    await resource.patch(name, 'merge', { status }, { subresource: 'status' });
  }

  /** Where no pod has anything before it, nothing ticks. */
  #later(): void {
    if (this.#ticks) return;
    this.#ticks = true;
    this.#world.time.after(tickMs, () => {
      this.#ticks = false;
      let more = !this.temper.calm;
      for (const pod of this.#world.truth.list('pods')) more = this.#look(pod) || more;
      if (more) this.#later();
    });
  }

  /** Whether there is anything to do for it, now or later. */
  #look(pod: KubeObject): boolean {
    const uid = pod.metadata.uid ?? '';
    if (this.#busy.has(uid)) return true;
    const step = this.#step(pod);
    if (!step) return false;
    if (!this.#choose.chance(this.temper.calm ? 0.7 : this.temper.haste)) return true;
    this.#busy.add(uid);
    const underway = step().catch((error: unknown) => {
      if (!isBadLuck(error)) this.#world.problems.push(`kubelet: ${String(error)}`);
    });
    void underway.then(() => this.#busy.delete(uid));
    return true;
  }

  /** What comes next for a pod; `undefined`: it stays as it is. */
  #step(object: KubeObject): (() => Promise<unknown>) | undefined {
    const pod = asPod(object);
    const phase = pod.status?.phase;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#ending(object, phase);
    if (isPodTerminal(pod)) return undefined;
    if (pod.spec.nodeName === undefined) return this.#binding(object);
    if (phase === 'Pending') return () => this.#set(object, 'Running', runsBriefly(object));
    const troubled = !this.temper.calm && this.#choose.chance(this.temper.trouble);
    if (troubled) return this.#breaking(object, isPodReady(pod));
    if (!isPodReady(pod)) return () => this.#set(object, 'Running', true);
    return runsBriefly(object) ? this.#outcome(object) : undefined;
  }

  #binding(pod: KubeObject): (() => Promise<unknown>) | undefined {
    const { name = '', namespace = '' } = pod.metadata;
    const known = this.#world.truth.list('nodes').map(({ metadata }) => metadata.name ?? '');
    const wanted = wantedNode(pod);
    const possible = wanted === undefined ? known : known.filter((node) => node === wanted);
    if (possible.length === 0) return undefined;
    const target = { apiVersion: 'v1', kind: 'Node', name: this.#choose.of(possible) };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target };
    return () => this.#world.kubelet.resource(pods, namespace).createSubresource(name, 'binding', binding);
  }

  /** It stops, says how it ended, and is gone; or is gone without a word. */
  #ending(pod: KubeObject, phase: string | undefined): () => Promise<unknown> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const isBound = asPod(pod).spec.nodeName !== undefined;
    const spoken = isPodTerminal(asPod(pod)) || (phase === 'Pending' && !isBound);
    if (!spoken && (this.temper.calm || this.#choose.chance(0.7))) {
      return () => this.#set(pod, this.#choose.chance(0.2) ? 'Succeeded' : 'Failed', false);
    }
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    return () => this.#world.kubelet.resource(pods, namespace).delete(name, options);
  }

  #outcome(pod: KubeObject): () => Promise<unknown> {
    const fails = !this.temper.calm && this.#choose.chance(0.25);
    return () => this.#set(pod, fails ? 'Failed' : 'Succeeded', false);
  }

  #breaking(pod: KubeObject, ready: boolean): () => Promise<unknown> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    return this.#choose.weighted<() => Promise<unknown>>([
      [ready ? 4 : 0, () => this.#set(pod, 'Running', false)],
      [2, () => this.#set(pod, 'Failed', false)],
      [runsBriefly(pod) ? 0 : 0.5, () => this.#set(pod, 'Succeeded', false)],
      [
        1,
        () =>
          this.#world.kubelet.resource(pods, namespace).delete(name, { gracePeriodSeconds: 0, preconditions: { uid } }),
      ],
    ]);
  }

  async #set({ metadata }: KubeObject, phase: string, ready: boolean): Promise<void> {
    const { name = '', namespace } = metadata;
    const known = this.#world.truth.byUid(metadata.uid ?? '');
    if (!known) return;
    const before = (known['status'] ?? {}) as JsonObject;
    const ended = phase === 'Failed' || phase === 'Succeeded';
    const status: JsonObject = { ...before, phase, ...(before['podIP'] === undefined ? this.#address() : {}) };
    status['conditions'] = this.#conditions(known, ready);
    status['containerStatuses'] = [containerStatus(known, ready, ended ? phase : undefined, this.#now())];
    const { resourceVersion, uid = '' } = known.metadata;
    await this.#world.kubelet
      .resource(pods, namespace)
      .patch(name, 'merge', { metadata: { uid, resourceVersion }, status }, { subresource: 'status' });
  }

  #conditions(pod: KubeObject, ready: boolean): JsonObject[] {
    const { conditions = [] } = (pod['status'] ?? {}) as { conditions?: JsonObject[] };
    const wanted = ready ? 'True' : 'False';
    return ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => {
      const status = type.includes('Ready') ? wanted : 'True';
      const before = conditions.find((condition) => condition['type'] === type);
      return before?.['status'] === status ? before : { type, status, lastTransitionTime: this.#now() };
    });
  }

  #address(): JsonObject {
    const ip = `10.1.${Math.floor(this.#ips / 200)}.${(this.#ips++ % 200) + 1}`;
    return { podIP: ip, podIPs: [{ ip }], startTime: this.#now() };
  }

  #now(): string {
    return timestamp(this.#world.clock.now());
  }
}

/** A task, that ends by itself. */
function runsBriefly(pod: KubeObject): boolean {
  const { restartPolicy } = pod['spec'] as { restartPolicy?: string };
  return restartPolicy !== 'Always';
}

/** A daemon's pod says on which node it wants to be. */
function wantedNode(pod: KubeObject): string | undefined {
  const text = JSON.stringify((pod['spec'] as JsonObject)['affinity'] ?? null);
  return /"metadata\.name","operator":"In","values":\["([^"]+)"\]/.exec(text)?.[1];
}

function containerStatus(pod: KubeObject, ready: boolean, ended: string | undefined, now: string): JsonObject {
  const { containers } = pod['spec'] as { containers: { name: string; image: string }[] };
  const [{ name, image } = { name: '', image: '' }] = containers;
  const exitCode = ended === 'Failed' ? 1 : 0;
  const state: JsonObject =
    ended === undefined
      ? { running: { startedAt: now } }
      : { terminated: { exitCode, startedAt: now, finishedAt: now, reason: exitCode === 0 ? 'Completed' : 'Error' } };
  return { name, image, imageID: '', ready, started: ended === undefined, restartCount: 0, state, lastState: {} };
}
