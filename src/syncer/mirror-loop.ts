/** One mirrored kind's loop: a key's object on either side, plan, act. What changes only puts keys into the queue. */
import type { KubeObject } from '../api/object.ts';
import { objectKey, splitKey } from '../api/object.ts';
import type { On } from '../api/side.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Informer } from '../client/informer.ts';
import { Controller, done } from '../controller/controller.ts';
import type { RecordEvent } from '../controller/event-recorder.ts';
import type { NeededInformer } from '../controller/manager.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Logger } from '../lib/logger.ts';
import type { Image } from '../translate/mirrors/image.ts';
import { tenantNamespace } from '../translate/mirrors/mirror.ts';
import { noteOf } from '../translate/mirrors/note.ts';
import { nothingToDo, type Plan } from './action.ts';
import { act, type Hands } from './act.ts';
import type { AuditedLoop } from './audited-loop.ts';
import { UnreadError } from './unread-error.ts';
import { planMirror } from './mirror-plan.ts';
import { mirrorSource } from './mirror-source.ts';
import type { MirroredKind, MirrorSettings, MirrorView } from './mirrored-kind.ts';

export interface MirrorLoopOptions {
  readonly kind: MirroredKind;
  /** Absent: nothing is read from the host. */
  readonly settings: MirrorSettings | undefined;
  readonly hands: Hands;
  readonly tenantObjects: Informer<'tenant'>;
  readonly tenantNamespaces: Informer<'tenant'>;
  /** Of this kind alone. */
  readonly hostInformers: InformerFactory<'host'>;
  readonly view: () => MirrorView;
  readonly record: RecordEvent;
  readonly logger: Logger;
  readonly metrics: WorkQueueMetrics | undefined;
}

const retryMaxMs = 60_000;
const namespaces = { group: '', version: 'v1', resource: 'namespaces' };

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
  const { kind, settings, hands, tenantObjects, tenantNamespaces, view, record, logger, metrics } = options;
  const hidden = new Set(settings?.hide);
  const source = settings && mirrorSource(kind, settings, options.hostInformers);
  const imageOf = (key: string): Image | undefined => {
    const found = source?.get(key);
    const image = found && kind.image(found, hidden);
    if (!image || kind.scope !== 'Namespaced') return image;
    const { namespace = '', name } = splitKey(key);
    return { ...image, namespace, name };
  };
  const isUnread = (): boolean => source?.informers.some((informer) => !informer.hasSynced()) === true;
  const planOf = (key: string): Plan => {
    const seen = view();
    // What stands in for what can't be read is better than nothing; what is there stays.
    if (isUnread() && (tenantObjects.get(key) || !kind.standIn?.(key, seen))) return nothingToDo;
    const image = imageOf(key) ?? kind.standIn?.(key, seen);
    const along = image ? [] : kind.goesAlong?.(key, seen);
    return withNamespace(planMirror(kind, tenantObjects.get(key), image, seen.now, along), image, seen);
  };
  const controller = new Controller({
    name: `mirror ${kind.gvr.resource}`,
    reconcile: async (key) => {
      const { actions, refusal } = planOf(key);
      const current = tenantObjects.get(key);
      if (refusal !== undefined && current) record(current, 'Warning', 'SyncError', refusal);
      await act(hands, actions);
      return done;
    },
    clock: hands.clock,
    logger,
    retryMaxMs,
    ...(metrics === undefined ? {} : { metrics }),
  });
  const { queue } = controller;
  const isOurs = (object: On<'tenant', KubeObject>): boolean =>
    kind.scope !== 'Namespaced' || source?.covers(objectKey(object)) === true || noteOf(object) !== undefined;
  const add = (object: On<'tenant', KubeObject>): void => {
    if (isOurs(object)) queue.add(objectKey(object));
  };
  tenantObjects.addHandler({ onAdd: add, onUpdate: (_old, object) => add(object), onDelete: add });
  source?.listen((key) => queue.add(key));
  for (const informer of kind.standIn ? (source?.informers ?? []) : []) {
    void informer.whenSynced().then(() => {
      for (const object of tenantObjects.list()) add(object);
    });
  }
  // What was in a namespace comes back when that is gone, and then another is made.
  if (kind.scope === 'Namespaced')
    tenantNamespaces.addHandler({
      onDelete: ({ metadata: { name = '' } }) => {
        for (const key of source?.keysIn(name) ?? []) queue.add(key);
      },
    });
  return {
    controller,
    audited: {
      resource: kind.gvr.resource,
      queue,
      *keys() {
        for (const object of tenantObjects.list()) if (isOurs(object)) yield objectKey(object);
        yield* source?.keys() ?? [];
      },
      planOf,
    },
    needs: [tenantObjects, tenantNamespaces, ...(kind.standIn ? [] : (source?.informers ?? []))],
    isSeen(name) {
      if (isUnread()) throw new UnreadError(kind.gvr.resource);
      return source && imageOf(name) !== undefined;
    },
  };
}

/** What is to be seen in a namespace that the tenant lacks brings it along. */
function withNamespace(plan: Plan, image: Image | undefined, { hasNamespace }: MirrorView): Plan {
  const [first] = plan.actions;
  const { namespace } = image ?? {};
  if (first?.type !== 'create-tenant' || namespace === undefined) return plan;
  const isThere = hasNamespace(namespace);
  // Its end brings the next plan.
  if (isThere === 'going') return nothingToDo;
  if (isThere) return plan;
  return { actions: [{ type: 'create-tenant', gvr: namespaces, object: tenantNamespace(namespace) }, ...plan.actions] };
}
