/** One mirrored kind's loop: a name's object on either side, plan, act. What changes only puts names into the queue. */
import type { KubeObject } from '../api/object.ts';
import { objectKey } from '../api/object.ts';
import type { On } from '../api/side.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Informer } from '../client/informer.ts';
import { Controller, done } from '../controller/controller.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Logger } from '../lib/logger.ts';
import { noTenantsCopy } from '../translate/cluster-copies.ts';
import type { Image } from '../translate/mirrors/image.ts';
import type { NeededInformer } from '../controller/manager.ts';
import type { Plan } from './action.ts';
import { act, type Hands } from './act.ts';
import type { AuditedLoop } from './audited-loop.ts';
import { UnreadError } from './unread-error.ts';
import { planMirror } from './mirror-plan.ts';
import type { MirroredKind, MirrorSettings, MirrorView } from './mirrored-kind.ts';

export interface MirrorLoopOptions {
  readonly kind: MirroredKind;
  /** Absent: nothing is read from the host. */
  readonly settings: MirrorSettings | undefined;
  readonly hands: Hands;
  readonly tenantObjects: Informer<'tenant'>;
  /** Of this kind alone. */
  readonly hostInformers: InformerFactory<'host'>;
  readonly view: () => MirrorView;
  readonly logger: Logger;
  readonly metrics: WorkQueueMetrics | undefined;
}

const retryMaxMs = 60_000;

export interface MirrorLoop {
  readonly controller: Controller;
  readonly audited: AuditedLoop;
  /** What must have been read before it may run: else it would remove all that isn't read yet. */
  readonly needs: readonly NeededInformer[];
  /**
   * Whether the host has something of the name that the tenant sees; `undefined`: nothing is read from the host.
   * @throws UnreadError as long as it isn't known
   */
  isSeen(name: string): boolean | undefined;
}

export function createMirrorLoop(options: MirrorLoopOptions): MirrorLoop {
  const { kind, settings, hands, tenantObjects, view, logger, metrics } = options;
  const hidden = new Set(settings?.hide);
  const hostObjects = settings && hostInformer(options, settings);
  const imageOf = (name: string): Image | undefined => {
    const source = hostObjects?.get(name);
    return source && kind.image(source, hidden);
  };
  const planOf = (name: string): Plan => {
    const seen = view();
    const image = imageOf(name) ?? kind.standIn?.(name, seen);
    const along = image ? [] : kind.goesAlong?.(name, seen);
    return planMirror(kind, tenantObjects.get(name), image, seen.now, along);
  };
  const controller = new Controller({
    name: `mirror ${kind.gvr.resource}`,
    reconcile: async (name) => {
      await act(hands, planOf(name).actions);
      return done;
    },
    clock: hands.clock,
    logger,
    retryMaxMs,
    ...(metrics === undefined ? {} : { metrics }),
  });
  const add = (object: On<'tenant' | 'host', KubeObject>): void => controller.queue.add(objectKey(object));
  const handler = {
    onAdd: add,
    onUpdate: (_old: unknown, object: On<'tenant' | 'host', KubeObject>) => add(object),
    onDelete: add,
  };
  tenantObjects.addHandler(handler);
  hostObjects?.addHandler(handler);
  return {
    controller,
    audited: {
      resource: kind.gvr.resource,
      queue: controller.queue,
      *keys() {
        for (const object of tenantObjects.list()) yield objectKey(object);
        for (const object of hostObjects?.list() ?? []) yield objectKey(object);
      },
      planOf,
    },
    needs: hostObjects ? [tenantObjects, hostObjects] : [tenantObjects],
    isSeen(name) {
      if (hostObjects && !hostObjects.hasSynced()) throw new UnreadError(kind.gvr.resource);
      return hostObjects && imageOf(name) !== undefined;
    },
  };
}

function hostInformer({ kind, hostInformers }: MirrorLoopOptions, { selector }: MirrorSettings): Informer<'host'> {
  // What tenants have there is theirs.
  const labelSelector = selector === undefined || selector === '' ? noTenantsCopy : `${selector},${noTenantsCopy}`;
  return hostInformers.informer({ gvr: kind.gvr, labelSelector });
}
