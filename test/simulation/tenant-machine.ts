/**
 * One tenant on a machine of its own: a disk that outlives its processes, and processes that crash at any write. A crashed process never does
 * anything again: its timers are dead, its requests are neither sent nor answered, its store is closed.
 */
import type { Exchange } from '../../src/api/exchange.ts';
import type { Client } from '../../src/client/client.ts';
import { InformerFactory } from '../../src/client/informer-factory.ts';
import { createRateBudget } from '../../src/client/rate-budget.ts';
import { EventRecorder } from '../../src/controller/event-recorder.ts';
import { Manager } from '../../src/controller/manager.ts';
import { createControllers } from '../../src/controllers/controllers.ts';
import type { Logger } from '../../src/lib/logger.ts';
import type { Random } from '../../src/lib/random.ts';
import { bootstrap, composeApiServer } from '../../src/main/api-server-role.ts';
import { emptyMemoryState, MemoryStore, type MemoryState } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { syncedKinds } from '../../src/syncer/kinds/synced-kinds.ts';
import type { AuditReport } from '../../src/syncer/audit-report.ts';
import type { FromHost } from '../../src/syncer/mirrored-kind.ts';
import { mirroredKinds } from '../../src/syncer/mirrors/mirrored-kinds.ts';
import { createSyncer, type Syncer } from '../../src/syncer/syncer.ts';
import { placeOf, type Place } from '../../src/translate/marks.ts';
import { clientOf } from './clients.ts';
import { mortalExchange, never, newLife, withCrashPoints, type Life } from './mortal-exchange.ts';
import { MachineClock, ProcessClock, type VirtualTime } from './virtual-clock.ts';

export interface TenantMachineOptions {
  readonly name: string;
  readonly hostNamespace: string;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly logger: Logger;
  readonly signingKey: string;
  /** What the tenant sees of its host. */
  readonly fromHost: FromHost;
  /** The way to the host, faults and all. */
  readonly host: (clock: MachineClock) => Exchange;
}

interface Process extends Life {
  readonly exchange: Exchange;
  readonly syncer: Syncer;
  readonly store: MemoryStore;
  readonly clock: ProcessClock;
}

/** What the syncer has asked of either side, for tests of silence. */
export interface Asked {
  readonly side: 'tenant' | 'host';
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

const figures = { capacity: { cpu: '4', pods: '110' }, kubeletVersion: 'v1.36.3', architecture: 'amd64' };

export class TenantMachine {
  readonly name: string;
  readonly place: Place;
  readonly clock: MachineClock;
  /** Of its users: works whenever a process runs. */
  readonly client: Client<'tenant'>;
  readonly disk: MemoryState = emptyMemoryState();
  readonly asked: Asked[] = [];
  /** Another one counts from the next start on. */
  fromHost: FromHost;
  /** UIDs of the nodes that its users made themselves, by name. */
  readonly ownNodes = new Map<string, string>();
  readonly #options: TenantMachineOptions;
  #process: Process | undefined;
  #writesUntilCrash: number | undefined;
  crashes = 0;

  constructor(options: TenantMachineOptions) {
    this.#options = options;
    this.name = options.name;
    this.fromHost = options.fromHost;
    this.place = placeOf({ tenant: options.name, hostNamespace: options.hostNamespace });
    this.clock = new MachineClock(options.time);
    const exchange: Exchange = (request) => {
      options.time.stir();
      return this.#process?.exchange(request) ?? Promise.reject(new Error('the tenant is down'));
    };
    this.client = clientOf('tenant', exchange, 'admin');
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  get idle(): boolean {
    return this.#process?.syncer.idle ?? true;
  }

  /** The next write but `writes` is the process' last deed, or the first that it doesn't do any more. */
  crashAfter(writes: number): void {
    this.#writesUntilCrash = writes;
  }

  crash(): void {
    const process = this.#process;
    if (!process) return;
    this.crashes++;
    this.#process = undefined;
    this.#writesUntilCrash = undefined;
    process.dead = true;
    process.clock.die();
    process.death.abort();
    void process.store.close();
  }

  /** Compares its sides, as its process does by itself once in an hour. */
  async audit(): Promise<AuditReport> {
    const process = this.#process;
    if (!process) throw new Error('the tenant is down');
    return process.syncer.audit(process.death.signal);
  }

  /** Forgets history, so that watches that were cut begin anew. */
  async compact(): Promise<void> {
    await this.#process?.store.compact(this.disk.revision);
  }

  /** A new process over what the disk has. Never resolves when it crashes meanwhile. */
  async start(): Promise<void> {
    const { random, logger, signingKey, host } = this.#options;
    const clock = new ProcessClock(this.clock);
    const store = new MemoryStore(this.disk);
    const common = { clock, random, logger };
    const life = newLife();
    const alive = (exchange: Exchange): Exchange => mortalExchange(life, this.#options.time, exchange);
    const api = composeApiServer({
      ...common,
      store: this.#crashing(life, store),
      serviceAccountKeys: [signingKey],
      serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
      address: '127.0.0.1:6443',
      serviceAddresses: {
        allocate: (object, old, dryRun) => syncer.serviceAddresses(object, old, dryRun),
        release: () => Promise.resolve(),
      },
    });
    const exchange = alive(api.exchange);
    const budget = createRateBudget({ clock });
    const toHost = this.#counted('host', alive(withCrashPoints(life, () => this.#passCrashPoint(), host(this.clock))));
    const syncer = createSyncer({
      ...common,
      place: this.place,
      tenant: clientOf('tenant', this.#counted('tenant', exchange), 'sublet-syncer'),
      host: clientOf(
        'host',
        budget.limit(toHost, ({ method }) => (method === 'POST' ? 'urgent' : 'normal')),
        `tenant-${this.name}`,
      ),
      kinds: syncedKinds,
      mirrors: { kinds: mirroredKinds, fromHost: this.fromHost, figures },
    });
    const process: Process = Object.assign(life, { exchange, syncer, store, clock });
    this.#process = process;
    await bootstrap(api);
    const controllers = controllersOf(clientOf('tenant', exchange, 'sublet-controllers'), common);
    await controllers.start();
    // In the background, as in the real process: the host may not be reachable just now.
    void syncer.start();
  }

  #counted(side: Asked['side'], exchange: Exchange): Exchange {
    return (request) => {
      const { method, path, query } = request;
      this.asked.push({ side, method, path, query });
      return exchange(request);
    };
  }

  #crashing(life: { readonly dead: boolean }, store: Store): Store {
    return {
      revision: () => store.revision(),
      get: (key) => store.get(key),
      list: (range) => store.list(range),
      watch: (options) => store.watch(options),
      compact: (revision) => store.compact(revision),
      close: () => store.close(),
      write: async (write) => {
        this.#passCrashPoint();
        if (life.dead) return never();
        this.#options.time.stir();
        const written = await store.write(write);
        this.#passCrashPoint();
        return written;
      },
    };
  }

  #passCrashPoint(): void {
    if (this.#writesUntilCrash === undefined) return;
    if (this.#writesUntilCrash-- <= 0) this.crash();
  }
}

function controllersOf(
  client: Client<'tenant'>,
  common: { readonly clock: ProcessClock; readonly random: Random; readonly logger: Logger },
): Manager {
  const informers = new InformerFactory({ ...common, client });
  const events = new EventRecorder({ ...common, client });
  const controllers = createControllers({ ...common, client, informers, events, rootCertificate: 'PEM' });
  return new Manager({ name: 'controllers', informers: [informers], controllers, services: [events] });
}
