/** A watch on pods that notes when each was first seen, and first seen running: by `performance.now()`, under the tenant's names. */
import type { Side } from '../../src/api/side.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Client } from '../../src/client/client.ts';
import { viewPod } from '../../src/translate/pods/pod-view.ts';
import { pods } from './connection.ts';

export interface PodTime {
  readonly seenAt: number;
  runningAt: number | undefined;
}

const nameAnnotation = 'sublet.dev/name';

export class PodTimes {
  readonly times = new Map<string, PodTime>();
  running = 0;
  readonly #abort = new AbortController();
  #failure: unknown;

  /** Of one namespace, or of all. */
  static async start<S extends Side>(client: Client<S>, namespace?: string): Promise<PodTimes> {
    const watch = new PodTimes();
    const { metadata } = await client.resource(pods, namespace).list({ limit: 1 });
    void watch.#run(client, namespace, metadata.resourceVersion ?? '');
    return watch;
  }

  /** @throws Error when the watch has failed */
  assertWatching(): void {
    if (this.#failure !== undefined) throw new Error('the watch has failed', { cause: this.#failure });
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run<S extends Side>(client: Client<S>, namespace: string | undefined, from: string): Promise<void> {
    const { signal } = this.#abort;
    let resourceVersion = from;
    try {
      while (!signal.aborted) {
        for await (const { type, object } of client.resource(pods, namespace).watch({ resourceVersion, signal })) {
          resourceVersion = object.metadata.resourceVersion ?? resourceVersion;
          if (type === 'ADDED' || type === 'MODIFIED') this.#see(object);
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#failure = error;
    }
  }

  #see(object: Readonly<KubeObject>): void {
    const { name = '', annotations } = object.metadata;
    const key = annotations?.[nameAnnotation] ?? name;
    const time = this.times.get(key) ?? { seenAt: performance.now(), runningAt: undefined };
    this.times.set(key, time);
    if (time.runningAt !== undefined || viewPod(object).status?.phase !== 'Running') return;
    time.runningAt = performance.now();
    this.running++;
  }
}
