import type { Side } from '../api/side.ts';
import type { Client } from '../client/client.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { EventRecorder } from '../controller/event-recorder.ts';
import { Manager } from '../controller/manager.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import type { ControllerContext } from '../controllers/builtin-controller.ts';
import { createControllers } from '../controllers/controllers.ts';
import type { Logger } from '../lib/logger.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

/** What some controllers sign with. */
export type ControllerSecrets = Pick<ControllerContext<Side>, 'signer' | 'accountToken'>;

/**
 * The built-in controllers over one API server. `rootCertificate`: PEM, published in every namespace. `selection`: those that run; all when absent.
 * @throws Error for a name in it that no controller has
 */
export function controllersOf<S extends Side>(
  client: Client<S>,
  rootCertificate: string,
  logger: Logger,
  selection?: readonly string[],
  given: ControllerSecrets & Pick<ControllerContext<Side>, 'podsRunElsewhere'> = {},
  metrics?: WorkQueueMetrics,
): Manager {
  const common = { client, clock: realClock, random: realRandom, logger };
  const informers = new InformerFactory(common);
  const events = new EventRecorder(common);
  const controllers = createControllers(
    { ...common, ...given, informers, events, rootCertificate, ...(metrics ? { metrics } : {}) },
    selection,
  );
  return new Manager({ name: 'controllers', informers: [informers], controllers, services: [events] });
}
