/** How many pods a budget expects: what its pods' controllers are scaled to. Mirrors getExpectedPodCount and getExpectedScale. */
import { parseApiVersion, type GroupVersionResource } from '../../api/gvk.ts';
import { scaledIntOrPercent, type IntOrString } from '../../api/int-or-string.ts';
import type { KubeObject, OwnerReference } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import type { InformerFactory } from '../../client/informer-factory.ts';
import { discoverResources } from '../../controller/discovery.ts';
import { controllerOf, refersTo } from '../../controller/owner-reference.ts';
import type { Pod } from '../../controller/pod.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import {
  deploymentKind,
  deployments,
  replicaSetKind,
  replicaSets,
  replicationControllerKind,
  replicationControllers,
  statefulSetKind,
  statefulSets,
} from '../resources.ts';
import type { Budget, Expectation } from './budget.ts';

export interface Expected extends Expectation {
  /** Names of pods without a controller, which can't be counted. */
  readonly unmanaged: readonly string[];
}

interface Scale {
  readonly uid: string;
  readonly replicas: number;
}

interface ScaleObject {
  readonly metadata?: { readonly uid?: string };
  readonly spec?: { readonly replicas?: number };
}

function replicasOf(object: Readonly<KubeObject>): number | undefined {
  // A door: these kinds have it.
  return (object as ScaleObject).spec?.replicas;
}

/** Reads what the informers know; other kinds are asked for their scale. */
export class Scales<S extends Side> {
  readonly #client: Client<S>;
  readonly #replicationControllers: Informer<S>;
  readonly #replicaSets: Informer<S>;
  readonly #deployments: Informer<S>;
  readonly #statefulSets: Informer<S>;

  constructor(client: Client<S>, informers: InformerFactory<S>) {
    this.#client = client;
    this.#replicationControllers = informers.informer({ gvr: replicationControllers });
    this.#replicaSets = informers.informer({ gvr: replicaSets });
    this.#deployments = informers.informer({ gvr: deployments });
    this.#statefulSets = informers.informer({ gvr: statefulSets });
  }

  /** `changed` is called with the namespace in which something has another size or owner than before. Upstream waits for the pods that follow, which may be there already. */
  onChange(changed: (namespace: string | undefined) => void): void {
    const tell = ({ metadata }: Readonly<KubeObject>): void => changed(metadata.namespace);
    for (const informer of [this.#replicationControllers, this.#replicaSets, this.#deployments, this.#statefulSets]) {
      informer.addHandler({
        onAdd: tell,
        onUpdate: (old, object) => {
          const same = replicasOf(old) === replicasOf(object) && controllerOf(old)?.uid === controllerOf(object)?.uid;
          if (!same) tell(object);
        },
        onDelete: tell,
      });
    }
  }

  /** @throws Error for a controller that can't be scaled, or isn't there, and for percentages that are none. */
  async expectationOf({ spec }: Budget, pods: readonly Pod[]): Promise<Expected> {
    const { maxUnavailable, minAvailable } = spec;
    if (maxUnavailable !== undefined) {
      const { expectedPods, unmanaged } = await this.#expectedScale(pods);
      const desiredHealthy = Math.max(0, expectedPods - scaled(maxUnavailable, expectedPods));
      return { expectedPods, desiredHealthy, unmanaged };
    }
    if (typeof minAvailable === 'string') {
      const { expectedPods, unmanaged } = await this.#expectedScale(pods);
      return { expectedPods, desiredHealthy: scaled(minAvailable, expectedPods), unmanaged };
    }
    if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0, unmanaged: [] };
    return { expectedPods: pods.length, desiredHealthy: minAvailable, unmanaged: [] };
  }

  async #expectedScale(pods: readonly Pod[]): Promise<{ expectedPods: number; unmanaged: readonly string[] }> {
    const scales = new Map<string, number>();
    const unmanaged: string[] = [];
    for (const pod of pods) {
      const { name = '', namespace = '' } = pod.metadata;
      const controller = controllerOf(pod);
      if (!controller) {
        unmanaged.push(name);
        continue;
      }
      if (scales.has(controller.uid)) continue;
      const scale = this.#knownScale(controller, namespace) ?? (await this.#askScale(controller, namespace));
      if (!scale) throw new Error(`found no controllers for pod "${name}"`);
      scales.set(scale.uid, scale.replicas);
    }
    return { expectedPods: scales.values().reduce((sum, replicas) => sum + replicas, 0), unmanaged };
  }

  #knownScale(controller: OwnerReference, namespace: string): Scale | undefined {
    if (refersTo(controller, replicationControllerKind))
      return scaleOf(found(this.#replicationControllers, controller, namespace));
    if (refersTo(controller, statefulSetKind)) return scaleOf(found(this.#statefulSets, controller, namespace));
    if (!refersTo(controller, replicaSetKind)) return undefined;
    const replicaSet = found(this.#replicaSets, controller, namespace);
    const above = replicaSet && controllerOf(replicaSet);
    if (above?.kind !== deploymentKind.kind) return scaleOf(replicaSet);
    return refersTo(above, deploymentKind) ? scaleOf(found(this.#deployments, above, namespace)) : undefined;
  }

  async #askScale(controller: OwnerReference, namespace: string): Promise<Scale | undefined> {
    const gvr = await this.#resourceOf(controller);
    const path = `${pathOf(gvr)}/namespaces/${namespace}/${gvr.resource}/${encodeURIComponent(controller.name)}`;
    const answer = (await unlessNotFound(this.#client.getPath(`${path}/scale`))) as ScaleObject | undefined;
    if (!answer) {
      // Either the object isn't there, or its kind has no scale.
      if (!(await unlessNotFound(this.#client.getPath(path)))) return undefined;
      const text = gvr.group === '' ? gvr.resource : `${gvr.resource}.${gvr.group}`;
      throw new Error(`${text} does not implement the scale subresource`);
    }
    if (answer.metadata?.uid !== controller.uid) return undefined;
    return { uid: controller.uid, replicas: answer.spec?.replicas ?? 0 };
  }

  async #resourceOf({ apiVersion, kind }: OwnerReference): Promise<GroupVersionResource> {
    const { group = '', version = '' } = parseApiVersion(apiVersion) ?? {};
    const { resources } = await discoverResources(this.#client);
    const served = resources.find((one) => one.gvr.group === group && one.kind === kind);
    if (!served) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
    return { ...served.gvr, version };
  }
}

/** `undefined`: there is none, or another of that name. */
function found<S extends Side>(
  informer: Informer<S>,
  { name, uid }: OwnerReference,
  namespace: string,
): Readonly<KubeObject> | undefined {
  const object = informer.get(`${namespace}/${name}`);
  return object?.metadata.uid === uid ? object : undefined;
}

function scaleOf(object: Readonly<KubeObject> | undefined): Scale | undefined {
  if (!object) return undefined;
  const { replicas = 1 } = (object['spec'] ?? {}) as { readonly replicas?: number };
  return { uid: object.metadata.uid ?? '', replicas };
}

function scaled(value: IntOrString, total: number): number {
  const result = scaledIntOrPercent(value, total, 'up');
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function pathOf({ group, version }: GroupVersionResource): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}
