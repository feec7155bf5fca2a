/**
 * Creates a claim for each generic ephemeral volume of a pod. Mirrors kubernetes pkg/controller/volume/ephemeral, v1.36. Claims go with their pods,
 * by garbage collection.
 */
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import { StatusError } from '../../api/status.ts';
import { Controller, done } from '../../controller/controller.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { persistentVolumeClaims, pods } from '../resources.ts';
import { claimNameOf, claimOf, conflictOf, ephemeralVolumes } from './claim.ts';

const claimIndex = 'ephemeral claim';

export const ephemeralVolumeController: BuiltinController = {
  name: 'ephemeral-volume-controller',
  create<S extends Side>({ client, informers, events, clock, logger, metrics }: ControllerContext<S>): Controller {
    const podInformer = informers.informer({ gvr: pods });
    const claims = informers.informer({ gvr: persistentVolumeClaims });
    const record = events.for('ephemeral_volume');

    const controller = new Controller({
      name: 'ephemeral-volume',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (key) => {
        const pod = podInformer.get(key);
        if (!pod || pod.metadata.deletionTimestamp !== undefined) return done;
        for (const volume of ephemeralVolumes(pod)) {
          try {
            await ensureClaim(pod, volume);
          } catch (error) {
            if (error instanceof Error)
              record(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${error.message}`);
            throw error;
          }
        }
        return done;
      },
    });

    const enqueue = (pod: Readonly<KubeObject>): void => {
      if (pod.metadata.deletionTimestamp === undefined && ephemeralVolumes(pod).length > 0)
        controller.queue.add(objectKey(pod));
    };
    podInformer.addIndex(claimIndex, (pod) => {
      const { namespace = '' } = pod.metadata;
      return ephemeralVolumes(pod).map((volume) => `${namespace}/${claimNameOf(pod, volume)}`);
    });
    // A pod's volumes never change.
    podInformer.addHandler({ onAdd: enqueue });
    claims.addHandler({
      onDelete(claim) {
        for (const pod of podInformer.byIndex(claimIndex, objectKey(claim))) enqueue(pod);
      },
    });
    return controller;

    async function ensureClaim(
      pod: Readonly<KubeObject>,
      volume: ReturnType<typeof ephemeralVolumes>[number],
    ): Promise<void> {
      const { namespace } = splitKey(objectKey(pod));
      const name = claimNameOf(pod, volume);
      const present = claims.get(`${namespace ?? ''}/${name}`);
      if (present) {
        const conflict = conflictOf(pod, present);
        if (conflict !== undefined) throw new Error(conflict);
        return;
      }
      try {
        await client.resource(persistentVolumeClaims, namespace).create(claimOf(pod, volume));
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        throw new Error(`create PVC ${name}: ${error.message}`, { cause: error });
      }
    }
  },
};
