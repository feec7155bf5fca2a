/** One informer for each selection, shared by all who want it. */
import type { Side } from '../api/side.ts';
import type { Service } from '../lib/service.ts';
import { ResourceInformer, type Informer, type InformerOptions, type InformerSelection } from './informer.ts';

/** Of all its informers. */
export type InformerFactoryOptions<S extends Side> = Omit<InformerOptions<S>, keyof InformerSelection>;

export class InformerFactory<S extends Side> implements Service {
  readonly name: string;
  readonly #options: InformerFactoryOptions<S>;
  readonly #informers = new Map<string, ResourceInformer<S>>();
  #state: 'new' | 'started' | 'stopped' = 'new';

  constructor(options: InformerFactoryOptions<S>) {
    this.#options = options;
    this.name = `${options.client.side} informers`;
  }

  /** The shared informer of this selection. Asked for after `start`, it starts at once. */
  informer(selection: InformerSelection): Informer<S> {
    const { gvr, namespace, labelSelector, fieldSelector, metadataOnly } = selection;
    const key = JSON.stringify([
      gvr.group,
      gvr.version,
      gvr.resource,
      namespace,
      labelSelector,
      fieldSelector,
      metadataOnly,
    ]);
    const known = this.#informers.get(key);
    if (known) return known;
    const informer = new ResourceInformer<S>({ ...this.#options, ...selection });
    this.#informers.set(key, informer);
    if (this.#state === 'started') void informer.start();
    return informer;
  }

  /** Starts all informers; doesn't wait until they have synced ({@link whenSynced}). */
  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    for (const informer of this.#informers.values()) await informer.start();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    await Promise.all(Array.from(this.#informers.values(), (informer) => informer.stop()));
  }

  /** All that there are now. */
  informers(): readonly ResourceInformer<S>[] {
    return [...this.#informers.values()];
  }

  hasSynced(): boolean {
    return Array.from(this.#informers.values()).every((informer) => informer.hasSynced());
  }

  /** Resolves when all informers that exist now have synced, or `signal` aborts. */
  async whenSynced(signal?: AbortSignal): Promise<void> {
    const synced = Promise.all(Array.from(this.#informers.values(), (informer) => informer.whenSynced()));
    if (!signal) {
      await synced;
      return;
    }
    const aborted = Promise.withResolvers<void>();
    const abort = (): void => aborted.resolve();
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    await Promise.race([synced, aborted.promise]);
    signal.removeEventListener('abort', abort);
  }
}
