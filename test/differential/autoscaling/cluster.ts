/** The two sides: each an API server with nothing but its autoscaler, which looks every second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControllers, stopCluster } from '../../../hack/host-cluster/lifecycle.ts';
import { runAfterThisProcess } from '../../../hack/host-cluster/processes.ts';
import type { Client } from '../../../src/client/client.ts';
import { createClient } from '../../../src/client/create-client.ts';
import { InformerFactory } from '../../../src/client/informer-factory.ts';
import { EventRecorder } from '../../../src/controller/event-recorder.ts';
import { Manager } from '../../../src/controller/manager.ts';
import { horizontalPodAutoscalerController } from '../../../src/controllers/horizontalpodautoscaler/horizontalpodautoscaler-controller.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { connectionExchange } from '../../../src/main/connection-exchange.ts';
import { realClock } from '../../../src/main/real-clock.ts';
import { realRandom } from '../../../src/main/real-random.ts';
import { startPair } from '../pair.ts';
import type { Side } from '../side.ts';
import { aggregateMetrics, startMetricsServer, type Answers } from './metrics.ts';

export interface Clusters {
  readonly sublet: Client<'host'>;
  readonly upstream: Client<'host'>;
  stop(): Promise<void>;
}

const clusterProgram = join(import.meta.dirname, '../../../hack/host-cluster/cluster.ts');
/** Fifteen seconds are one. */
const faster = 15;
const hastyClock: Clock = { ...realClock, after: (delayMs, run) => realClock.after(delayMs / faster, run) };

/** @throws Error when they don't become ready; nothing is left running then */
export async function startClusters(answers: Answers): Promise<Clusters> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const pair = await startPair();
    stops.push(() => pair.stop());
    const { credentials } = pair;
    const metrics = await startMetricsServer(credentials, answers);
    stops.push(() => metrics.stop());
    const connected = (side: Side): Client<'host'> => {
      const { exchange, close } = connectionOf(side);
      stops.push(close);
      return createClient('host', exchange);
    };
    const [sublet, upstream] = [connected(pair.sublet), connected(pair.upstream)];
    for (const client of [sublet, upstream])
      await aggregateMetrics(client, metrics.port, credentials.users.certificate);
    stops.push(await startOurs(sublet), await startTheirs(pair.upstream.rawAccess('admin').server, credentials));
    return { sublet, upstream, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function connectionOf(side: Side): ReturnType<typeof connectionExchange> {
  const { server, credentials } = side.rawAccess('admin');
  const { ca, cert = '', key = '' } = credentials;
  return connectionExchange({ server, certificateAuthority: ca, clientCertificate: cert, clientKey: key });
}

async function startOurs(client: Client<'host'>): Promise<() => Promise<void>> {
  const common = { client, clock: realClock, random: realRandom, logger: silentLogger };
  const informers = new InformerFactory(common);
  const events = new EventRecorder(common);
  const controller = horizontalPodAutoscalerController.create({ ...common, clock: hastyClock, informers, events });
  const manager = new Manager({
    name: 'autoscaler',
    informers: [informers],
    controllers: [controller],
    services: [events],
  });
  await manager.start();
  return () => manager.stop();
}

async function startTheirs(
  server: string,
  { users, serviceAccountKey }: Awaited<ReturnType<typeof startPair>>['credentials'],
): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'sublet-upstream-autoscaler-'));
  const callOff = runAfterThisProcess(process.execPath, [clusterProgram, 'down', '--delete', '--dir', folder]);
  const stop = async (): Promise<void> => {
    await stopCluster(folder, { force: true });
    rmSync(folder, { recursive: true, force: true });
    callOff();
  };
  try {
    await startControllers({
      folder,
      server,
      authority: users,
      serviceAccountKey,
      controllers: 'horizontal-pod-autoscaler-controller',
      scheduler: false,
      controllerManagerArgs: ['--horizontal-pod-autoscaler-sync-period=1s'],
    });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
