/** The loops of kinds that come from a definition: each begins and ends with what its gate sees. */
import type { GroupVersionResource } from '../../api/gvk.ts';
import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { Manager } from '../../controller/manager.ts';
import type { WorkQueue, WorkQueueMetrics } from '../../controller/work-queue.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Service } from '../../lib/service.ts';
import { clusterSelector } from '../../translate/cluster-copies.ts';
import { namedBy } from '../../translate/custom/references.ts';
import { tenantSelector } from '../../translate/marks.ts';
import type { ServedResource } from '../../translate/custom/definitions.ts';
import type { LateCopies } from '../host-events.ts';
import { createSyncLoop, type Naming, type SyncLoop, type SyncLoopOptions } from '../sync-loop.ts';
import { inBackground } from './background-start.ts';
import { definitionName, syncedKindOf, type DefinedKind } from './defined-kind.ts';
import { DefinitionGate } from './definition-gate.ts';
import { LateInformer } from './late-informer.ts';

export interface DefinedLoopsOptions {
  readonly kinds: readonly DefinedKind[];
  readonly tenant: Client<'tenant'>;
  readonly host: Client<'host'>;
  /** What all loops have in common. */
  readonly common: Pick<SyncLoopOptions, 'hands' | 'tenantPods' | 'view' | 'record' | 'metrics' | 'disturbed'>;
  /** The tenant's objects of a kind that is no custom one. */
  readonly followedObjects: InformerFactory<'tenant'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics?: WorkQueueMetrics | undefined;
}

export interface DefinedLoops extends LateCopies {
  readonly gates: readonly DefinitionGate[];
  /** What their objects name, now and later. */
  readonly naming: readonly Naming[];
  /** What waits in them, and in the gates. */
  queues(): readonly WorkQueue[];
  /** Those that run now. */
  running(): readonly DefinedLoop[];
}

export interface DefinedLoop {
  readonly loop: SyncLoop;
  readonly tenantInformers: InformerFactory<'tenant'>;
  readonly hostInformers: InformerFactory<'host'>;
}

export function createDefinedLoops(options: DefinedLoopsOptions): DefinedLoops {
  const running = new Map<SyncLoop, ServedResource>();
  const loopsRunning = new Map<SyncLoop, DefinedLoop>();
  const listeners = new Set<(copy: On<'host', KubeObject>) => void>();
  const shown = (copy: On<'host', KubeObject>): void => {
    for (const told of listeners) told(copy);
  };
  const naming: Naming[] = [];
  const late = new Map<string, LateInformer<'tenant'>>();
  const lateOf = (gvr: Omit<GroupVersionResource, 'version'>): LateInformer<'tenant'> => {
    const name = `${gvr.resource}.${gvr.group}`;
    const known = late.get(name) ?? new LateInformer({ ...gvr, version: '' });
    late.set(name, known);
    return known;
  };
  const gates = options.kinds.map((defined) => {
    const { group, plural, scope = 'Namespaced', rules, version } = defined;
    const objects = lateOf({ group, resource: plural });
    naming.push({
      objects,
      names: (object) =>
        namedBy(object, rules.references).map(({ kind, namespace, name }) => ({ kind, key: `${namespace}/${name}` })),
    });
    return new DefinitionGate({
      ...options,
      definition: definitionName(defined),
      version,
      scope,
      open: (served) => {
        const { service, tenantObjects, ...opened } = loopOf(options, defined, served, lateOf);
        const { loop } = opened;
        running.set(loop, served);
        loopsRunning.set(loop, opened);
        loop.hostObjects.addHandler({ onAdd: shown });
        objects.show(tenantObjects);
        return {
          name: service.name,
          start: () => service.start(),
          stop: () => {
            running.delete(loop);
            loopsRunning.delete(loop);
            objects.show(undefined);
            return service.stop();
          },
        };
      },
      closed: () => objects.show(undefined),
    });
  });
  return {
    gates,
    naming,
    running: () => [...loopsRunning.values()],
    queues: () => [...gates, ...running.keys()].map(({ controller }) => controller.queue),
    of(group, kind) {
      for (const [{ hostObjects }, served] of running)
        if (served.kind === kind && served.gvr.group === group) return hostObjects;
      return undefined;
    },
    onShown: (told) => void listeners.add(told),
  };
}

function loopOf(
  options: DefinedLoopsOptions,
  defined: DefinedKind,
  served: ServedResource,
  lateOf: (gvr: GroupVersionResource) => LateInformer<'tenant'>,
): DefinedLoop & { readonly service: Service; readonly tenantObjects: SyncLoopOptions['tenantObjects'] } {
  const { clock, random, logger, followedObjects, kinds } = options;
  const { common } = options;
  const { place } = common.hands;
  const kind = syncedKindOf(defined, served);
  const { gvr } = served;
  const tenantInformers = new InformerFactory({ client: options.tenant, clock, random, logger });
  const hostInformers = new InformerFactory({ client: options.host, clock, random, logger });
  const tenantObjects = tenantInformers.informer({ gvr });
  const hostObjects = hostInformers.informer(
    kind.scope === 'Cluster'
      ? { gvr, labelSelector: clusterSelector(place) }
      : { gvr, namespace: place.hostNamespace, labelSelector: tenantSelector(place.tenant) },
  );
  const followed = (kind.follows ?? []).map((one) => {
    const isDefined = kinds.some(({ group, plural }) => group === one.gvr.group && plural === one.gvr.resource);
    return { kind: one, objects: isDefined ? lateOf(one.gvr) : followedObjects.informer({ gvr: one.gvr }) };
  });
  const loop = createSyncLoop({ ...common, kind, tenantObjects, hostObjects, naming: [], followed, clock, logger });
  const service = new Manager({
    name: `${gvr.resource}.${gvr.group}`,
    informers: [tenantInformers, hostInformers],
    controllers: [loop.controller],
  });
  return { service: inBackground(service), loop, tenantObjects, tenantInformers, hostInformers };
}
