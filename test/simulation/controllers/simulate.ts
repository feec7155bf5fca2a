/** One run of the controllers: everything in it follows from the seed. */
import {
  deployments,
  jobs,
  namespaces,
  statefulSets,
  cronJobs,
  resourceQuotas,
  pods,
} from '../../../src/controllers/resources.ts';
import type { GroupVersionResource } from '../../../src/api/gvk.ts';
import type { JsonObject } from '../../../src/api/json.ts';
import { Choices } from '../choices.ts';
import { isBadLuck } from '../watchful-logger.ts';
import { allChecks } from './checks/all-checks.ts';
import type { Check } from './checks/check.ts';
import { Kubelet } from './kubelet.ts';
import { interests, userOperation } from './user-operations.ts';
import { userNamespaces, type Operation } from './user/operation.ts';
import { createWorld, type World } from './world.ts';

export interface Outcome {
  /** What was wrong; empty: nothing. */
  readonly problems: readonly string[];
  readonly log: readonly string[];
}

const operationsMin = 15;
const operationsMore = 45;
/** What is retried later than that, queues tell. */
const quietMs = 130_000;
const quietWithinMs = 3 * 3_600_000;
/** Mostly; now and then for hours. */
const silenceMs = 900_000;
const longSilenceMs = 3 * 3_600_000;
const tickMs = 5_000;

export async function simulate(seed: number): Promise<Outcome> {
  const world = await createWorld(seed);
  const simulation = new Simulation(world);
  try {
    await simulation.run();
    return { problems: world.problems, log: world.log };
  } catch (error) {
    const text =
      error instanceof Found ? [] : [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    return { problems: [...world.problems, ...text], log: world.log };
  } finally {
    // Streams that nobody ended would be kept in memory.
    world.machine.crash();
    await world.time.settle();
  }
}

/** Something was found: the rest would only repeat it. */
class Found extends Error {}

class Simulation {
  readonly #world: World;
  readonly #choose: Choices;
  readonly #checks: readonly Check[] = allChecks();
  readonly #kubelet: Kubelet;

  constructor(world: World) {
    this.#world = world;
    this.#choose = new Choices(world.random);
    const trouble = this.#choose.of([0, 0.005, 0.02, 0.06]);
    this.#kubelet = new Kubelet(world, { calm: false, trouble, haste: this.#choose.of([0.2, 0.5, 0.9]) });
  }

  async run(): Promise<void> {
    const { time, truth, user } = this.#world;
    this.#look();
    await time.during(this.#kubelet.start(), 60_000);
    for (const name of userNamespaces) {
      await time.during(
        user.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
        5_000,
      );
    }
    await time.advance(2_000);
    await this.#operate();
    await this.#heal();
    await this.#untilQuiet();
    this.#whenQuiet();
    const before = truth.writes;
    await this.#restartInSilence(before);
    this.#whenQuiet();
  }

  /** At each write, all that can be said of it. */
  #look(): void {
    const { truth, problems, note } = this.#world;
    truth.observe((write) => {
      if (write.plural !== 'events' && write.plural !== 'leases') {
        const { method = '', path = '' } = write.request ?? {};
        note(`    ${write.controller ?? write.actor} ${method} ${path} → ${write.key} ${summary(write.after)}`);
      } else if (write.plural === 'events') {
        const { reason, message, type } = (write.after ?? {}) as Record<string, string>;
        note(`    Event ${write.key}: ${type} ${reason} ${message}`);
      }
      for (const check of this.#checks) {
        for (const problem of check.onWrite?.(this.#world, write) ?? []) {
          note(`PROBLEM ${problem}`);
          problems.push(`at ${this.#world.time.elapsed / 1000}: ${problem}`);
        }
      }
    });
  }

  async #operate(): Promise<void> {
    const choose = this.#choose;
    const { faults, time, machine, clock, note } = this.#world;
    faults.share = choose.of([0, 0.02, 0.1, 0.3]);
    const crashes = choose.chance(0.6);
    const jumps = choose.chance(0.3);
    const favourites = interests(choose);
    note(`faults ${faults.share}, ${crashes ? 'crashes' : 'no crashes'}`);
    const count = operationsMin + choose.number(operationsMore);
    for (let index = 0; index < count; index++) {
      choose.weighted<() => void>([
        [16, () => this.#begin(userOperation(choose, this.#world, favourites))],
        [crashes ? 1.5 : 0, () => this.#armCrash()],
        [jumps ? 0.4 : 0, () => this.#jump(choose.chance(0.5) ? [machine.clock] : [machine.clock, clock])],
        [0.3, () => this.#compact()],
      ])();
      await time.advance(
        choose.weighted([
          [2, 0],
          [3, choose.number(300)],
          [4, choose.number(3_000)],
          [2, choose.number(20_000)],
          [0.3, choose.number(200_000)],
        ]),
      );
      if (!machine.isUp && choose.chance(0.5)) this.#restart();
      this.#stopWhenFound();
    }
  }

  #begin({ name, run }: Operation): void {
    const { note, problems } = this.#world;
    note(name);
    void run().then(
      () => undefined,
      (error: unknown) => {
        note(`  ${name.slice(0, 40)} → ${error instanceof Error ? error.message : String(error)}`);
        if (!isBadLuck(error)) problems.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
      },
    );
  }

  #armCrash(): void {
    const passes = this.#choose.number(12);
    this.#world.note(`the controllers crash after passing ${passes} times before or after a write`);
    this.#world.machine.crashAfter(passes);
  }

  #jump(clocks: readonly World['clock'][]): void {
    const ms = this.#choose.of([-3_600_000, -60_000, -5_000, 5_000, 60_000, 3_600_000]);
    this.#world.note(`${clocks.length === 1 ? "the controllers' clock jumps" : 'all clocks jump'} by ${ms} ms`);
    for (const clock of clocks) clock.jump(ms);
  }

  /** Watches that were away find their revision gone: 410. */
  #compact(): void {
    this.#world.note('history is compacted');
    void this.#world.store.revision().then((revision) => this.#world.store.compact(revision));
  }

  #restart(): void {
    const { machine, note, problems } = this.#world;
    note('the controllers start again');
    machine.start().catch((error: unknown) => problems.push(`the controllers do not start: ${String(error)}`));
  }

  /** Faults stop, and so does what would never end by itself. */
  async #heal(): Promise<void> {
    const { faults, machine, note, time } = this.#world;
    faults.share = 0;
    // Who became ready in what is the future now would wait for it, hours after all else, and again after each restart.
    this.#world.clock.catchUp();
    machine.clock.synchronize(this.#world.clock);
    this.#kubelet.temper.calm = true;
    note('faults stop');
    machine.crashAfter(Number.MAX_SAFE_INTEGER);
    if (!machine.isUp) this.#restart();
    await time.advance(10_000);
    await this.#patchAll('cronjobs', cronJobs, { spec: { suspend: true } });
    await this.#patchAll('deployments', deployments, { spec: { paused: false } });
    await this.#patchAll('jobs', jobs, { spec: { suspend: false } });
    await this.#patchAll('statefulsets', statefulSets, {});
    for (const { metadata } of this.#world.truth.list('resourcequotas')) {
      const resource = this.#world.user.resource(resourceQuotas, metadata.namespace);
      await time.during(resource.delete(metadata.name ?? ''), 5_000);
    }
    for (const [plural, gvr] of [
      ['pods', pods],
      ['configmaps', { group: '', version: 'v1', resource: 'configmaps' }],
    ] as const) {
      const held = this.#world.truth
        .list(plural)
        .filter(({ metadata }) => metadata.finalizers?.includes('example.com/hold'));
      for (const { metadata } of held) {
        const finalizers = metadata.finalizers?.filter((one) => one !== 'example.com/hold') ?? [];
        const resource = this.#world.user.resource(gvr, metadata.namespace);
        await time.during(
          resource.patch(metadata.name ?? '', 'merge', { metadata: { finalizers } }).catch(() => undefined),
          5_000,
        );
      }
    }
  }

  async #patchAll(plural: string, gvr: GroupVersionResource, patch: JsonObject): Promise<void> {
    for (const { metadata } of this.#world.truth.list(plural)) {
      const resource = this.#world.user.resource(gvr, metadata.namespace);
      const patched = resource.patch(metadata.name ?? '', 'merge', patch).catch(() => undefined);
      await this.#world.time.during(patched, 5_000);
    }
  }

  /** Until for long enough nothing has been written. */
  async #untilQuiet(): Promise<void> {
    const { time, truth, note, machine, problems } = this.#world;
    let before = -1;
    let since = time.elapsed;
    const end = time.elapsed + quietWithinMs;
    while (time.elapsed - since < quietMs || machine.nextWakeUp() !== undefined) {
      await time.advance(tickMs);
      if (truth.writes !== before) since = time.elapsed;
      before = truth.writes;
      this.#stopWhenFound();
      if (time.elapsed <= end) continue;
      const asked = machine.asked.slice(-5).map((one) => JSON.stringify(one));
      problems.push('it never gets quiet', ...asked);
      throw new Found();
    }
    note('quiet');
  }

  #whenQuiet(): void {
    const { problems, machine, note } = this.#world;
    for (const check of this.#checks) problems.push(...(check.whenQuiet?.(this.#world) ?? []));
    const next = machine.nextWakeUp();
    if (next !== undefined) note(`next wake-up in ${next - machine.clock.now()} ms`);
    if (next !== undefined)
      problems.push(`nothing is to be done, and yet it wakes in ${next - machine.clock.now()} ms`);
    this.#stopWhenFound();
  }

  /** Hours later, and after a restart, nothing is written: neither objects nor Events. */
  async #restartInSilence(before: number): Promise<void> {
    const { time, machine, note, truth, problems } = this.#world;
    machine.asked.length = 0;
    const lengthMs = this.#choose.chance(0.1) ? longSilenceMs : silenceMs;
    await time.advance(lengthMs);
    note('restart');
    machine.crash();
    this.#restart();
    await time.advance(lengthMs);
    const said = machine.asked.filter(({ method }) => method !== 'GET');
    problems.push(...said.map(({ method, path }) => `in silence, somebody sends ${method} ${path}`));
    if (truth.writes !== before) problems.push(`${truth.writes - before} writes in silence`);
    this.#stopWhenFound();
  }

  #stopWhenFound(): void {
    if (this.#world.problems.length > 0) throw new Found();
  }
}

function summary(object: { spec?: unknown; status?: unknown; metadata?: unknown } | undefined): string {
  if (!object) return 'gone';
  const metadata = object.metadata as JsonObject;
  const { replicas } = (object.spec ?? {}) as JsonObject;
  const { phase, conditions, ...status } = (object.status ?? {}) as JsonObject;
  const ready = /"type":"Ready","status":"(\w+)"/.exec(JSON.stringify(conditions ?? ''))?.[1];
  const text = JSON.stringify({
    rv: metadata['resourceVersion'] ?? null,
    uid: JSON.stringify(metadata['uid']).slice(1, 9),
    ...(metadata['deletionTimestamp'] === undefined ? {} : { deleting: true }),
    ...(metadata['finalizers'] === undefined ? {} : { finalizers: metadata['finalizers'] }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(phase === undefined ? {} : { phase, ready: ready ?? null }),
    ...(phase === undefined ? status : {}),
  });
  return text.slice(0, 400);
}
