/**
 * A store that a reflector keeps equal to the server, with handlers that hear of each change. Handlers are called synchronously,
 * in order, after the store has changed; what they are given is shared and read only.
 */
import type { GroupVersionResource } from '../api/gvk.ts';
import { objectKey, type KubeObject } from '../api/object.ts';
import type { On, Side } from '../api/side.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import type { Service } from '../lib/service.ts';
import type { Client } from './client.ts';
import { ObjectStore, type IndexFunction, type Lister } from './object-store.ts';
import { runReflector } from './reflector.ts';

export interface InformerHandler<S extends Side> {
  /** `initial`: it was there when the informer started (or when the handler was added). */
  onAdd?(object: On<S, KubeObject>, initial: boolean): void;
  /** Only when the resourceVersion differs. A change of UID comes as a deletion and an addition. */
  onUpdate?(old: On<S, KubeObject>, object: On<S, KubeObject>): void;
  /** The last state that is known. */
  onDelete?(object: On<S, KubeObject>): void;
}

/** Which objects an informer follows. */
export interface InformerSelection {
  readonly gvr: GroupVersionResource;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
}

export interface InformerOptions<S extends Side> extends InformerSelection {
  readonly client: Client<S>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Makes of each object what the store keeps; may change it in place. Default: {@link withoutManagedFields}. */
  readonly transform?: (object: KubeObject) => void;
  readonly watchList?: boolean;
  /** Told whenever a list or a watch has failed; an end that belongs to watches is no failure. */
  readonly disturbed?: () => void;
}

/** What users of a shared informer see. */
export interface Informer<S extends Side> extends Lister<S> {
  readonly gvr: GroupVersionResource;
  /** What is there already is told at once, as `onAdd`. Returns what removes the handler. */
  addHandler(handler: InformerHandler<S>): () => void;
  addIndex(name: string, of: IndexFunction): void;
  hasSynced(): boolean;
  /** Resolves when the whole state has been read for the first time. Never, when the informer is stopped before. */
  whenSynced(): Promise<void>;
}

/** The default transform: managed fields are most of an object's memory, and an update without them keeps them. */
function withoutManagedFields(object: KubeObject): void {
  delete object.metadata['managedFields'];
}

export class ResourceInformer<S extends Side> extends ObjectStore<S> implements Informer<S>, Service {
  readonly name: string;
  readonly gvr: GroupVersionResource;
  readonly #options: InformerOptions<S>;
  readonly #handlers = new Set<InformerHandler<S>>();
  readonly #transform: (object: KubeObject) => void;
  #run = new AbortController();
  #stopped = false;
  readonly #synced = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #hasSynced = false;

  constructor(options: InformerOptions<S>) {
    super();
    this.#options = options;
    this.gvr = options.gvr;
    this.name = `informer ${options.gvr.resource}`;
    this.#transform = options.transform ?? withoutManagedFields;
  }

  /** Which objects it follows. */
  get selection(): InformerSelection {
    return this.#options;
  }

  /** Begins to read; doesn't wait for it ({@link whenSynced}). */
  start(): Promise<void> {
    if (!this.#stopped) this.#running ??= this.#follow();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#run.abort();
    await this.#running;
  }

  /** Drops the watch and reads the whole state anew: for who has found that what is shown is not what is there. Doesn't wait for it. */
  reread(): void {
    if (this.#stopped || !this.#running) return;
    this.#run.abort();
    this.#run = new AbortController();
    this.#running = Promise.all([this.#running, this.#follow()]).then(() => undefined);
  }

  #follow(): Promise<void> {
    const { client, clock, random, logger, gvr, namespace, watchList, disturbed, ...rest } = this.#options;
    const { labelSelector, fieldSelector, metadataOnly } = rest;
    const { signal } = this.#run;
    return runReflector<S>(
      {
        name: gvr.resource,
        resource: client.resource(gvr, namespace),
        sink: {
          // What has been given up may have an answer on its way.
          replace: (objects) => void (signal.aborted || this.#replace(objects)),
          apply: (type, object) => void (signal.aborted || this.#apply(type, object)),
        },
        clock,
        random,
        logger,
        ...(labelSelector === undefined ? {} : { labelSelector }),
        ...(fieldSelector === undefined ? {} : { fieldSelector }),
        ...(metadataOnly === undefined ? {} : { metadataOnly }),
        ...(watchList === undefined ? {} : { watchList }),
        ...(disturbed === undefined ? {} : { disturbed }),
      },
      signal,
    );
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  whenSynced(): Promise<void> {
    return this.#synced.promise;
  }

  addHandler(handler: InformerHandler<S>): () => void {
    this.#handlers.add(handler);
    for (const object of this.list()) this.#call(() => handler.onAdd?.(object, true));
    return () => this.#handlers.delete(handler);
  }

  #replace(objects: readonly On<S, KubeObject>[]): void {
    const gone = new Set(this.keys());
    for (const object of objects) {
      gone.delete(objectKey(object));
      this.#put(object);
    }
    for (const key of gone) this.#remove(key);
    if (this.#hasSynced) return;
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  #apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: On<S, KubeObject>): void {
    if (type === 'DELETED') this.#remove(objectKey(object), object);
    else this.#put(object);
  }

  #put(object: On<S, KubeObject>): void {
    const known = this.get(objectKey(object));
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion && known !== undefined) return;
    this.#transform(object);
    if (known && known.metadata.uid !== object.metadata.uid) this.#remove(objectKey(known));
    const old = this.set(object);
    for (const handler of this.#handlers)
      this.#call(() => (old ? handler.onUpdate?.(old, object) : handler.onAdd?.(object, !this.#hasSynced)));
  }

  #remove(key: string, last?: On<S, KubeObject>): void {
    const old = this.delete(key);
    if (!old) return;
    if (last) this.#transform(last);
    const object = last ?? old;
    for (const handler of this.#handlers) this.#call(() => handler.onDelete?.(object));
  }

  /** A handler that throws is a bug of its own: the others and the store go on. */
  #call(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.#options.logger.error({ err: error, resource: this.gvr.resource }, 'an informer handler failed');
    }
  }
}
