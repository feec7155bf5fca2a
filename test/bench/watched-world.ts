/** What stands beside both control planes: pods run and are ready as soon as they are there, without nodes; and watches show how far all is. */
import { InformerFactory } from '../../src/client/informer-factory.ts';
import type { Client } from '../../src/client/client.ts';
import type { Lister } from '../../src/client/object-store.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Side } from '../../src/api/side.ts';
import { realClock } from '../../src/main/real-clock.ts';
import { realRandom } from '../../src/main/real-random.ts';
import { deployments, pods } from './connection.ts';

export interface World {
  readonly deployments: Lister<Side>;
  readonly pods: Lister<Side>;
  stop(): Promise<void>;
}

/** Pods run from now on. */
export async function watchWorld<S extends Side>(client: Client<S>): Promise<World> {
  const informers = new InformerFactory({ client, clock: realClock, random: realRandom, logger: silentLogger });
  const informer = informers.informer({ gvr: pods });
  informer.addHandler({ onAdd: (pod) => void run(pod) });
  const deploymentInformer = informers.informer({ gvr: deployments });
  await informers.start();
  await informers.whenSynced();
  return { deployments: deploymentInformer, pods: informer, stop: () => informers.stop() };

  async function run({ metadata }: Readonly<KubeObject>): Promise<void> {
    const { name = '', namespace, uid = '' } = metadata;
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const ip = `10.${[0, 2, 4].map((from) => Number.parseInt(uid.slice(from, from + 2), 16) % 255).join('.')}`;
    const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: now });
    const status = {
      phase: 'Running',
      startTime: now,
      podIP: ip,
      podIPs: [{ ip }],
      conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(condition),
    };
    // It may be gone already.
    await client
      .resource(pods, namespace)
      .patch(name, 'merge', { status }, { subresource: 'status' })
      .catch(() => undefined);
  }
}
