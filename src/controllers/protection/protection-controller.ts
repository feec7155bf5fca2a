/**
 * Takes the finalizer of what is being deleted away when nothing uses it any more. Mirrors kubernetes
 * pkg/controller/volume/{pvcprotection,pvprotection,vacprotection}.
 */
import type { GroupVersionResource } from '../../api/gvk.ts';
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import { Controller, done, requeueAfter } from '../../controller/controller.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { persistentVolumeClaims, persistentVolumes, pods, volumeAttributesClasses } from '../resources.ts';

/** When somebody uses it of whom the cache doesn't know, it is looked again without an event. */
const unseenUserMs = 10_000;

interface Protection {
  /** Upstream's. */
  readonly name: string;
  readonly short: string;
  readonly protectedResource: GroupVersionResource;
  readonly finalizer: string;
  /** What may use it, and the keys of what it uses. */
  readonly users: readonly {
    readonly resource: GroupVersionResource;
    uses(user: Readonly<KubeObject>): readonly string[];
  }[];
  /** Whether its own status says that it is in use. */
  readonly usedItself?: (object: Readonly<KubeObject>) => boolean;
}

interface PodSpec {
  readonly nodeName?: string;
  readonly volumes?: readonly {
    readonly name: string;
    readonly persistentVolumeClaim?: { readonly claimName?: string };
    readonly ephemeral?: object;
  }[];
}

interface AttributesUser {
  readonly spec?: { readonly volumeAttributesClassName?: string };
  readonly status?: {
    readonly currentVolumeAttributesClassName?: string;
    readonly modifyVolumeStatus?: { readonly targetVolumeAttributesClassName?: string };
  };
}

export const claimProtection = protectionController({
  name: 'persistentvolumeclaim-protection-controller',
  short: 'claim-protection',
  protectedResource: persistentVolumeClaims,
  finalizer: 'kubernetes.io/pvc-protection',
  users: [{ resource: pods, uses: claimsOf }],
});

export const volumeProtection = protectionController({
  name: 'persistentvolume-protection-controller',
  short: 'volume-protection',
  protectedResource: persistentVolumes,
  finalizer: 'kubernetes.io/pv-protection',
  users: [],
  usedItself: (volume) => (volume['status'] as { readonly phase?: string } | undefined)?.phase === 'Bound',
});

export const attributesClassProtection = protectionController({
  name: 'volumeattributesclass-protection-controller',
  short: 'attributes-class-protection',
  protectedResource: volumeAttributesClasses,
  finalizer: 'kubernetes.io/vac-protection',
  users: [
    { resource: persistentVolumeClaims, uses: attributesClassesOf },
    { resource: persistentVolumes, uses: attributesClassesOf },
  ],
});

/**
 * Only of pods that have a node: nothing else starts one whose claim is being deleted. A pod that only waits for its finalizers has given its
 * volumes back; it may wait for the claim, and the two for each other. Upstream says so of ephemeral volumes only, where a StatefulSet's claims, owned by
 * their pods, are held in the same way.
 */
export function claimsOf(pod: Readonly<KubeObject>): readonly string[] {
  const { nodeName, volumes = [] } = (pod['spec'] ?? {}) as PodSpec;
  const { namespace = '', name = '', deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  const isShutDown = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
  if (nodeName === undefined || nodeName === '' || isShutDown) return [];
  return volumes.flatMap(({ name: volume, persistentVolumeClaim: claim, ephemeral }) => {
    if (claim?.claimName !== undefined) return [`${namespace}/${claim.claimName}`];
    return ephemeral ? [`${namespace}/${name}-${volume}`] : [];
  });
}

function attributesClassesOf(object: Readonly<KubeObject>): readonly string[] {
  const { spec, status } = object as unknown as AttributesUser;
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.flatMap((name) => name || []);
}

function protectionController(protection: Protection): BuiltinController {
  return { name: protection.name, create: (context) => createController(context, protection) };
}

function createController<S extends Side>(context: ControllerContext<S>, protection: Protection): Controller {
  const { client, informers, clock, logger, metrics } = context;
  const { protectedResource, finalizer, short } = protection;
  const index = `used by ${short}`;
  const found = informers.informer({ gvr: protectedResource });
  const users = protection.users.map(({ resource, uses }) => ({
    informer: informers.informer({ gvr: resource }),
    uses,
    resource,
  }));
  const controller = new Controller({
    name: short,
    reconcile: async (key) => {
      const object = found.get(key);
      if (!object || !isLeaving(object, finalizer) || protection.usedItself?.(object)) return done;
      if (users.some(({ informer }) => informer.byIndex(index, key).length > 0)) return done;
      const { namespace, name } = splitKey(key);
      // The cache may be behind: whoever uses it since yesterday counts as well. He may be gone again before the cache shows him.
      for (const { resource, uses } of users) {
        const { items } = await client.resource(resource, namespace).list();
        if (items.some((user) => uses(user).includes(key))) return requeueAfter(unseenUserMs);
      }
      const { uid, resourceVersion, finalizers = [] } = object.metadata;
      const metadata = { uid, resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) };
      await unlessNotFound(client.resource(protectedResource, namespace).patch(name, 'merge', { metadata }));
      return done;
    },
    clock,
    logger,
    ...(metrics ? { metrics } : {}),
  });
  const enqueue = (object: Readonly<KubeObject>): void => {
    if (isLeaving(object, finalizer)) controller.queue.add(objectKey(object));
  };
  found.addHandler({ onAdd: enqueue, onUpdate: (_old, object) => enqueue(object) });
  for (const { informer, uses } of users) {
    informer.addIndex(index, uses);
    const released = (user: Readonly<KubeObject>): void => {
      for (const key of uses(user)) if (found.get(key)) enqueue(found.get(key) ?? user);
    };
    informer.addHandler({ onUpdate: (old) => released(old), onDelete: released });
  }
  return controller;
}

function isLeaving({ metadata }: Readonly<KubeObject>, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(finalizer) ?? false);
}
