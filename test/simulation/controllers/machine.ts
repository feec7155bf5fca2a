/** The machine on which the controllers run: its processes crash at any write and lose all that they know; its clock may jump. */
import type { Exchange } from '../../../src/api/exchange.ts';
import { InformerFactory } from '../../../src/client/informer-factory.ts';
import type { Controller } from '../../../src/controller/controller.ts';
import { EventRecorder } from '../../../src/controller/event-recorder.ts';
import { Manager } from '../../../src/controller/manager.ts';
import { builtinControllerNames, createControllers } from '../../../src/controllers/controllers.ts';
import type { Logger } from '../../../src/lib/logger.ts';
import type { Random } from '../../../src/lib/random.ts';
import { clientOf } from '../clients.ts';
import { faultyExchange, type Faults } from '../faulty-exchange.ts';
import { mortalExchange, never, newLife, withCrashPoints, type Life } from '../mortal-exchange.ts';
import { MachineClock, ProcessClock, type VirtualTime } from '../virtual-clock.ts';
import type { Truth } from './truth.ts';
import { Views } from './views.ts';

export interface ControllerMachineOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly logger: Logger;
  readonly truth: Truth;
  readonly faults: Faults;
  readonly api: Exchange;
}

interface Process extends Life {
  readonly clock: ProcessClock;
  readonly manager: Manager;
  readonly controllers: readonly Controller[];
}

/** What the controllers have asked for, for tests of silence. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

export class ControllerMachine {
  readonly clock: MachineClock;
  readonly asked: Asked[] = [];
  /** Of the process that runs, or ran last. */
  views = new Views();
  readonly #options: ControllerMachineOptions;
  #process: Process | undefined;
  #writesUntilCrash: number | undefined;

  constructor(options: ControllerMachineOptions) {
    this.#options = options;
    this.clock = new MachineClock(options.time);
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  /** Of the machine's clock. */
  nextWakeUp(): number | undefined {
    return this.#process?.manager.nextWakeUp();
  }

  /** Before or after so many writes from now. */
  crashAfter(passes: number): void {
    this.#writesUntilCrash = passes;
  }

  crash(): void {
    const process = this.#process;
    if (!process) return;
    this.#process = undefined;
    this.#writesUntilCrash = undefined;
    process.dead = true;
    process.clock.die();
    process.death.abort();
  }

  /** Resolves when all informers have synced; never when it crashes meanwhile. */
  async start(): Promise<void> {
    const { time, random, logger, faults, api, truth } = this.#options;
    const clock = new ProcessClock(this.clock);
    const life = newLife();
    const views = new Views();
    this.views = views;
    const clientNamed = (name: string) => {
      const atServer: Exchange = (request) => (life.dead ? never() : api(request));
      const near = withCrashPoints(life, () => this.#passCrashPoint(), truth.as('controllers', atServer, name));
      const network = faultyExchange({ exchange: near, clock: this.clock, random, faults });
      const counted: Exchange = (request) => {
        const { method, path, query } = request;
        this.asked.push({ method, path, query });
        return network(request);
      };
      return clientOf('tenant', mortalExchange(life, time, views.listening(counted)), name);
    };
    const common = { clock, random, logger };
    const informers = new InformerFactory({ ...common, client: clientNamed('informers') });
    const events = new EventRecorder({ ...common, client: clientNamed('events') });
    // Each with a client of its own, so that it is known whose writes are whose.
    const controllers = builtinControllerNames.flatMap((name) =>
      createControllers({ ...common, client: clientNamed(name), informers, events, rootCertificate: 'PEM' }, [name]),
    );
    for (const controller of controllers) views.follow(controller);
    const manager = new Manager({ name: 'controllers', informers: [informers], controllers, services: [events] });
    this.#process = Object.assign(life, { clock, manager, controllers });
    await manager.start();
  }

  #passCrashPoint(): void {
    if (this.#writesUntilCrash === undefined) return;
    if (this.#writesUntilCrash-- <= 0) this.crash();
  }
}
