/** An informer of what may not be served yet, or no longer: those who listen to it need not know. What it shows goes when its source does. */
import type { GroupVersionResource } from '../../api/gvk.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On, Side } from '../../api/side.ts';
import type { Informer, InformerHandler } from '../../client/informer.ts';
import type { IndexFunction } from '../../client/object-store.ts';

export class LateInformer<S extends Side> implements Informer<S> {
  readonly gvr: GroupVersionResource;
  readonly #indexes = new Map<string, IndexFunction>();
  readonly #handlers = new Map<InformerHandler<S>, (() => void) | undefined>();
  readonly #known = Promise.withResolvers<void>();
  #source: Informer<S> | undefined;
  #isKnown = false;

  constructor(gvr: GroupVersionResource) {
    this.gvr = gvr;
  }

  /** From now on it shows what `source` does; `undefined`: nothing, since there is nothing. */
  show(source: Informer<S> | undefined): void {
    this.#hide();
    this.#source = source;
    if (!source) return this.#settle();
    for (const [name, of] of this.#indexes) source.addIndex(name, of);
    for (const handler of this.#handlers.keys()) this.#handlers.set(handler, source.addHandler(handler));
    void source.whenSynced().then(() => this.#settle());
  }

  get size(): number {
    return this.#source?.size ?? 0;
  }

  get(key: string): On<S, KubeObject> | undefined {
    return this.#source?.get(key);
  }

  list(namespace?: string): readonly On<S, KubeObject>[] {
    return this.#source?.list(namespace) ?? [];
  }

  byIndex(index: string, value: string): readonly On<S, KubeObject>[] {
    return this.#source?.byIndex(index, value) ?? [];
  }

  addHandler(handler: InformerHandler<S>): () => void {
    this.#handlers.set(handler, this.#source?.addHandler(handler));
    return () => {
      this.#handlers.get(handler)?.();
      this.#handlers.delete(handler);
    };
  }

  addIndex(name: string, of: IndexFunction): void {
    this.#indexes.set(name, of);
    this.#source?.addIndex(name, of);
  }

  hasSynced(): boolean {
    return this.#isKnown;
  }

  /** Resolves when it is known for the first time what there is, be it nothing. */
  whenSynced(): Promise<void> {
    return this.#known.promise;
  }

  #settle(): void {
    this.#isKnown = true;
    this.#known.resolve();
  }

  #hide(): void {
    const source = this.#source;
    if (!source) return;
    this.#source = undefined;
    for (const [handler, remove] of this.#handlers) {
      remove?.();
      for (const object of source.list()) handler.onDelete?.(object);
      this.#handlers.set(handler, undefined);
    }
  }
}
