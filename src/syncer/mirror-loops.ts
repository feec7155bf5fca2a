/** All that goes from the host to the tenant: a loop for each kind that is switched on, or that shows something in any case. */
import type { Client } from '../client/client.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { PseudoFigures } from '../translate/nodes/pseudo-node.ts';
import type { Hands } from './act.ts';
import { createMirrorLoop, type MirrorLoop } from './mirror-loop.ts';
import type { FromHost, MirroredKind, MirrorView } from './mirrored-kind.ts';
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
  readonly logger: Logger;
  readonly metrics: WorkQueueMetrics | undefined;
  /** Told whenever something of the host can't be read. */
  readonly disturbed: () => void;
}

export interface MirrorLoops {
  readonly informers: readonly InformerFactory<'host'>[];
  readonly loops: readonly MirrorLoop[];
  readonly services: readonly Service[];
  /** Whether the host has something of the kind and name that the tenant sees; `undefined`: it sees nothing of the kind. */
  isSeen(plural: string, name: string): boolean | undefined;
}

export function createMirrorLoops(options: MirrorLoopsOptions): MirrorLoops {
  const { mirrors, host, hands, tenantInformers, nodePods, logger, metrics, disturbed } = options;
  const { kinds, fromHost, figures } = mirrors;
  const { clock, random } = hands;
  const view = (): MirrorView => ({ now: clock.now(), podsOn: (node) => nodePods.on(node), figures });
  const informers: InformerFactory<'host'>[] = [];
  const loops = new Map<string, MirrorLoop>();
  const unseen: MirroredKind[] = [];
  for (const kind of kinds) {
    const settings = fromHost[kind.gvr.resource];
    if (!settings && !kind.standIn) {
      unseen.push(kind);
      continue;
    }
    const { trim } = kind;
    const hostInformers = new InformerFactory({
      client: host,
      clock,
      random,
      logger,
      disturbed,
      ...(trim ? { transform: trim } : {}),
    });
    informers.push(hostInformers);
    const tenantObjects = tenantInformers.informer({ gvr: kind.gvr });
    const loop = createMirrorLoop({ kind, settings, hands, tenantObjects, hostInformers, view, logger, metrics });
    if (kind.standIn) nodePods.follow((node) => loop.controller.queue.add(node));
    loops.set(kind.gvr.resource, loop);
  }
  return {
    informers,
    services: [removeUnseenMirrors(hands.tenant, unseen, logger)],
    loops: [...loops.values()],
    isSeen: (plural, name) => loops.get(plural)?.isSeen(name),
  };
}
