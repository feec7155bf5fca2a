/**
 * Lists: at the newest revision or an older one, in chunks, with selectors. Mirrors apiserver storage/etcd3 GetList and
 * generic registry ListPredicate.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ListMeta } from '../../api/object.ts';
import { invalidResourceVersionMessage, parseResourceVersion } from '../../api/resource-version.ts';
import { newBadRequest } from '../../api/status.ts';
import {
  CompactedError,
  type Entry,
  FutureRevisionError,
  type ListRange,
  type ListResult,
  type Store,
} from '../../storage/store.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { readEntries, readEntry } from './stored-entries.ts';
import { storedObjectOf } from './stored-form.ts';
import { matchesSelection, selectedName, selectedNamespace, selectsEverything, type Selection } from './selection.ts';
import type { ServedResource } from './served-resource.ts';
import { continueExpired, listExpired, tooLargeResourceVersion } from './storage-errors.ts';
import { storageKey, storageRange } from './storage-key.ts';
import type { StoredObject } from './stored-object.ts';

export interface ListRequest {
  readonly resource: ServedResource;
  /** Empty: all of them. */
  readonly namespace: string;
  readonly selection: Selection;
  /** 0: no limit. */
  readonly limit: number;
  readonly continue: string;
  /** As the client sent them, validated. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
}

export interface ListAnswer {
  readonly items: readonly StoredObject[];
  readonly metadata: ListMeta;
  /** The same object for the same items, where that is known. */
  readonly source?: object;
}

/** Entries read at once where a selector drops most of them, and about how many bytes that may be. */
const chunkMax = 10_000;
const chunkBytesMax = 8 * 1024 * 1024;
/** In the first read of a list that has a selector but no limit. */
const selectedChunk = 500;
/** Pages for a client who takes one after the other: each may be so much larger than the one before, up to the limits. */
const pageGrowth = 4;
const pageBytesMax = 256 * 1024;
const pageItemsMax = 1000;

/** Items are in stored form. Throws StatusErrors: BadRequest, Expired, Timeout (a resourceVersion of the future). */
export async function listObjects(store: Store, asked: ListRequest): Promise<ListAnswer> {
  const request = hasLimit(asked) ? asked : { ...asked, limit: 0 };
  const { resource, selection } = request;
  const namespace = request.namespace || (resource.namespaced && selectedNamespace(selection)) || '';
  const prefix = storageRange(resource.storagePrefix, namespace);
  const name = selectedName(selection);
  const single = name !== undefined && (namespace !== '' || !resource.namespaced);
  const start = whereToStart(request, prefix, single);
  if (single && start.revision === undefined) {
    return getAsList(store, request, storageKey(resource.storagePrefix, namespace, name), start.notOlderThan);
  }
  const whole = request.limit === 0 && selectsEverything(selection) && start.revision === undefined;
  if (whole && start.after === undefined && !resource.entryForm) return listAll(store, prefix, start.notOlderThan);
  const items: StoredObject[] = [];
  // A selector may drop what remains, so nobody knows how many there are.
  const counted = selectsEverything(selection);
  let { revision, after } = start;
  // Of what a selector drops, little is in memory at a time.
  let chunk = request.limit > 0 || selectsEverything(selection) ? request.limit : selectedChunk;
  for (;;) {
    const result = await listChunk(store, request, prefix, { after, revision, limit: chunk, counted });
    if (result.revision < start.notOlderThan) throw tooLargeResourceVersion(start.notOlderThan, result.revision);
    revision = result.revision;
    let remaining = result.remaining;
    const read = await readEntries(resource, result.entries);
    for (const [index, entry] of result.entries.entries()) {
      if (request.limit > 0 && items.length === request.limit) {
        remaining += result.entries.length - index;
        break;
      }
      after = entry.key;
      const stored = read[index];
      if (stored && matchesSelection(resource, selection, stored)) items.push(stored);
    }
    const full = request.limit > 0 && items.length >= request.limit;
    if (remaining === 0 || full) return { items, metadata: metadataOf(request, prefix, revision, after, remaining) };
    // Others have their turn between the parts of a long search.
    await nextTurn();
    chunk = Math.max(1, Math.min(chunk * 2, chunkMax, Math.floor(chunkBytesMax / averageBytes(result.entries))));
  }
}

/**
 * What there was at `revision`, in pages that are read when they are asked for: a client who is slow, or has gone, costs no more than one of
 * them, and the first ones are small. Throws StatusErrors: Expired.
 */
export async function* listInPages(
  store: Store,
  { resource, namespace, selection }: Pick<ListRequest, 'resource' | 'namespace' | 'selection'>,
  revision: number,
): AsyncGenerator<readonly StoredObject[]> {
  const inside = namespace || (resource.namespaced && selectedNamespace(selection)) || '';
  const prefix = storageRange(resource.storagePrefix, inside);
  let after: string | undefined;
  for (let limit = 1; ;) {
    const result = await listChunk(store, { continue: '' }, prefix, { after, revision, limit, counted: false });
    const read = await readEntries(resource, result.entries);
    const items = read.filter((item) => matchesSelection(resource, selection, item));
    if (items.length > 0) yield items;
    else await nextTurn();
    if (result.remaining === 0) return;
    after = result.entries.at(-1)?.key;
    const fitting = Math.floor(pageBytesMax / averageBytes(result.entries));
    limit = Math.max(1, Math.min(pageItemsMax, limit * pageGrowth, fitting));
  }
}

/** Who takes any version gets all of it. Mirrors cacher computeListLimit; Events have no such cache upstream. */
function hasLimit({ limit, resource, resourceVersion }: ListRequest): boolean {
  return limit > 0 && (resourceVersion !== '0' || resource.gr.resource === 'events');
}

/** Items are made only when somebody looks at them. */
async function listAll(store: Store, prefix: string, notOlderThan: number): Promise<ListAnswer> {
  const { entries, revision } = await store.list({ prefix });
  if (revision < notOlderThan) throw tooLargeResourceVersion(notOlderThan, revision);
  let items: readonly StoredObject[] | undefined;
  return {
    get items() {
      return (items ??= entries.map(storedObjectOf));
    },
    metadata: { resourceVersion: String(revision) },
    source: entries,
  };
}

interface Start {
  readonly revision: number | undefined;
  readonly after: string | undefined;
  readonly notOlderThan: number;
}

/** `single`: it is about one object, and a limit says nothing. Mirrors storage.ValidateListOptions. */
function whereToStart(request: ListRequest, prefix: string, single: boolean): Start {
  if (request.continue !== '') {
    const token = decodeContinue(request.continue, prefix);
    if (request.resourceVersion !== '' && request.resourceVersion !== '0') {
      throw newBadRequest('specifying resource version is not allowed when using continue');
    }
    return { revision: token.revision > 0 ? token.revision : undefined, after: token.after, notOlderThan: 0 };
  }
  const parsed = parseResourceVersion(request.resourceVersion);
  if (!parsed.ok) throw newBadRequest(invalidResourceVersionMessage(parsed.fieldError));
  const legacyExact = request.resourceVersionMatch === '' && request.limit > 0 && parsed.revision > 0 && !single;
  if (request.resourceVersionMatch === 'Exact' || legacyExact) {
    return { revision: parsed.revision, after: undefined, notOlderThan: 0 };
  }
  return { revision: undefined, after: undefined, notOlderThan: parsed.revision };
}

async function listChunk(
  store: Store,
  request: Pick<ListRequest, 'continue'>,
  prefix: string,
  chunk: { after: string | undefined; revision: number | undefined; limit: number; counted: boolean },
): Promise<ListResult> {
  const { after, revision, limit, counted } = chunk;
  const range: ListRange = {
    prefix,
    counted,
    ...(after === undefined ? {} : { after }),
    ...(revision === undefined ? {} : { revision }),
    ...(limit > 0 ? { limit } : {}),
  };
  try {
    return await store.list(range);
  } catch (error) {
    if (error instanceof FutureRevisionError) throw tooLargeResourceVersion(error.requested, error.current);
    if (!(error instanceof CompactedError)) throw error;
    if (request.continue === '') throw listExpired();
    const from = after ?? prefix;
    throw continueExpired(encodeContinue({ revision: -1, after: from }, prefix));
  }
}

async function getAsList(
  store: Store,
  { resource, selection }: ListRequest,
  key: string,
  notOlderThan: number,
): Promise<ListAnswer> {
  const entry = await store.get(key);
  // Asked for after the entry, so that it is never older.
  const revision = await store.revision();
  if (revision < notOlderThan) throw tooLargeResourceVersion(notOlderThan, revision);
  const stored = entry && (await readEntry(resource, entry));
  const items = stored && matchesSelection(resource, selection, stored) ? [stored] : [];
  return { items, metadata: { resourceVersion: String(revision) } };
}

function metadataOf(
  request: ListRequest,
  prefix: string,
  revision: number,
  after: string | undefined,
  remaining: number,
): ListMeta {
  const resourceVersion = String(revision);
  if (remaining === 0 || after === undefined) return { resourceVersion };
  const next = encodeContinue({ revision, after }, prefix);
  return selectsEverything(request.selection)
    ? { resourceVersion, continue: next, remainingItemCount: remaining }
    : { resourceVersion, continue: next };
}

function averageBytes(entries: readonly Entry[]): number {
  return entries.reduce((sum, { value }) => sum + value.byteLength, 1) / Math.max(1, entries.length);
}
