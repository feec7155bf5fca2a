/**
 * Of several replicas one works: the one that holds a Lease. Never two, though clocks disagree: who waits counts the Lease's duration from
 * when he saw its last renewal, which is after it was written; who leads stops at a deadline that is shorter, counted from before he asked for
 * his last renewal. What he then still has under way is refused by {@link LeaderElectionOptions.work}'s `leads`.
 *
 * Candidates watch the Lease and sleep until it may have ended. Mirrors client-go tools/leaderelection, with a LeaseLock.
 */
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { On, Side } from '../../api/side.ts';
import type { Client } from '../../client/client.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Service } from '../../lib/service.ts';
import { Controller, requeueAfter, type Result } from '../controller.ts';
import type { RecordEvent } from '../event-recorder.ts';
import { electionStep, leaseSpec, releasedSpec, type LeaseSpec, type SeenLease } from './lease.ts';

/** What a leader does, for one term. */
export interface LedWork extends Service {
  nextWakeUp(): number | undefined;
}

export interface LeaderElectionOptions<S extends Side> {
  readonly client: Client<S>;
  readonly namespace: string;
  readonly leaseName: string;
  /** Unlike any other process's, now or before. */
  readonly identity: string;
  /** The work of one term, made anew for each. `leads()` is false from the moment in which another may lead: nothing must be written then. */
  readonly work: (leads: () => boolean) => LedWork;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Tells of changes at the Lease. Absent: nothing. */
  readonly record?: RecordEvent;
  /** For how long the Lease counts after a renewal. Default 15 s, as upstream's; so the next two. */
  readonly leaseMs?: number;
  /** Who could not renew for so long leads no more. Default 10 s. */
  readonly renewDeadlineMs?: number;
  /** Between renewals. Default 2 s. */
  readonly retryMs?: number;
}

const leases = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
/** All is about one Lease. */
const key = 'lease';
/** Candidates don't all come at the same moment. */
const jitter = 0.2;

interface Term {
  leads: boolean;
  readonly work: LedWork;
  deadline: Timer | undefined;
}

export class LeaderElection<S extends Side> implements Service {
  readonly name = 'leader election';
  readonly #options: LeaderElectionOptions<S>;
  readonly #informers: InformerFactory<S>;
  readonly #controller: Controller;
  #seen: SeenLease | undefined;
  #term: Term | undefined;
  /** Resolves when the work of the last term has ended. */
  #ended: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: LeaderElectionOptions<S>) {
    this.#options = options;
    this.#informers = new InformerFactory(options);
    this.#controller = new Controller({
      name: 'leader-election',
      reconcile: () => this.#campaign(),
      clock: options.clock,
      logger: options.logger,
      concurrency: 1,
      retryMaxMs: options.retryMs ?? 2000,
    });
  }

  get isLeading(): boolean {
    return this.#term?.leads ?? false;
  }

  /** Of the leader's work. Neither renewals nor candidates keep a process up. */
  nextWakeUp(): number | undefined {
    return this.#term?.work.nextWakeUp();
  }

  /** Doesn't wait for the election. */
  async start(): Promise<void> {
    const { namespace, leaseName } = this.#options;
    const informer = this.#informers.informer({ gvr: leases, namespace, fieldSelector: `metadata.name=${leaseName}` });
    const saw = (lease: On<S, KubeObject>): void => this.#saw(lease);
    informer.addHandler({
      onAdd: saw,
      onUpdate: (_old, lease) => saw(lease),
      onDelete: (lease) => this.#sawDeletion(lease),
    });
    await this.#informers.start();
    await this.#controller.start();
    this.#controller.queue.add(key);
  }

  /** Ends the work, then gives the Lease up, so that another can have it at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#controller.stop(), this.#informers.stop()]);
    const led = this.isLeading;
    this.#resign();
    await this.#ended;
    if (led && this.#seen) await this.#release(this.#seen.lease);
  }

  async #campaign(): Promise<Result> {
    // What a lost term still does ends before the next one.
    if (!this.#term) await this.#ended;
    const { clock, identity, leaseMs = 15_000, renewDeadlineMs = 10_000, retryMs = 2000, random } = this.#options;
    const asked = clock.monotonic();
    const step = electionStep(this.#seen, { identity, leaseMs }, { now: clock.now(), monotonic: asked });
    if (step.kind === 'wait') {
      this.#resign();
      return requeueAfter(step.afterMs + retryMs * jitter * random.next(), { wakes: false });
    }
    this.#saw(await this.#write(step.spec));
    // Its work may have been asked to stop while the answer was on its way.
    if (!this.#stopped) this.#lead(asked + renewDeadlineMs - clock.monotonic());
    return requeueAfter(retryMs, { wakes: false });
  }

  #write(spec: LeaseSpec): Promise<On<S, KubeObject>> {
    const { client, namespace, leaseName } = this.#options;
    const resource = client.resource(leases, namespace);
    if (this.#seen) return resource.update({ ...this.#seen.lease, spec: { ...leaseSpec(this.#seen.lease), ...spec } });
    const { group, version } = leases;
    const metadata = { name: leaseName, namespace };
    return resource.create({ apiVersion: `${group}/${version}`, kind: 'Lease', metadata, spec: { ...spec } });
  }

  /** For `leftMs` from now on, or until renewed. */
  #lead(leftMs: number): void {
    const { clock, logger, identity } = this.#options;
    this.#term?.deadline?.cancel();
    if (leftMs <= 0) return this.#resign();
    const deadline = clock.after(leftMs, () => {
      logger.warn({ identity }, 'the lease could not be renewed in time');
      this.#resign();
      this.#controller.queue.add(key);
    });
    if (this.#term) this.#term.deadline = deadline;
    else this.#begin(deadline);
  }

  #begin(deadline: Timer): void {
    const { logger, identity, work } = this.#options;
    const term: Term = { leads: true, work: work(() => term.leads), deadline };
    this.#term = term;
    this.#tell('became leader');
    term.work.start().catch((error: unknown) => {
      if (!term.leads) return;
      logger.error({ identity, err: error }, 'the work of the leader did not start');
      this.#resign();
    });
  }

  /** Leads no more, from this moment on. The Lease, where it is still ours, is taken up again by the next campaign, or ends. */
  #resign(): void {
    const term = this.#term;
    if (!term) return;
    const { logger, identity } = this.#options;
    term.leads = false;
    term.deadline?.cancel();
    this.#term = undefined;
    this.#tell('stopped leading');
    this.#ended = term.work.stop().catch((error: unknown) => {
      logger.error({ identity, err: error }, 'the work of the leader did not stop well');
    });
  }

  #tell(what: string): void {
    const { identity, logger, record } = this.#options;
    logger.info({ identity }, what);
    if (this.#seen) record?.(this.#seen.lease, 'Normal', 'LeaderElection', `${identity} ${what}`);
  }

  #saw(lease: Readonly<KubeObject>): void {
    const before = this.#seen?.lease.metadata;
    const { uid, resourceVersion = '0' } = lease.metadata;
    // Resource versions of one resource are comparable numbers (KEP-5504): what is old news is no renewal.
    if (before && before.uid === uid && BigInt(resourceVersion) <= BigInt(before.resourceVersion ?? '0')) return;
    this.#seen = { lease, at: this.#options.clock.monotonic() };
    if (leaseSpec(lease).holderIdentity !== this.#options.identity) this.#controller.queue.add(key);
  }

  #sawDeletion(lease: Readonly<KubeObject>): void {
    if (this.#seen?.lease.metadata.uid !== lease.metadata.uid) return;
    this.#seen = undefined;
    this.#controller.queue.add(key);
  }

  async #release(lease: Readonly<KubeObject>): Promise<void> {
    const { client, namespace, clock, logger } = this.#options;
    try {
      const spec = releasedSpec(lease, clock.now());
      await client.resource(leases, namespace).update({ ...lease, spec: { ...leaseSpec(lease), ...spec } });
    } catch (error) {
      // It ends by itself.
      logger.debug({ err: error, lease: objectKey(lease) }, 'the lease could not be given up');
    }
  }
}
