/** An API server with a store that is looked at, a machine of controllers, and users; one seed decides all. */
import { generateKeyPairSync } from 'node:crypto';
import type { Exchange } from '../../../src/api/exchange.ts';
import { LocalServiceAddresses } from '../../../src/apiserver/registry/local-service-addresses.ts';
import type { Client } from '../../../src/client/client.ts';
import { seededRandom } from '../../../src/client/fake-clock.test-double.ts';
import type { Random } from '../../../src/lib/random.ts';
import { bootstrap, composeApiServer } from '../../../src/main/api-server-role.ts';
import { emptyMemoryState, MemoryStore } from '../../../src/storage/memory/memory-store.ts';
import { clientOf } from '../clients.ts';
import type { Faults } from '../faulty-exchange.ts';
import { MachineClock, VirtualTime } from '../virtual-clock.ts';
import { watchfulLogger } from '../watchful-logger.ts';
import { ControllerMachine } from './machine.ts';
import { Truth } from './truth.ts';

export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly truth: Truth;
  readonly store: MemoryStore;
  /** Of the API server. */
  readonly clock: MachineClock;
  readonly machine: ControllerMachine;
  readonly user: Client<'tenant'>;
  readonly kubelet: Client<'tenant'>;
  readonly faults: Faults;
  readonly log: string[];
  /** What must never be. */
  readonly problems: string[];
  note(text: string): void;
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signingKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Said by errors that are no StatusErrors, and yet in the course of things. */
const expected =
  /unexpected items still remain in namespace|has just been deleted at|is gone: got uid|unable to delete pods|is being deleted|found no controllers for pod|took too long|too many requests|not now|the connection broke|broke (before|after) it was done/;

export async function createWorld(seed: number): Promise<World> {
  const random = seededRandom(seed);
  const time = new VirtualTime();
  const log: string[] = [];
  const problems: string[] = [];
  const note = (text: string): void => void log.push(`${(time.elapsed / 1000).toFixed(3)} ${text}`);
  const logger = watchfulLogger(note, problems, expected);
  const clock = new MachineClock(time);
  const truth = new Truth(() => time.elapsed);
  const store = new MemoryStore(emptyMemoryState());
  const api = composeApiServer({
    clock,
    random,
    logger,
    store: truth.observed(store),
    serviceAccountKeys: [signingKey],
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
    address: '127.0.0.1:6443',
    serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/24', random }),
  });
  const stirring: Exchange = async (request) => {
    time.stir();
    const response = await api.exchange(request);
    time.stir();
    return response;
  };
  const faults: Faults = { share: 0, lies: 0 };
  const machine = new ControllerMachine({ time, random, logger, truth, faults, api: stirring });
  truth.observe(({ request, after, revision }) => {
    if (after) machine.views.wrote(request?.body, { uid: after.metadata.uid ?? '', revision });
  });
  await time.during(bootstrap(api), 60_000);
  await time.during(machine.start(), 60_000);
  const user = clientOf('tenant', truth.as('user', stirring), 'user');
  const kubelet = clientOf('tenant', truth.as('kubelet', stirring), 'kubelet');
  return { time, random, truth, store, clock, machine, user, kubelet, faults, log, problems, note };
}
