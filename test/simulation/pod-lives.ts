/**
 * Follows every host pod from its beginning to its end: a tenant's pod, by its UID, must never be started a second time. What a tenant's process
 * can't know it can't heed: that a pod ran and was removed on the host by others, all while the process was down or its watch was cut.
 * So this holds without faults, and with them as soon as the tenant's own API server knows that the pod has been on a node.
 */
import type { KubeObject } from '../../src/api/object.ts';
import { viewPod } from '../../src/translate/pods/pod-view.ts';
import { objectOf, objectsOn } from './stored-objects.ts';
import type { World } from './world.ts';

export interface PodLives {
  /** Violations. */
  readonly startedTwice: string[];
  /** Every name that a tenant's copy ever had on the host. */
  readonly hostNames: Set<string>;
}

const uidAnnotation = 'sublet.dev/uid';
const watched = ['/registry/pods/', '/registry/services/specs/', '/registry/configmaps/', '/registry/secrets/'];

export async function followPods(world: World): Promise<PodLives> {
  const lives: PodLives = { startedTwice: [], hostNames: new Set() };
  /** Host UIDs that have run, by the tenant's UID. */
  const ran = new Map<string, Set<string>>();
  for (const prefix of watched) {
    await world.hostStore.watch({
      prefix,
      after: world.hostDisk.revision,
      onEnd: () => undefined,
      onEvents: (events) => {
        for (const event of events) {
          if (event.type !== 'put') continue;
          const object = objectOf(event.value, event.revision);
          if (!object.metadata.labels?.['sublet.dev/tenant']) continue;
          if (!isForeign(object)) lives.hostNames.add(object.metadata.name ?? '');
          if (prefix === '/registry/pods/' && !isForeign(object)) followPod(world, lives, ran, object, !event.previous);
        }
      },
    });
  }
  return lives;
}

/** Made by others, with a tenant's marks. */
export function isForeign(object: KubeObject): boolean {
  const text = JSON.stringify([object['spec'], object['data']]);
  return /"foreign"|"port":\d\b|"port":[1-7]\d\b|"port":100\b/.test(text) && !text.includes('owner-');
}

function followPod(
  world: World,
  lives: PodLives,
  ran: Map<string, Set<string>>,
  pod: KubeObject,
  isNew: boolean,
): void {
  const origin = pod.metadata.annotations?.[uidAnnotation] ?? '';
  const hostUid = pod.metadata.uid ?? '';
  const before = ran.get(origin) ?? new Set();
  ran.set(origin, before);
  if (isNew && before.size > 0) {
    const text = `${pod.metadata.name} (${origin}) is started again at ${world.time.elapsed / 1000}`;
    world.note(`TWICE ${text}`);
    const known = world.tenants
      .flatMap(({ disk }) => objectsOn(disk, '/registry/pods/'))
      .find(({ metadata }) => metadata.uid === origin);
    const status = known && viewPod(known).status;
    const knew = status?.['startTime'] !== undefined || JSON.stringify(status?.conditions ?? []).includes('"Ready"');
    if (knew || world.undisturbed) lives.startedTwice.push(text);
  }
  const statuses = viewPod(pod).status?.['containerStatuses'];
  const text = JSON.stringify(statuses ?? []);
  if (text.includes('"running"') || text.includes('"terminated"')) before.add(hostUid);
}
