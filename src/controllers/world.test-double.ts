/** The API server and all built-in controllers over it, in one process, with pods that are made up: they run as soon as they are there. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { Exchange } from '../api/exchange.ts';
import type { KubeObject } from '../api/object.ts';
import { createClient } from '../client/create-client.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { EventRecorder } from '../controller/event-recorder.ts';
import { Manager } from '../controller/manager.ts';
import type { Clock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { composeApiServer } from '../main/api-server-role.ts';
import { realClock } from '../main/real-clock.ts';
import { realRandom } from '../main/real-random.ts';
import { LocalServiceAddresses } from '../apiserver/registry/local-service-addresses.ts';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import type { BuiltinController, ControllerContext } from './builtin-controller.ts';
import { createControllers } from './controllers.ts';
import { pods } from './resources.ts';

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signingKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

interface WorldOptions extends Pick<ControllerContext<'tenant'>, 'signer' | 'podsRunElsewhere' | 'checkPolicy'> {
  /** Where time is to be moved. */
  readonly clock?: Clock;
  /** These instead of all. */
  readonly only?: readonly BuiltinController[];
  /** Pods stay as they are created. */
  readonly podsStay?: boolean;
  /** What is between the controllers and the API server: faults, other servers' answers. */
  readonly through?: (exchange: Exchange) => Exchange;
}

/** `signer`: what some controllers sign with. */
export async function world({ clock = realClock, only, podsStay = false, through, ...given }: WorldOptions = {}) {
  const store = new MemoryStore();
  const common = { clock, random: realRandom, logger: silentLogger };
  const api = composeApiServer({
    ...common,
    store,
    serviceAccountKeys: [signingKey],
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
    address: '127.0.0.1:6443',
    serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: realRandom }),
  });
  const writes: string[] = [];
  const counted: Exchange = (request) => {
    if (request.method !== 'GET') writes.push(`${request.method} ${request.path}`);
    return api.exchange(request);
  };
  const client = createClient('tenant', through ? through(counted) : counted, { user });
  const informers = new InformerFactory({ ...common, client });
  const events = new EventRecorder({ ...common, client });
  const context = {
    ...common,
    ...given,
    client,
    informers,
    events,
    rootCertificate: 'PEM',
    accountToken: api.tokens.legacy.issue,
  };
  const controllers = only ? only.map((controller) => controller.create(context)) : createControllers(context);
  const podInformer = informers.informer({ gvr: pods });
  const manager = new Manager({ name: 'controllers', informers: [informers], controllers, services: [events] });
  await manager.start();
  const made = (pod: KubeObject): void => void runPod(pod).catch(() => undefined);
  if (!podsStay) podInformer.addHandler({ onAdd: made, onUpdate: (_old, pod) => made(pod) });
  return { client, api, manager, controllers, writes, stop: () => manager.stop() };

  async function runPod(pod: KubeObject): Promise<void> {
    const { name = '', namespace, deletionTimestamp } = pod.metadata;
    const resource = client.resource(pods, namespace);
    if (deletionTimestamp) return resource.delete(name, { gracePeriodSeconds: 0 });
    if ((pod['status'] as { phase?: string }).phase !== 'Pending') return;
    const ip = `10.1.0.${(Number.parseInt((pod.metadata.uid ?? '').slice(0, 2), 16) % 250) + 1}`;
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2030-01-01T00:00:00Z' }];
    await resource.patch(
      name,
      'merge',
      { status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions } },
      { subresource: 'status' },
    );
  }
}

/** Fails when it doesn't become true in ten seconds. */
export async function eventually(what: string, check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`never: ${what}`);
}
