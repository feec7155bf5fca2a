/** One run of the whole system: everything in it follows from the seed. */
import type { KubeObject } from '../../src/api/object.ts';
import { syncedKinds } from '../../src/syncer/kinds/synced-kinds.ts';
import { removeAllCopies } from '../../src/syncer/removal.ts';
import { Choices } from './choices.ts';
import { hostOperation, hostPrefixes, type Foreign } from './host-operations.ts';
import { everyInvariant } from './invariants.ts';
import { hostNodeOperation, nodeModes, tenantNodeOperation } from './node-operations.ts';
import { followPods } from './pod-lives.ts';
import type { TenantMachine } from './tenant-machine.ts';
import { tenantNamespaces } from './tenant-objects.ts';
import { namespaces, tenantOperation, type Operation } from './tenant-operations.ts';
import { objectsOn } from './stored-objects.ts';
import { isBadLuck } from './watchful-logger.ts';
import { createWorld, type World } from './world.ts';

export interface Outcome {
  /** What was wrong; empty: nothing. */
  readonly problems: readonly string[];
  readonly log: readonly string[];
}

const operationsMin = 15;
const operationsMore = 35;
/** Longer than any retry, so that what is quiet for so long stays so. */
const quietMs = 130_000;
const quietWithinMs = 1_800_000;
const auditsMax = 8;

export async function simulate(seed: number): Promise<Outcome> {
  const world = await createWorld(seed);
  const simulation = new Simulation(world);
  try {
    await simulation.run();
    return { problems: [], log: world.log };
  } catch (error) {
    const problems =
      error instanceof Problems ? error.problems : [String(error instanceof Error ? error.stack : error)];
    return { problems, log: world.log };
  } finally {
    // Streams that nobody ended would be kept in memory.
    for (const tenant of world.tenants) tenant.crash();
    await world.time.settle();
  }
}

class Problems extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

class Simulation {
  readonly #world: World;
  readonly #choose: Choices;
  readonly #foreign: Foreign = new Map();
  readonly #underway = new Set<Promise<void>>();

  constructor(world: World) {
    this.#world = world;
    this.#choose = new Choices(world.random);
  }

  async run(): Promise<void> {
    const world = this.#world;
    const lives = await followPods(world);
    for (const tenant of world.tenants) {
      for (const name of tenantNamespaces) {
        const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
        await world.time.during(tenant.client.resource(namespaces).create(namespace), 5_000);
      }
    }
    await world.time.advance(1_000);
    await this.#operate();
    const lied = world.faults.lies > 0;
    await this.#heal();
    if (lied) await this.#mend();
    await this.#untilQuiet();
    check(everyInvariant(world, this.#foreign, lives));
    await this.#auditInSilence();
    await this.#restartInSilence();
    check(everyInvariant(world, this.#foreign, lives));
    await this.#removeTenant();
    check(world.bugs);
  }

  async #operate(): Promise<void> {
    const choose = this.#choose;
    const { faults, time, tenants } = this.#world;
    faults.share = choose.of([0, 0.02, 0.1, 0.3]);
    // What a watch never told is found by audits only.
    faults.lies = choose.chance(0.25) ? choose.of([0.02, 0.1, 0.3]) : 0;
    const crashes = choose.chance(0.7);
    this.#world.undisturbed = faults.share === 0 && faults.lies === 0 && !crashes;
    this.#world.note(`faults ${faults.share}, lies ${faults.lies}, ${crashes ? 'crashes' : 'no crashes'}`);
    const count = operationsMin + choose.number(operationsMore);
    for (let index = 0; index < count; index++) {
      const tenant = choose.of(tenants);
      choose.weighted<() => void>([
        [12, () => this.#begin(tenantOperation(choose, tenant))],
        [2, () => this.#begin(tenantNodeOperation(choose, tenant))],
        [4, () => this.#begin(hostOperation(choose, this.#world, this.#foreign))],
        [1, () => this.#begin(hostNodeOperation(choose, this.#world))],
        [crashes ? 1 : 0, () => this.#armCrash(tenant)],
        [0.3, () => this.#jump(tenant)],
      ])();
      await time.advance(
        choose.weighted([
          [3, 0],
          [3, choose.number(50)],
          [3, choose.number(2_000)],
          [1, choose.number(20_000)],
        ]),
      );
      this.#restartTheDead();
    }
  }

  #begin({ name, run }: Operation): void {
    const { note, bugs } = this.#world;
    note(name);
    const underway: Promise<void> = run().then(
      () => undefined,
      (error: unknown) => {
        note(`  ${name.slice(0, 40)} → ${error instanceof Error ? error.message : String(error)}`);
        if (!isBadLuck(error)) bugs.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
      },
    );
    this.#underway.add(underway);
    void underway.then(() => this.#underway.delete(underway));
  }

  #armCrash(tenant: TenantMachine): void {
    const writes = this.#choose.number(8);
    this.#world.note(`${tenant.name} crashes after ${writes} writes`);
    tenant.crashAfter(writes);
  }

  #jump({ name, clock }: TenantMachine): void {
    const ms = this.#choose.of([-7_200_000, -60_000, 60_000, 7_200_000]);
    this.#world.note(`the clock of ${name} jumps by ${ms} ms`);
    clock.jump(ms);
  }

  #restartTheDead(): void {
    for (const tenant of this.#world.tenants) {
      if (tenant.isUp || this.#choose.chance(0.5)) continue;
      if (this.#choose.chance(0.2)) this.#showOtherNodes(tenant);
      this.#start(tenant);
    }
  }

  #showOtherNodes(tenant: TenantMachine): void {
    tenant.fromHost = this.#choose.of(nodeModes);
    this.#world.note(`${tenant.name} is to see of its host ${JSON.stringify(tenant.fromHost)}`);
  }

  #start(tenant: TenantMachine): void {
    this.#world.note(`${tenant.name} starts again`);
    tenant.start().catch((error: unknown) => {
      if (!isBadLuck(error)) this.#world.bugs.push(`${tenant.name} does not start: ${String(error)}`);
      tenant.crash();
    });
  }

  /** Faults stop, and who sits in others' places goes. */
  async #heal(): Promise<void> {
    const { faults, tenants, host, note, time } = this.#world;
    faults.share = 0;
    faults.lies = 0;
    note('faults stop');
    for (const tenant of tenants) {
      tenant.crashAfter(Number.MAX_SAFE_INTEGER);
      if (!tenant.isUp) this.#start(tenant);
    }
    await time.advance(30_000);
    for (const [key, { metadata }] of this.#foreign) {
      const [plural = '', namespace = '', name = '', uid = ''] = key.split('/');
      if (name.startsWith('backup-')) continue;
      const there = hostPrefixes
        .flatMap((prefix) => objectsOn(this.#world.hostDisk, prefix))
        .some((object) => object.metadata.uid === uid);
      if (!there) check([`${key}, which is no tenant's, was deleted: ${JSON.stringify(metadata.labels)}`]);
      const gvr = { group: '', version: 'v1', resource: plural };
      note(`foreign ${plural} ${name} goes`);
      await time.during(host.resource(gvr, namespace).delete(name), 10_000);
      this.#foreign.delete(key);
    }
  }

  /** Until for long enough nothing has been written anywhere. */
  async #untilQuiet(): Promise<void> {
    const { time, tenants, note } = this.#world;
    let before = '';
    let since = time.elapsed;
    const end = time.elapsed + quietWithinMs;
    while (time.elapsed - since < quietMs) {
      await time.advance(5_000);
      for (const tenant of tenants) if (!tenant.isUp) this.#start(tenant);
      const now = this.#revisions();
      if (now !== before) since = time.elapsed;
      before = now;
      if (time.elapsed > end)
        check([
          'it never gets quiet',
          ...tenants.flatMap(({ asked }) => asked.slice(-5).map((one) => JSON.stringify(one))),
        ]);
    }
    note('quiet');
  }

  /** Watches have lied, and some are silent still: audit after audit, until nothing is left to be found. */
  async #mend(): Promise<void> {
    const { time, tenants, note } = this.#world;
    for (let audits = 1; ; audits++) {
      let found = 0;
      for (const tenant of tenants) {
        const { stale, findings } = await time.during(tenant.audit(), 120_000);
        found += stale.length + findings.length;
        note(`audit of ${tenant.name}: ${JSON.stringify([stale, findings])}`);
      }
      await time.advance(30_000);
      if (found === 0) return;
      if (audits === auditsMax)
        check([
          `after ${audits} audits there is still something to be found`,
          ...tenants.flatMap(({ name, asked }) =>
            asked.slice(-5).map(({ side, method, path }) => `${name} has sent ${method} ${path} to its ${side}`),
          ),
        ]);
    }
  }

  /** Where all is well an audit finds nothing, and writes nothing. */
  async #auditInSilence(): Promise<void> {
    const { time, tenants, note } = this.#world;
    for (const tenant of tenants) {
      tenant.asked.length = 0;
      const { stale, findings } = await time.during(tenant.audit(), 120_000);
      note(`audit of ${tenant.name}`);
      check([
        ...stale.map((one) => `an audit of ${tenant.name} takes a watch for a liar: ${JSON.stringify(one)}`),
        ...findings.map((one) => `an audit of ${tenant.name} finds what is not wrong: ${JSON.stringify(one)}`),
        ...tenant.asked
          .filter(({ method }) => method !== 'GET')
          .map(({ side, method, path }) => `an audit of ${tenant.name} sends ${method} ${path} to its ${side}`),
      ]);
    }
  }

  /** What was written, but for the leases of nodes. */
  #revisions(): string {
    const { hostDisk, tenants } = this.#world;
    return JSON.stringify([
      newest(hostDisk),
      ...tenants.map(({ disk }) => newest(disk)),
      tenants.map(({ asked }) => asked.filter(({ query }) => !query.includes('watch=true')).length),
    ]);
  }

  /** A syncer that starts over what is as it should be writes nothing, and then asks nothing. */
  async #restartInSilence(): Promise<void> {
    const { time, tenants, note, hostDisk } = this.#world;
    const before = [hostDisk, ...tenants.map(({ disk }) => disk)].map(({ revision }) => revision);
    note('restart');
    for (const tenant of tenants) {
      tenant.crash();
      tenant.asked.length = 0;
      this.#start(tenant);
    }
    await time.advance(quietMs);
    const said = tenants.flatMap(({ name, asked }) =>
      asked
        .filter(({ method }) => method !== 'GET')
        .map(({ side, method, path }) => `after a restart, ${name} sends ${method} ${path} to its ${side}`),
    );
    check(said);
    const disks = [hostDisk, ...tenants.map(({ disk }) => disk)];
    check(disks.flatMap((disk, index) => writtenSince(disk, before[index] ?? 0)));
    for (const tenant of tenants) tenant.asked.length = 0;
    await time.advance(150_000);
    check(
      tenants.flatMap(({ name, asked }) =>
        asked
          .filter(({ query }) => !query.includes('watch=true'))
          .map(({ side, method, path }) => `idle, ${name} sends ${method} ${path} to its ${side}`),
      ),
    );
  }

  async #removeTenant(): Promise<void> {
    const { time, tenants, host, note, hostDisk } = this.#world;
    const [gone, ...others] = tenants;
    if (!gone) return;
    note(`tenant ${gone.name} is removed`);
    gone.crash();
    const mine = (object: KubeObject): boolean =>
      object.metadata.labels?.['sublet.dev/tenant'] === gone.name && !this.#isForeign(object);
    const state = (): string =>
      JSON.stringify(
        hostPrefixes
          .flatMap((prefix) => objectsOn(hostDisk, prefix))
          .filter((object) => !mine(object))
          .map(({ kind, metadata }) => [kind, metadata.name, metadata.resourceVersion]),
      );
    const before = state();
    const removal = removeAllCopies({
      place: gone.place,
      host,
      kinds: syncedKinds,
      clock: gone.clock,
      gracePeriodMs: 40_000,
    });
    await time.during(removal, 120_000);
    const left = hostPrefixes.flatMap((prefix) => objectsOn(hostDisk, prefix)).filter(mine);
    check(left.map(({ kind, metadata }) => `${kind} ${metadata.name} of the removed tenant is left`));
    if (state() !== before)
      check([`removing ${gone.name} touched what is others' (${others.map(({ name }) => name).join()})`]);
  }

  #isForeign({ metadata }: KubeObject): boolean {
    return [...this.#foreign.values()].some((made) => made.metadata.uid === metadata.uid);
  }
}

/** But for the leases of nodes. */
function writtenSince(disk: World['hostDisk'], before: number): string[] {
  const writes = disk.history.filter(({ key, revision }) => revision > before && !key.startsWith('/registry/leases/'));
  return writes.map(({ type, key }) => `after a restart, somebody did ${type} ${key}`);
}

function newest(disk: World['hostDisk']): number {
  let found = 0;
  for (const [key, { revision }] of disk.current)
    if (!key.startsWith('/registry/leases/')) found = Math.max(found, revision);
  return found;
}

/** @throws Problems when there are some */
function check(problems: readonly string[]): void {
  if (problems.length > 0) throw new Problems(problems);
}
