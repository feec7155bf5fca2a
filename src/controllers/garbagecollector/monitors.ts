/**
 * Feeds the graph: one metadata-only watch for each resource, for as long as it is served. Which are served is asked at the start,
 * and again when a CRD or an API service changes; nothing is polled.
 */
import type { GroupVersionResource } from '../../api/gvk.ts';
import type { Side } from '../../api/side.ts';
import { runReflector } from '../../client/reflector.ts';
import { discoverResources, type ServedResource } from '../../controller/discovery.ts';
import { sleep, type Timer } from '../../lib/clock.ts';
import type { Service } from '../../lib/service.ts';
import type { ControllerContext } from '../builtin-controller.ts';
import type { OwnerGraph } from './graph.ts';
import { collectableTypes, findType, typeKey, type ResourceType } from './resource-types.ts';

interface Monitor {
  readonly type: ResourceType;
  readonly abort: AbortController;
  readonly running: Promise<void>;
  /** It has been listed, or was given long enough for it. */
  synced: boolean;
  readonly patience: Timer;
}

/** A CRD is served a little after it was created, and not at once when it says so. */
const refreshDelaysMs = [200, 2_000, 10_000];
const retryMs = 1_000;
/** A resource that can't be listed (its conversion fails) must not hold up everything else for ever. Upstream's sync period. */
const listedWithinMs = 30_000;
/** Their changes change what is served. */
const definitions: ReadonlySet<string> = new Set([
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
]);

export class Monitors<S extends Side> implements Service {
  readonly name = 'garbage collector watches';
  readonly #context: ControllerContext<S>;
  readonly #graph: OwnerGraph;
  readonly #monitors = new Map<string, Monitor>();
  readonly #abort = new AbortController();
  readonly #discoveredAnew: () => void;
  #versions: readonly ServedResource[] = [];
  #refreshing: Promise<void> = Promise.resolve();
  #timers: Timer[] = [];
  #discovered = false;

  /** `discoveredAnew`: what is served may have changed. */
  constructor(context: ControllerContext<S>, graph: OwnerGraph, discoveredAnew: () => void) {
    this.#context = context;
    this.#graph = graph;
    this.#discoveredAnew = discoveredAnew;
  }

  /** Doesn't wait for the first lists ({@link synced}). */
  start(): Promise<void> {
    this.#refresh();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    for (const timer of this.#timers) timer.cancel();
    await this.#refreshing;
    await Promise.all(Array.from(this.#monitors.values(), (monitor) => this.#end(monitor)));
  }

  /** Whether the graph shows all that is there: before, nothing may be concluded from what it doesn't show. */
  synced(): boolean {
    return this.#discovered && Array.from(this.#monitors.values()).every(({ synced }) => synced);
  }

  /** What a reference's apiVersion and kind mean; `undefined`: nothing that is served. */
  find(apiVersion: string, kind: string): { gvr: GroupVersionResource; namespaced: boolean } | undefined {
    return findType(this.#versions, apiVersion, kind);
  }

  typeOf(gvr: GroupVersionResource): ResourceType | undefined {
    return this.#monitors.get(typeKey(gvr))?.type;
  }

  #refresh(): void {
    this.#refreshing = this.#refreshing.then(async () => {
      while (!this.#abort.signal.aborted) {
        try {
          return await this.#rediscover();
        } catch (error) {
          this.#context.logger.debug(
            { err: error },
            'the garbage collector could not ask what is served; trying again',
          );
          await sleep(this.#context.clock, retryMs, this.#abort.signal);
        }
      }
    });
  }

  async #rediscover(): Promise<void> {
    const { resources, versions, failed } = await discoverResources(this.#context.client);
    if (this.#abort.signal.aborted) return;
    this.#versions = versions;
    this.#discovered = true;
    const types = collectableTypes(resources);
    for (const [key, monitor] of this.#monitors) {
      const { group, version } = monitor.type.gvr;
      // What could not be asked is kept: it is likely to come back.
      const kept = types.get(key)?.apiVersion === monitor.type.apiVersion || failed.has(`${group}/${version}`);
      if (kept) continue;
      this.#monitors.delete(key);
      await this.#end(monitor);
      for (const node of this.#graph.ofType(monitor.type)) this.#graph.remove(node.uid);
    }
    for (const [key, type] of types) if (!this.#monitors.has(key)) this.#begin(key, type);
    this.#discoveredAnew();
  }

  #begin(key: string, type: ResourceType): void {
    const { client, clock, random, logger } = this.#context;
    const abort = new AbortController();
    const running = runReflector<S>(
      {
        name: type.gvr.resource,
        resource: client.resource(type.gvr),
        metadataOnly: true,
        clock,
        random,
        logger,
        sink: {
          replace: (objects) => {
            const gone = new Set(Array.from(this.#graph.ofType(type), ({ uid }) => uid));
            for (const { metadata } of objects) {
              gone.delete(metadata.uid ?? '');
              this.#graph.observe(type, metadata);
            }
            for (const uid of gone) this.#graph.remove(uid);
            this.#listed(key);
          },
          apply: (change, { metadata }) => {
            if (change === 'DELETED') this.#graph.remove(metadata.uid ?? '');
            else this.#graph.observe(type, metadata);
            if (definitions.has(key)) this.#refreshSoon();
          },
        },
      },
      abort.signal,
    );
    const patience = clock.after(listedWithinMs, () => this.#listed(key));
    this.#monitors.set(key, { type, abort, running, synced: false, patience });
  }

  async #end({ abort, running, patience }: Monitor): Promise<void> {
    abort.abort();
    patience.cancel();
    await running;
  }

  #listed(key: string): void {
    const monitor = this.#monitors.get(key);
    if (!monitor || monitor.synced) return;
    monitor.synced = true;
    monitor.patience.cancel();
    if (this.synced()) this.#graph.settled();
  }

  #refreshSoon(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = refreshDelaysMs.map((delay) => this.#context.clock.after(delay, () => this.#refresh()));
  }
}
