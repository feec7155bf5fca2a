/** {@link Stage} over a cluster and who observes it. */
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../../src/api/object.ts';
import type { DeleteOptions, ResourceClient } from '../../../src/client/client.ts';
import { unlessNotFound } from '../../../src/controller/status-cause.ts';
import type { Cluster } from './cluster.ts';
import { isClusterKind, isKindName, kinds, type KindName } from './kinds.ts';
import type { Observer } from './observer.ts';
import { fieldOf, type PatchOptions, type Stage } from './scenario.ts';

const patienceMs = 180_000;
const pollMs = 40;
/** Before it is asked for. */
const triesMax = 10;

export function liveStage(cluster: Cluster, observer: Observer, namespace: string): Stage {
  const { client } = cluster;
  const placeOf = (kind: KindName): string | undefined => (isClusterKind(kind) ? undefined : namespace);
  const resource = (kind: KindName): ResourceClient<'host'> => client.resource(kinds[kind], placeOf(kind));
  const find = (kind: KindName, name: string): KubeObject | undefined =>
    observer.list(kind, placeOf(kind)).find(({ metadata }) => metadata.name === name);
  const list: Stage['list'] = (kind, labels = {}) =>
    observer
      .list(kind, placeOf(kind))
      .filter(({ metadata }) => Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value));
  const summary = (): unknown =>
    observer.all(namespace).map((object) => [object.kind, object.metadata.name, briefly(object)]);
  const until = async (what: string, check: () => boolean, seen: () => unknown = summary): Promise<void> => {
    const deadline = performance.now() + patienceMs;
    while (!check()) {
      if (performance.now() > deadline) {
        throw new Error(`${cluster.name}: never: ${what}; seen: ${JSON.stringify(seen())}`);
      }
      await sleep(pollMs);
    }
  };
  /** What follows is to see the write. */
  const written = async (kind: KindName, writing: Promise<KubeObject>): Promise<KubeObject> => {
    const object = await writing;
    const { name = '', resourceVersion, uid } = object.metadata;
    const isSeen = (): boolean => {
      const found = find(kind, name);
      if (found === undefined) return object.metadata.deletionTimestamp !== undefined;
      return found.metadata.uid !== uid || Number(found.metadata.resourceVersion) >= Number(resourceVersion);
    };
    for (let tries = 0; !isSeen(); tries++) {
      // It may be gone again before it has been seen.
      if (tries > triesMax && (await isNotThere(resource(kind).get(name)))) break;
      await sleep(pollMs);
    }
    return object;
  };
  return {
    namespace,
    client,
    find,
    list,
    until: (what, check) => until(what, check),
    create(object) {
      if (!isKindName(object.kind)) throw new Error(`${object.kind} is not in kinds.ts`);
      return written(object.kind, resource(object.kind).create(object));
    },
    patch: (kind: KindName, name: string, patch: unknown, { subresource, type = 'merge' }: PatchOptions = {}) =>
      written(kind, resource(kind).patch(name, type, patch, subresource === undefined ? {} : { subresource })),
    async remove(kind: KindName, name: string, options?: DeleteOptions) {
      await unlessNotFound(resource(kind).delete(name, options));
    },
    untilField: (kind, name, path, value) =>
      until(
        `${kind} ${name}: ${path} = ${JSON.stringify(value)}`,
        () => find(kind, name) !== undefined && isDeepStrictEqual(fieldOf(find(kind, name), path), value),
      ),
    untilGone: (kind, name) =>
      until(
        `${kind} ${name} is gone`,
        () => find(kind, name) === undefined,
        () => find(kind, name),
      ),
    untilPods: (count, phase, labels) =>
      until(`${count} pods ${phase ?? 'Ready'}`, () => {
        const pods = list('Pod', labels).filter((pod) =>
          phase === undefined
            ? fieldOf(pod, 'status.conditions[type=Ready].status') === 'True'
            : fieldOf(pod, 'status.phase') === phase,
        );
        return pods.length === count && pods.every(({ metadata }) => metadata.deletionTimestamp === undefined);
      }),
    untilEvent: (reason) =>
      until(
        `an Event ${reason}`,
        () => observer.events(namespace).some((event) => event['reason'] === reason),
        () => observer.events(namespace).map((event) => event['reason']),
      ),
    pause: (ms) => sleep(ms),
  };
}

async function isNotThere(reading: Promise<unknown>): Promise<boolean> {
  return (await unlessNotFound(reading.then(() => true))) !== true;
}

function briefly(object: KubeObject): unknown {
  if (object.kind !== 'Pod') return object['status'];
  const paths = [
    'spec.nodeName',
    'status.phase',
    'status.containerStatuses[name=main].state',
    'metadata.deletionTimestamp',
  ];
  return paths.map((path) => fieldOf(object, path));
}
