/** The built-in controllers as a role runs them: at once, or, where the role has several replicas, in one of them at a time. */
import { hostname } from 'node:os';
import type { Exchange } from '../api/exchange.ts';
import type { Side } from '../api/side.ts';
import type { Client } from '../client/client.ts';
import { ConnectionError } from '../client/connection-error.ts';
import { createClient } from '../client/create-client.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { EventRecorder } from '../controller/event-recorder.ts';
import { LeaderElection, type LedWork } from '../controller/leader-election/leader-election.ts';
import { Manager } from '../controller/manager.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { ControllerContext } from '../controllers/builtin-controller.ts';
import { builtinControllerNames, createControllers } from '../controllers/controllers.ts';
import { selectControllers } from '../controllers/selection.ts';
import type { Logger } from '../lib/logger.ts';
import { allOn } from '../lib/switches.ts';
import { stopAll } from '../lib/service.ts';
import { policyTypesOf } from './policy-types.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

/** What some controllers sign with. */
export type ControllerSecrets = Pick<ControllerContext<Side>, 'signer' | 'accountToken'>;

export interface ControllersRoleOptions<S extends Side>
  extends ControllerSecrets, Pick<ControllerContext<S>, 'podsRunElsewhere'> {
  readonly side: S;
  /** To the API server in this process. */
  readonly exchange: Exchange;
  /** Whom the API server takes them for. */
  readonly user: string;
  /** PEM; published in every namespace. */
  readonly rootCertificate: string;
  readonly logger: Logger;
  readonly metrics: WorkQueueMetrics;
  /** Those that run; all when absent. */
  readonly selection?: readonly string[] | undefined;
  /** There are several replicas: they run where the Lease is held. Default false. */
  readonly leaderElect?: boolean | undefined;
}

/** Tools pass by what upstream's controllers manage, by this name; and upstream's, elected by the same Lease, don't work beside ours. */
const upstreamName = 'kube-controller-manager';

/** @throws Error for a name in the selection that no controller has */
export function controllersOf<S extends Side>(options: ControllersRoleOptions<S>): LedWork {
  const { side, exchange, user, leaderElect = false, logger } = options;
  const clientOver = (over: Exchange): Client<S> =>
    createClient(side, over, { user: { name: user, groups: ['system:masters'] }, userAgent: upstreamName });
  // A selection that makes no sense is to be known now, not when this replica leads.
  selectControllers(builtinControllerNames, options.selection ?? allOn);
  const client = clientOver(exchange);
  if (!leaderElect) return managerOf(client, options);
  const events = new EventRecorder({ client, clock: realClock, logger });
  const election = new LeaderElection({
    client,
    namespace: 'kube-system',
    leaseName: upstreamName,
    identity: `${hostname()}_${realRandom.uuid()}`,
    work: (leads) => managerOf(clientOver(whileTrue(leads, exchange)), options),
    clock: realClock,
    random: realRandom,
    logger,
    record: events.for(upstreamName),
  });
  return {
    name: election.name,
    start: () => election.start(),
    stop: () => stopAll([events, election]),
    nextWakeUp: () => election.nextWakeUp(),
  };
}

function managerOf<S extends Side>(client: Client<S>, options: ControllersRoleOptions<S>): Manager {
  const { logger, selection } = options;
  const common = { client, clock: realClock, random: realRandom, logger };
  const informers = new InformerFactory(common);
  const events = new EventRecorder(common);
  const controllers = createControllers(
    { ...options, ...common, informers, events, checkPolicy: policyTypesOf(client) },
    selection,
  );
  return new Manager({ name: 'controllers', informers: [informers], controllers, services: [events] });
}

/** Who leads no more writes no more, whatever he had begun. */
function whileTrue(leads: () => boolean, exchange: Exchange): Exchange {
  return (request) =>
    leads() ? exchange(request) : Promise.reject(new ConnectionError('another replica may lead by now'));
}
