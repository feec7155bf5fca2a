/** Deletes Jobs some time after they have ended. Mirrors kubernetes pkg/controller/ttlafterfinished. */
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import { Controller, done, requeueAfter } from '../../controller/controller.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { asJob } from '../job/job.ts';
import { jobs } from '../resources.ts';

export const ttlAfterFinishedController: BuiltinController = {
  name: 'ttl-after-finished-controller',
  create<S extends Side>({ client, informers, clock, logger, metrics }: ControllerContext<S>): Controller {
    const informer = informers.informer({ gvr: jobs });
    const controller = new Controller({
      name: 'ttl-after-finished',
      reconcile: async (key) => {
        const { namespace, name } = splitKey(key);
        const seen = informer.get(key);
        const wait = seen && remainingMs(seen, clock.now());
        if (wait === undefined) return done;
        if (wait > 0) return requeueAfter(wait);
        // The time may have been put off since.
        const fresh = await unlessNotFound(client.resource(jobs, namespace).get(name));
        const stillDue = fresh && remainingMs(fresh, clock.now());
        if (stillDue === undefined) return done;
        if (stillDue > 0) return requeueAfter(stillDue);
        const uid = fresh?.metadata.uid ?? '';
        const options = { propagationPolicy: 'Foreground', preconditions: { uid } } as const;
        await unlessNotFound(client.resource(jobs, namespace).delete(name, options));
        return done;
      },
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
    });
    const enqueue = (job: Readonly<KubeObject>): void => {
      if (remainingMs(job, 0) !== undefined) controller.queue.add(objectKey(job));
    };
    informer.addHandler({ onAdd: enqueue, onUpdate: (_old, job) => enqueue(job) });
    return controller;
  },
};

/** Milliseconds from `now`; `undefined`: it stays. */
function remainingMs(job: Readonly<KubeObject>, now: number): number | undefined {
  const { ttlSecondsAfterFinished: ttl } = (job['spec'] ?? {}) as { readonly ttlSecondsAfterFinished?: number };
  if (ttl === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
  const end = asJob(job).status.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return end?.lastTransitionTime === undefined ? undefined : Date.parse(end.lastTransitionTime) + ttl * 1000 - now;
}
