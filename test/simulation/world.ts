/** The whole system in one process: a host with nodes and a scheduler, two tenants on machines of their own, unreliable networks between. */
import { generateKeyPairSync } from 'node:crypto';
import type { Exchange } from '../../src/api/exchange.ts';
import { LocalServiceAddresses } from '../../src/apiserver/registry/local-service-addresses.ts';
import type { Client } from '../../src/client/client.ts';
import { seededRandom } from '../../src/client/fake-clock.test-double.ts';
import { createScheduler } from '../../src/host/scheduler/scheduler.ts';
import { createSimulatedNodes } from '../../src/host/simulation/simulated-nodes.ts';
import type { Random } from '../../src/lib/random.ts';
import { bootstrap, composeApiServer } from '../../src/main/api-server-role.ts';
import { emptyMemoryState, MemoryStore, type MemoryState } from '../../src/storage/memory/memory-store.ts';
import { Choices } from './choices.ts';
import { clientOf } from './clients.ts';
import { faultyExchange, type Faults } from './faulty-exchange.ts';
import { nodeModes, nodeNames } from './node-operations.ts';
import { TenantMachine } from './tenant-machine.ts';
import { MachineClock, VirtualTime } from './virtual-clock.ts';
import { watchfulLogger } from './watchful-logger.ts';

export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly host: Client<'host'>;
  readonly hostDisk: MemoryState;
  readonly hostStore: MemoryStore;
  readonly tenants: readonly TenantMachine[];
  readonly faults: Faults;
  /** No fault, no crash: what the host tells arrives. */
  undisturbed: boolean;
  /** What happened, for who looks into a failing seed. */
  readonly log: string[];
  /** Errors that are nobody's bad luck. */
  readonly bugs: string[];
  note(text: string): void;
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signingKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Of these only the tenants' names may be known to tenants, and each knows only its own. */
export const hostWords = ['zz-host-one', 'zz-host-two'] as const;

export async function createWorld(seed: number): Promise<World> {
  const random = seededRandom(seed);
  const time = new VirtualTime();
  const log: string[] = [];
  const bugs: string[] = [];
  const note = (text: string): void => void log.push(`${(time.elapsed / 1000).toFixed(3)} ${text}`);
  const logger = watchfulLogger(note, bugs, expected);
  const clock = new MachineClock(time);
  const hostDisk = emptyMemoryState();
  const hostStore = new MemoryStore(hostDisk);
  const common = { clock, random, logger };
  const addresses = new LocalServiceAddresses({ serviceCidr: '10.96.0.0/24', random });
  const api = composeApiServer({
    ...common,
    store: hostStore,
    serviceAccountKeys: [signingKey],
    serviceAccountIssuer: 'https://host',
    address: '127.0.0.1:6443',
    serviceAddresses: addresses,
  });
  const stirring: Exchange = async (request) => {
    time.stir();
    const response = await api.exchange(request);
    time.stir();
    return response;
  };
  const client = (name: string): Client<'host'> => clientOf('host', stirring, name);
  const host = client('host-admin');
  const faults: Faults = { share: 0, lies: 0 };
  // Mostly both in one namespace, where they could meet.
  const namespaces = random.next() < 0.7 ? [hostWords[0], hostWords[0]] : hostWords;
  const choose = new Choices(random);
  const tenants = ['a', 'b'].map((name, index) => {
    return new TenantMachine({
      name,
      hostNamespace: namespaces[index] ?? hostWords[0],
      time,
      random,
      logger,
      signingKey,
      fromHost: choose.of(nodeModes),
      host: (clock) => faultyExchange({ exchange: stirring, clock, random, faults }),
    });
  });
  const start = async (): Promise<void> => {
    const kubernetesService = { clusterIp: addresses.firstIp, address: '10.0.0.1', port: 6443 };
    await bootstrap(api, { kubernetesService });
    for (const name of new Set(namespaces)) {
      await host
        .resource({ group: '', version: 'v1', resource: 'namespaces' })
        .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      await host
        .resource({ group: '', version: 'v1', resource: 'serviceaccounts' }, name)
        .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
    }
    await createScheduler({ ...common, host: client('scheduler') }).start();
    const defaults = { startDelayMs: 500, readyDelayMs: 500, stopDelayMs: 1000 };
    await createSimulatedNodes({ ...common, host: client('nodes'), nodes: nodeNames.length, defaults }).start();
    for (const tenant of tenants) await tenant.start();
  };
  await time.during(start(), 60_000);
  return { time, random, host, hostDisk, hostStore, tenants, faults, undisturbed: true, log, bugs, note };
}

/** Said by errors that are no StatusErrors, and yet in the course of things. */
const expected = /isn't the tenant's|unexpected items still remain in namespace/;
