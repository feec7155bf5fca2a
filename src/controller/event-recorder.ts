/**
 * Writes Events about objects: never in the way of who records them, at most one request at a time, dropped when too many wait.
 * Mirrors client-go tools/record EventBroadcaster and EventRecorder.
 */
import type { KubeObject } from '../api/object.ts';
import type { Side } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import type { Client } from '../client/client.ts';
import { sleep, timestamp, type Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { EventCorrelator, type Correlated, type RecordedEvent } from './event-correlator.ts';

/** What an Event is about. `fieldPath`: a part of it (`spec.containers{web}`). */
export type EventTarget = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'> & { readonly fieldPath?: string };

/** Returns at once; never throws. */
export type RecordEvent = (target: EventTarget, type: 'Normal' | 'Warning', reason: string, message: string) => void;

export interface EventRecorderOptions<S extends Side> {
  readonly client: Client<S>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const events = { group: '', version: 'v1', resource: 'events' };
const waitingMax = 1000;
const triesMax = 12;
const retryMs = 10_000;

export class EventRecorder<S extends Side> implements Service {
  readonly name = 'event recorder';
  readonly #options: EventRecorderOptions<S>;
  readonly #correlator = new EventCorrelator();
  readonly #waiting: RecordedEvent[] = [];
  readonly #abort = new AbortController();
  #sending: Promise<void> | undefined;
  #lastNanoseconds = 0n;

  constructor(options: EventRecorderOptions<S>) {
    this.#options = options;
  }

  /** For one source of Events: `deployment-controller`. */
  for(component: string): RecordEvent {
    return (target, type, reason, message) => this.#record(component, target, type, reason, message);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** What still waits is dropped. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#sending;
  }

  /** Resolves when nothing waits to be sent. */
  async flushed(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  #record(component: string, target: EventTarget, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.#abort.signal.aborted || this.#waiting.length >= waitingMax) return;
    const { namespace, name = '', uid, resourceVersion } = target.metadata;
    this.#waiting.push({
      namespace: namespace ?? 'default',
      name: this.#eventName(name),
      involvedObject: {
        kind: target.kind,
        ...(namespace === undefined ? {} : { namespace }),
        name,
        ...(uid === undefined ? {} : { uid }),
        apiVersion: target.apiVersion,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(target.fieldPath === undefined ? {} : { fieldPath: target.fieldPath }),
      },
      type,
      reason,
      message,
      component,
    });
    this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    await Promise.resolve();
    for (let event = this.#waiting.shift(); event && !this.#abort.signal.aborted; event = this.#waiting.shift()) {
      const correlated = this.#correlator.correlate(event, this.#options.clock.now());
      for (let tries = 1; !(await this.#send(correlated)) && tries < triesMax; tries++) {
        await sleep(this.#options.clock, retryMs, this.#abort.signal);
        if (this.#abort.signal.aborted) break;
      }
    }
    this.#sending = undefined;
  }

  /** Whether it is settled: sent, or refused for good. */
  async #send(correlated: Correlated): Promise<boolean> {
    if (correlated.kind === 'skip') return true;
    const now = timestamp(this.#options.clock.now());
    try {
      if (correlated.kind === 'count' && (await this.#count(correlated, now))) return true;
      const first = correlated.kind === 'count' ? correlated : { count: 1, firstTimestamp: now };
      await this.#resource(correlated.event).create(
        eventObject(correlated.event, first.count, first.firstTimestamp, now),
      );
      return true;
    } catch (error) {
      if (!(error instanceof StatusError)) return false;
      this.#options.logger.debug({ err: error, event: correlated.event }, 'an Event was refused');
      return true;
    }
  }

  /** false: the Event is no longer there. */
  async #count(correlated: Correlated & { kind: 'count' }, now: string): Promise<boolean> {
    const { event, count } = correlated;
    try {
      await this.#resource(event).patch(event.name, 'merge', { count, lastTimestamp: now, message: event.message });
      return true;
    } catch (error) {
      if (error instanceof StatusError && error.status.code === 404) return false;
      throw error;
    }
  }

  #resource(event: RecordedEvent): ReturnType<Client<S>['resource']> {
    return this.#options.client.resource(events, event.namespace);
  }

  /** `<object>.<nanoseconds in hex>`, never the same twice. */
  #eventName(object: string): string {
    const now = BigInt(Math.floor(this.#options.clock.now())) * 1_000_000n;
    this.#lastNanoseconds = now > this.#lastNanoseconds ? now : this.#lastNanoseconds + 1n;
    const suffix = `.${this.#lastNanoseconds.toString(16)}`;
    return object.slice(0, 253 - suffix.length) + suffix;
  }
}

function eventObject(event: RecordedEvent, count: number, firstTimestamp: string, lastTimestamp: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: event.name, namespace: event.namespace },
    involvedObject: event.involvedObject,
    reason: event.reason,
    message: event.message,
    source: { component: event.component },
    firstTimestamp,
    lastTimestamp,
    count,
    type: event.type,
    // Upstream's correlator forgets it of what it combines.
    reportingComponent: event.combined ? '' : event.component,
    reportingInstance: '',
  };
}
