/**
 * Compares the two sides now and then, whatever the loops believe. Loops work from what watches tell them, and from keys that somebody put into a queue: a
 * watch that lies, or a key that was lost, would leave something as it is for ever, in silence. So, in two steps:
 *
 * 1. What informers show is compared with what the servers have, page by page and by versions alone; an informer that is wrong reads anew.
 * 2. Of all keys the plan is made once more. Where it isn't empty and the loop isn't at it, the key goes into the loop's queue.
 *
 * It mends nothing itself: what is done, loops do, with the rights and preconditions that they have in any case. It runs once in an hour, and some minutes after
 * a start, and after a server could not be read; a process that sleeps is not woken for it.
 */
import type { Client } from '../client/client.ts';
import { checkInformer } from '../client/informer-check.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Side } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import { Controller, requeueAfter } from '../controller/controller.ts';
import type { WorkQueueMetrics } from '../controller/work-queue.ts';
import { sleep, type Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { AuditCounts } from './audit-counts.ts';
import type { AuditReport, StaleInformer } from './audit-report.ts';
import { findingOf, type AuditedLoop, type Finding } from './audited-loop.ts';

/** One side's informers, with the client that they read through. */
export interface AuditedSide {
  check(clock: Clock, signal: AbortSignal): AsyncIterable<StaleInformer>;
}

export interface AuditorOptions {
  /** Asked at each audit: loops of custom resources come and go. */
  readonly sides: () => readonly AuditedSide[];
  readonly loops: () => readonly AuditedLoop[];
  /** How many of what bears the tenant's label on the host proves to be nobody's copy. */
  readonly unproven: () => number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics?: WorkQueueMetrics | undefined;
}

const periodMs = 3_600_000;
/** After a start: what hung then is found. */
const firstMs = 600_000;
/** After a server could not be read. */
const soonMs = 180_000;
/** How long loops get for what an audit has found, or an informer for reading anew. */
const settleMs = 5_000;
/** Plans made in one go. */
const plansAtOnce = 100;
/** What is found beyond this is found by the next audit. */
const findingsMax = 1_000;
const everything = 'everything';

export class Auditor {
  readonly controller: Controller;
  readonly counts = new AuditCounts();
  readonly #options: AuditorOptions;

  constructor(options: AuditorOptions) {
    this.#options = options;
    const { clock, logger, metrics } = options;
    this.controller = new Controller({
      name: 'audit',
      reconcile: async (_key, signal) => {
        try {
          const { stale, findings } = await this.audit(signal);
          // Where one thing was wrong another may be, that could not be seen for it.
          const isFine = stale.length === 0 && findings.length === 0;
          return requeueAfter(this.#spread(isFine ? periodMs : soonMs), { wakes: false });
        } catch (error) {
          logger.info({ err: error }, 'the sides could not be compared; trying again');
          return requeueAfter(this.#spread(soonMs), { wakes: false });
        }
      },
      services: [{ name: 'first audit', start: () => this.#plan(firstMs), stop: () => Promise.resolve() }],
      concurrency: 1,
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
    });
  }

  /** Something may have been missed. */
  disturbed(): void {
    void this.#plan(soonMs);
  }

  /** Once, now. @throws StatusError, ConnectionError when a side can't be read */
  async audit(signal: AbortSignal): Promise<AuditReport> {
    const { clock, logger, sides, loops, unproven } = this.#options;
    const startedAt = clock.monotonic();
    const stale: StaleInformer[] = [];
    for (const side of sides()) for await (const found of side.check(clock, signal)) stale.push(found);
    if (stale.length > 0) await sleep(clock, settleMs, signal);
    for (const { side, resource, keys } of stale)
      logger.warn({ side, resource, keys: keys.slice(0, 10) }, 'what a watch has told is not what is there: read anew');
    const findings = await this.#findings(loops(), signal);
    for (const { loop, key, finding } of findings) {
      logger.warn({ resource: loop.resource, key, finding }, 'found by an audit, and told to its loop');
      loop.queue.add(key);
    }
    if (findings.length > 0) await sleep(clock, settleMs, signal);
    const unmended = findings.filter(
      ({ loop, key }) => findingOf(loop, key) !== undefined || loop.queue.isUnderWay(key),
    );
    const report: AuditReport = {
      stale,
      findings: findings.map(({ loop, key, finding }) => ({ resource: loop.resource, key, finding })),
      unmended: unmended.length,
    };
    this.counts.audited(report, { unproven: unproven(), endedAt: clock.now(), tookMs: clock.monotonic() - startedAt });
    return report;
  }

  async #findings(loops: readonly AuditedLoop[], signal: AbortSignal) {
    const findings: { readonly loop: AuditedLoop; readonly key: string; readonly finding: Finding }[] = [];
    let planned = 0;
    for (const loop of loops) {
      for (const key of new Set(loop.keys())) {
        const finding = findingOf(loop, key);
        if (finding) findings.push({ loop, key, finding });
        if (findings.length >= findingsMax || signal.aborted) return findings;
        // Users' requests come in between.
        if (++planned % plansAtOnce === 0) await sleep(this.#options.clock, 0, signal);
      }
    }
    return findings;
  }

  #plan(delayMs: number): Promise<void> {
    this.controller.queue.addAfter(everything, this.#spread(delayMs), { wakes: false });
    return Promise.resolve();
  }

  /** So that a host's tenants don't all ask at one time. */
  #spread(delayMs: number): number {
    return delayMs * (0.75 + 0.5 * this.#options.random.next());
  }
}

/**
 * All informers of a factory. Those that are wrong, or have read nothing yet though they may, have begun to read anew when they are told. One that may
 * not be read says nothing of the others.
 */
export function auditedSide<S extends Side>(client: Client<S>, factory: InformerFactory<S>): AuditedSide {
  return {
    async *check(clock, signal) {
      for (const informer of factory.informers()) {
        const wasRead = informer.hasSynced();
        const keys = await unlessRefused(checkInformer({ client, informer, clock, signal }));
        if (keys === undefined || (keys.length === 0 && (wasRead || informer.hasSynced()))) continue;
        informer.reread();
        yield { side: client.side, resource: informer.gvr.resource, keys };
      }
    },
  };
}

/** `undefined`: the server understood and said no. What can't be reached or is overloaded ends the audit. */
async function unlessRefused<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof StatusError && [403, 404, 405].includes(error.status.code ?? 0)) return undefined;
    throw error;
  }
}
