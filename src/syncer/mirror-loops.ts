/** All that goes from the host to the tenant: a loop for each kind that is switched on, or that shows something in any case. */
import type { Client } from '../client/client.ts';
import type { RecordEvent } from '../controller/event-recorder.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { Manager } from '../controller/manager.ts';
import type { WorkQueue, WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { PseudoFigures } from '../translate/nodes/pseudo-node.ts';
import type { Hands } from './act.ts';
import { withStatusAsField } from './host-status.ts';
import { createMirrorLoop, type MirrorLoop } from './mirror-loop.ts';
import { inBackground } from './custom/background-start.ts';
import { DefinitionGate } from './custom/definition-gate.ts';
import { definitionOf, mirrorName, type FromHost, type MirroredKind, type MirrorView } from './mirrored-kind.ts';
import type { NodePods } from './node-pods.ts';
import { removeUnseenMirrors } from './unseen-mirrors.ts';

/** What a tenant sees of its host. */
export interface Mirrors {
  readonly kinds: readonly MirroredKind[];
  readonly fromHost: FromHost;
  readonly figures: PseudoFigures;
}

export interface MirrorLoopsOptions {
  readonly mirrors: Mirrors;
  readonly host: Client<'host'>;
  readonly hands: Hands;
  readonly tenantInformers: InformerFactory<'tenant'>;
  readonly nodePods: NodePods;
  readonly record: RecordEvent;
  readonly logger: Logger;
  readonly metrics: WorkQueueMetrics | undefined;
  /** Told whenever something of the host can't be read. */
  readonly disturbed: () => void;
}

export interface MirrorLoops {
  readonly informers: readonly InformerFactory<'host'>[];
  readonly loops: readonly MirrorLoop[];
  readonly services: readonly Service[];
  /** Of what comes and goes with definitions. */
  queues(): readonly WorkQueue[];
  /** Whether the host has something of the kind and name that the tenant sees; `undefined`: it sees nothing of the kind. */
  isSeen(plural: string, name: string): boolean | undefined;
}

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };

export function createMirrorLoops(options: MirrorLoopsOptions): MirrorLoops {
  const { mirrors, host, hands, tenantInformers, nodePods, record, logger, metrics, disturbed } = options;
  const { kinds, fromHost, figures } = mirrors;
  const { clock, random } = hands;
  const tenantNamespaces = tenantInformers.informer({ gvr: namespaces });
  const view = (): MirrorView => ({
    now: clock.now(),
    podsOn: (node) => nodePods.on(node),
    figures,
    hasNamespace(name) {
      const namespace = tenantNamespaces.get(name);
      return namespace?.metadata.deletionTimestamp === undefined ? namespace !== undefined : 'going';
    },
  });
  const informers: InformerFactory<'host'>[] = [];
  const loops = new Map<string, MirrorLoop>();
  const gates: DefinitionGate[] = [];
  const unseen: MirroredKind[] = [];
  const loopOf = (kind: MirroredKind, of: InformerFactory<'tenant'>) => {
    const settings = fromHost[mirrorName(kind)];
    const { trim } = kind;
    const hostInformers = new InformerFactory({
      client: host,
      clock,
      random,
      logger,
      disturbed,
      ...(trim ? { transform: trim } : {}),
    });
    const tenantObjects = of.informer({ gvr: kind.gvr });
    const both = { tenantObjects, tenantNamespaces, hostInformers };
    const loop = createMirrorLoop({ ...both, kind, settings, hands, view, record, logger, metrics });
    return { hostInformers, loop };
  };
  for (const kind of kinds) {
    if (kind.isDefined) {
      if (fromHost[mirrorName(kind)]) gates.push(mirrorGate(options, kind, loops, loopOf));
      else unseen.push(kind);
    } else if (!fromHost[mirrorName(kind)] && !kind.standIn) {
      unseen.push(kind);
    } else {
      const { hostInformers, loop } = loopOf(kind, tenantInformers);
      informers.push(hostInformers);
      if (kind.standIn) nodePods.follow((node) => loop.controller.queue.add(node));
      loops.set(mirrorName(kind), loop);
    }
  }
  const atOnce = [...loops.values()];
  const isLate = (one: DefinitionGate | MirrorLoop): boolean => one instanceof DefinitionGate || !atOnce.includes(one);
  const lateKinds = new Set(
    kinds.flatMap((kind) => (kind.isDefined && fromHost[mirrorName(kind)] ? [mirrorName(kind)] : [])),
  );
  return {
    informers,
    services: [removeUnseenMirrors(hands.tenant, unseen, logger), ...gates],
    loops: atOnce,
    queues: () => [...gates, ...loops.values()].filter(isLate).map(({ controller }) => controller.queue),
    isSeen(plural, name) {
      const loop = loops.get(plural);
      // What the host doesn't serve it shows nobody.
      if (!loop && lateKinds.has(plural)) return false;
      return loop?.isSeen(name);
    },
  };
}

/** A kind that comes from a definition is seen as long as both sides serve it. */
function mirrorGate(
  options: MirrorLoopsOptions,
  kind: MirroredKind,
  loops: Map<string, MirrorLoop>,
  loopOf: (
    kind: MirroredKind,
    of: InformerFactory<'tenant'>,
  ) => { readonly hostInformers: InformerFactory<'host'>; readonly loop: MirrorLoop },
): DefinitionGate {
  const { host, hands, logger, metrics } = options;
  const { tenant, clock, random } = hands;
  const common = { tenant, host, clock, random, logger, metrics };
  return new DefinitionGate({
    ...common,
    definition: definitionOf(kind),
    scope: kind.scope ?? 'Cluster',
    open: ({ gvr, kind: named, hasStatus }) => {
      const tenantInformers = new InformerFactory({ client: tenant, clock, random, logger });
      const { hostInformers, loop } = loopOf(
        { ...(hasStatus ? kind : withStatusAsField(kind)), gvr, kind: named },
        tenantInformers,
      );
      loops.set(mirrorName(kind), loop);
      const manager = new Manager({
        name: loop.controller.name,
        informers: [tenantInformers, hostInformers],
        controllers: [loop.controller],
      });
      return {
        ...inBackground(manager),
        stop: () => {
          loops.delete(mirrorName(kind));
          return manager.stop();
        },
      };
    },
    closed: () => undefined,
  });
}
