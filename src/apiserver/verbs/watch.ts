/**
 * Watches. Mirrors apiserver endpoints/handlers ListResource with watch, storage/cacher Cacher.Watch: what is wrong with the request
 * is an error response; what is wrong with its resourceVersion is an ERROR event.
 */
import { fieldErrorText } from '../../api/field-error.ts';
import { parseResourceVersion } from '../../api/resource-version.ts';
import { failure, newInternalError, StatusError } from '../../api/status.ts';
import { CompactedError, type StoreEvent, type StoreWatch } from '../../storage/store.ts';
import type { Encoder } from '../negotiation/encoder.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import { listInPages, listObjects } from '../registry/list-objects.ts';
import { selectedName, selectedNamespace } from '../registry/selection.ts';
import { tooLargeResourceVersion, watchExpired } from '../registry/storage-errors.ts';
import { eventsOnly } from '../registry/event-index.ts';
import { storageKey, storageRange } from '../registry/storage-key.ts';
import { StoredObject } from '../registry/stored-object.ts';
import { readEvents } from '../registry/stored-entries.ts';
import { watchEventOf } from '../registry/watch-events.ts';
import { Bookmarks } from './bookmarks.ts';
import { listOptionsOf } from './list.ts';
import type { ListOptions } from './query-options.ts';
import { servedObjects } from './served-form.ts';
import type { VerbHandler, VerbRequest } from './verb.ts';
import { BacklogBudget, WatchBacklog } from './watch-backlog.ts';

/** Without `timeoutSeconds`, a watch ends after this, or up to twice as long. */
const minRequestTimeoutMs = 1_800_000;
/** Events of one watch that wait for a conversion webhook. */
const convertingEventsMax = 1000;
const initialEventsEnd = 'k8s.io/initial-events-end';

export function createWatchVerb(store: GenericStore): VerbHandler {
  const bookmarks = new Bookmarks(store.store, store.clock);
  const budget = new BacklogBudget();
  return async (request) => {
    const { context, negotiation, resource } = request;
    const encoder = negotiation.encoder(context, resource, true);
    const options = withDefaults(listOptionsOf(request, true));
    const parsed = parseResourceVersion(options.resourceVersion);
    if (!parsed.ok) throw failure(500, '', fieldErrorText(parsed.fieldError));
    const start = await startOf(request, options, parsed.revision);
    const body =
      start instanceof StatusError
        ? failed(encoder, start, budget)
        : new Watch(request, options, encoder, start, budget).run(bookmarks);
    return { status: 200, headers: { 'content-type': encoder.streamContentType }, body: await body };
  };
}

/** A watch from nowhere begins with what there is. Mirrors SetListOptionsDefaults. */
function withDefaults(options: ListOptions): ListOptions {
  if (options.sendInitialEvents !== undefined || options.resourceVersionMatch !== '') return options;
  if (options.resourceVersion !== '' && options.resourceVersion !== '0') return options;
  return { ...options, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
}

interface Start {
  /** Events after this one are sent. */
  readonly revision: number;
  /** What is there at that revision, as stored. */
  readonly initial: AsyncIterable<readonly StoredObject[]>;
}

/** Mirrors Cacher.Watch. A StatusError is for the stream. */
async function startOf(request: VerbRequest, options: ListOptions, revision: number): Promise<Start | StatusError> {
  const { store, resource, namespace } = request;
  if (!options.sendInitialEvents) {
    return { revision: revision === 0 ? await store.store.revision() : revision, initial: pagesOf([]) };
  }
  const range = { resource, namespace, selection: options.selection };
  if (selectedName(options.selection) !== undefined) {
    const any = { limit: 0, continue: '', resourceVersion: '', resourceVersionMatch: '' };
    const { items, metadata } = await listObjects(store.store, { ...range, ...any });
    const listed = Number(metadata.resourceVersion);
    return listed < revision
      ? tooLargeResourceVersion(revision, listed)
      : { revision: listed, initial: pagesOf([items]) };
  }
  const newest = await store.store.revision();
  if (newest < revision) return tooLargeResourceVersion(revision, newest);
  return { revision: newest, initial: listInPages(store.store, range, newest) };
}

async function* pagesOf<T>(pages: readonly (readonly T[])[]): AsyncGenerator<readonly T[]> {
  yield* pages;
}

function failed(encoder: Encoder, error: StatusError, budget: BacklogBudget): WatchBacklog {
  const backlog = new WatchBacklog(pagesOf([]), budget, () => undefined);
  backlog.endWith(encoder.errorEvent({ ...error.status }));
  return backlog;
}

/** One client's watch. */
class Watch {
  readonly #request: VerbRequest;
  readonly #options: ListOptions;
  readonly #encoder: Encoder;
  readonly #start: Start;
  readonly #backlog: WatchBacklog;
  readonly #cleanups: (() => void)[] = [];
  /** The key of the one object that is watched; absent: all of the range. */
  readonly #key: string | undefined;
  readonly #range: string;
  #lastRevision: number;
  /** Events that wait for their conversion. */
  #converting: Promise<void> | undefined;
  #waiting = 0;

  constructor(request: VerbRequest, options: ListOptions, encoder: Encoder, start: Start, budget: BacklogBudget) {
    this.#request = request;
    this.#options = options;
    this.#encoder = encoder;
    this.#start = start;
    this.#lastRevision = start.revision;
    const { resource } = request;
    const name = selectedName(options.selection);
    const namespace = request.namespace || (resource.namespaced && selectedNamespace(options.selection)) || '';
    const single = name !== undefined && (namespace !== '' || !resource.namespaced);
    this.#key = single ? storageKey(resource.storagePrefix, namespace, name) : undefined;
    this.#range = storageRange(resource.storagePrefix, namespace);
    this.#backlog = new WatchBacklog(this.#initialPages(), budget, () => this.#stop());
  }

  async run(bookmarks: Bookmarks): Promise<WatchBacklog> {
    const { context, store } = this.#request;
    const { signal } = context.request;
    const close = (): void => this.#backlog.close();
    signal.addEventListener('abort', close, { once: true });
    this.#cleanups.push(() => signal.removeEventListener('abort', close));
    const timeoutMs = this.#options.timeoutSeconds * 1000 || minRequestTimeoutMs * (1 + store.random.next());
    const timer = store.clock.after(timeoutMs, () => this.#backlog.end());
    this.#cleanups.push(() => timer.cancel());
    this.#endWithResource();
    const watch = await this.#open();
    if (watch) this.#cleanups.push(() => watch.close());
    if (watch && this.#options.allowWatchBookmarks) {
      this.#cleanups.push(bookmarks.add((revision) => this.#bookmark(revision)));
    }
    if (signal.aborted) this.#backlog.close();
    return this.#backlog;
  }

  #endWithResource(): void {
    const { retired } = this.#request.resource;
    const end = (): void => this.#backlog.end();
    if (retired?.aborted) end();
    retired?.addEventListener('abort', end, { once: true });
    this.#cleanups.push(() => retired?.removeEventListener('abort', end));
  }

  async #open(): Promise<StoreWatch | undefined> {
    const { resource } = this.#request;
    const only = eventsOnly(resource, this.#options.selection, this.#key);
    try {
      return await this.#request.store.store.watch({
        prefix: this.#range,
        ...(only ? { only } : {}),
        after: this.#start.revision,
        onEvents: (events) => this.#receive(events),
        onEnd: (reason) => this.#end(reason),
      });
    } catch (error) {
      if (!(error instanceof CompactedError)) {
        this.#stop();
        throw error;
      }
      this.#end(error);
      return undefined;
    }
  }

  /** Where somebody else must convert them, the events wait for it in their order. */
  #receive(events: readonly StoreEvent[]): void {
    if (!this.#converting) {
      try {
        const read = readEvents(this.#request.resource, events);
        if (!(read instanceof Promise)) return this.#deliver(read);
        this.#waiting = events.length;
        this.#converting = this.#deliverLater(events, () => read);
      } catch (error) {
        this.#fail(error);
      }
      return;
    }
    this.#waiting += events.length;
    if (this.#waiting > convertingEventsMax) return this.#backlog.end();
    this.#converting = this.#converting.then(() =>
      this.#deliverLater(events, () => readEvents(this.#request.resource, events)),
    );
  }

  async #deliverLater(
    events: readonly StoreEvent[],
    read: () => readonly StoreEvent[] | Promise<readonly StoreEvent[]>,
  ): Promise<void> {
    try {
      this.#deliver(await read());
    } catch (error) {
      this.#fail(error);
    }
    this.#waiting -= events.length;
    if (this.#waiting === 0) this.#converting = undefined;
  }

  /** An object that can't be converted ends the watch. */
  #fail(error: unknown): void {
    const status = error instanceof StatusError ? error.status : newInternalError('unexpected error', error).status;
    this.#backlog.push(this.#encoder.errorEvent({ ...status }));
    this.#backlog.end();
  }

  #deliver(events: readonly StoreEvent[]): void {
    const { resource } = this.#request;
    for (const event of events) {
      this.#lastRevision = event.revision;
      const seen = watchEventOf(resource, this.#options.selection, event);
      if (seen && !this.#backlog.push(this.#encoder.event(seen.type, seen.object))) return this.#stop();
    }
  }

  #end(reason: Error): void {
    if (reason instanceof CompactedError) {
      const { status } = watchExpired(reason.requested, reason.oldest);
      this.#backlog.push(this.#encoder.errorEvent({ ...status }));
    }
    this.#backlog.end();
  }

  #bookmark(revision: number): void {
    // Not ahead of events that wait.
    if (this.#converting) return;
    // Never behind an event that was sent already.
    this.#lastRevision = Math.max(this.#lastRevision, revision);
    this.#backlog.push(this.#bookmarkFrame(this.#lastRevision, undefined));
  }

  async *#initialPages(): AsyncGenerator<readonly Uint8Array[]> {
    const { resource } = this.#request;
    try {
      for await (const items of this.#start.initial) {
        yield servedObjects(resource, items).map((object) => this.#encoder.event('ADDED', object));
      }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return this.#backlog.endWith(this.#encoder.errorEvent({ ...error.status }));
    }
    if (this.#options.sendInitialEvents && this.#options.allowWatchBookmarks) {
      yield [this.#bookmarkFrame(this.#start.revision, { [initialEventsEnd]: 'true' })];
    }
  }

  #bookmarkFrame(revision: number, annotations: Record<string, string> | undefined): Uint8Array {
    const { kind, apiVersion } = this.#request.resource;
    const metadata = { resourceVersion: String(revision), ...(annotations ? { annotations } : {}) };
    const bytes = Buffer.from(JSON.stringify({ kind, apiVersion, metadata }));
    return this.#encoder.event('BOOKMARK', new StoredObject(bytes, revision));
  }

  #stop(): void {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }
}
