/** A watch on the pods of one namespace that notes when it saw what. */
import type { Side } from '../../src/api/side.ts';
import type { Client } from '../../src/client/client.ts';
import { viewPod } from '../../src/translate/pods/pod-view.ts';
import { pods } from './connection.ts';

export interface Seen {
  readonly name: string;
  /** Of a copy at the host: the tenant's name for it; else the name. */
  readonly copyOf: string;
  readonly phase: string;
  readonly message: string;
  /** Of `performance.now()`. */
  readonly at: number;
}

const nameAnnotation = 'sublet.dev/name';
const patienceMs = 120_000;

export class PodWatch {
  /** Names (see `copyOf`) of pods that have been seen running since the start. */
  readonly running = new Set<string>();
  readonly #abort = new AbortController();
  readonly #firstSeen = new Map<string, number>();
  readonly #listeners = new Set<(seen: Seen) => void>();
  readonly #failed = Promise.withResolvers<never>();

  /** Sees what is there first, then each change. */
  static async start<S extends Side>(client: Client<S>, namespace: string): Promise<PodWatch> {
    const watch = new PodWatch();
    const { metadata, items } = await client.resource(pods, namespace).list();
    for (const item of items) watch.#see(item);
    // Whoever waits hears of it.
    watch.#failed.promise.catch(() => undefined);
    void watch.#run(client, namespace, metadata.resourceVersion ?? '');
    return watch;
  }

  /** Resolves with the first sight, from now on, of what `wanted` accepts. */
  until(wanted: (seen: Seen) => boolean): Promise<Seen> {
    const found = new Promise<Seen>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not seen by a watch in ${patienceMs / 1000} s`)),
        patienceMs,
      ).unref();
      const listener = (seen: Seen): void => {
        if (!wanted(seen)) return;
        clearTimeout(timer);
        this.#listeners.delete(listener);
        resolve(seen);
      };
      this.#listeners.add(listener);
    });
    return Promise.race([found, this.#failed.promise]);
  }

  /** Resolves when all have been seen, with the time when the last of them was seen first. */
  async untilSeen(names: readonly string[]): Promise<number> {
    const missing = (): number => names.reduce((count, name) => count + (this.#firstSeen.has(name) ? 0 : 1), 0);
    let left = missing();
    if (left > 0) {
      const wanted = new Set(names.filter((name) => !this.#firstSeen.has(name)));
      await this.until(({ copyOf }) => wanted.delete(copyOf) && --left === 0);
    }
    return Math.max(...names.map((name) => this.firstSeenAt(name)));
  }

  /** When a pod was seen first, by `performance.now()`; 0: never. */
  firstSeenAt(name: string): number {
    return this.#firstSeen.get(name) ?? 0;
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run<S extends Side>(client: Client<S>, namespace: string, resourceVersion: string): Promise<void> {
    const { signal } = this.#abort;
    let last = resourceVersion;
    try {
      // An API server that is busy ends watches that it takes for slow; whoever watches goes on where it was.
      while (!signal.aborted) {
        for await (const event of client.resource(pods, namespace).watch({ resourceVersion: last, signal })) {
          last = event.object.metadata.resourceVersion ?? last;
          if (event.type === 'ADDED' || event.type === 'MODIFIED') this.#see(event.object);
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#failed.reject(error);
    }
  }

  #see(object: Parameters<typeof viewPod>[0]): void {
    const at = performance.now();
    const { name = '', annotations } = object.metadata;
    const { status } = viewPod(object);
    const seen: Seen = {
      name,
      copyOf: annotations?.[nameAnnotation] ?? name,
      phase: status?.phase ?? '',
      message: typeof status?.['message'] === 'string' ? status['message'] : '',
      at,
    };
    if (!this.#firstSeen.has(seen.copyOf)) this.#firstSeen.set(seen.copyOf, at);
    if (seen.phase === 'Running') this.running.add(seen.copyOf);
    for (const listener of this.#listeners) listener(seen);
  }
}
