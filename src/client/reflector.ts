/**
 * Follows a resource for as long as it runs: the whole state once, then each change in order, whatever happens to the connection.
 * The state comes as a watch-list where the server can do it, else as a paged list. A watch that ends is resumed from the last
 * resourceVersion seen (bookmarks keep it fresh); when the server no longer has it (410) the state is read anew.
 *
 * Mirrors client-go tools/cache Reflector.ListAndWatch.
 */
import type { KubeObject } from '../api/object.ts';
import type { On, Side } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import { backoffDelay, type BackoffOptions } from '../lib/backoff.ts';
import { sleep, type Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import type { ResourceClient, WatchEvent } from './client.ts';
import { retryAfterMs } from './response-error.ts';

/** Where a reflector puts what it reads. Methods are synchronous and must not throw. */
interface ReflectorSink<S extends Side> {
  /** The whole state: what isn't in it doesn't exist. */
  replace(objects: readonly On<S, KubeObject>[], resourceVersion: string): void;
  /** One change, in order. */
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: On<S, KubeObject>): void;
}

export interface ReflectorOptions<S extends Side> {
  /** For logs: `pods`. */
  readonly name: string;
  readonly resource: ResourceClient<S>;
  readonly sink: ReflectorSink<S>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
  /** Default true: ask for a watch-list first. */
  readonly watchList?: boolean;
  /** Objects per page of a list. Default 500. */
  readonly pageSize?: number;
  /** Told whenever a list or a watch has failed. */
  readonly disturbed?: () => void;
}

/** Between failed tries. client-go's is 800 ms to 30 s; an API server in the same process is back sooner. */
const retry: BackoffOptions = { initialMs: 100, maxMs: 30_000, factor: 2, jitter: 0.5 };
/** A watch that lasted so long was healthy: its end is no failure. */
const healthyWatchMs = 1_000;
/** Watches end by themselves after 5 to 10 minutes, so that a lost connection is noticed. */
const watchTimeoutSecondsMin = 300;
const initialEventsEnd = 'k8s.io/initial-events-end';

/** Runs until `signal` aborts; resolves then, and never rejects. */
export async function runReflector<S extends Side>(options: ReflectorOptions<S>, signal: AbortSignal): Promise<void> {
  const state: State = { resourceVersion: undefined, watchList: options.watchList ?? true, isRefused: false };
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = options.clock.monotonic();
    const before = state.resourceVersion;
    try {
      await readOnce(options, state, signal);
      if (options.clock.monotonic() - startedAt >= healthyWatchMs || state.resourceVersion !== before) failures = 0;
      else failures++;
    } catch (error) {
      if (signal.aborted) return;
      failures = state.resourceVersion === before ? failures + 1 : 1;
      failed(options, state, error);
      await sleep(
        options.clock,
        Math.max(retryAfterMs(error), backoffDelay(retry, failures - 1, options.random)),
        signal,
      );
      continue;
    }
    if (failures > 0) await sleep(options.clock, backoffDelay(retry, failures - 1, options.random), signal);
  }
}

interface State {
  /** Where the watch goes on; `undefined`: the state must be read. */
  resourceVersion: string | undefined;
  watchList: boolean;
  /** That the server doesn't let us read has been told. */
  isRefused: boolean;
}

/** Reads the state if needed, then one watch until it ends. */
async function readOnce<S extends Side>(
  options: ReflectorOptions<S>,
  state: State,
  signal: AbortSignal,
): Promise<void> {
  if (state.resourceVersion === undefined && !state.watchList) state.resourceVersion = await readPages(options, signal);
  if (signal.aborted) return;
  await watchOnce(options, state, signal);
}

async function readPages<S extends Side>(options: ReflectorOptions<S>, signal: AbortSignal): Promise<string> {
  const { resource, sink } = options;
  const objects: On<S, KubeObject>[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await resource.list({
      ...selectors(options),
      limit: options.pageSize ?? 500,
      ...(next === undefined ? {} : { continue: next }),
      signal,
    });
    objects.push(...page.items);
    next = page.metadata.continue;
    if (next === undefined || next === '') {
      const resourceVersion = page.metadata.resourceVersion ?? '';
      sink.replace(objects, resourceVersion);
      return resourceVersion;
    }
  }
}

async function watchOnce<S extends Side>(
  options: ReflectorOptions<S>,
  state: State,
  signal: AbortSignal,
): Promise<void> {
  let initial: Map<string, On<S, KubeObject>> | undefined = state.resourceVersion === undefined ? new Map() : undefined;
  const events = options.resource.watch({
    ...selectors(options),
    ...(state.resourceVersion === undefined ? {} : { resourceVersion: state.resourceVersion }),
    ...(initial ? { sendInitialEvents: true } : {}),
    allowWatchBookmarks: true,
    timeoutSeconds: Math.floor(watchTimeoutSecondsMin * (1 + options.random.next())),
    signal,
  });
  for await (const event of events) {
    if (signal.aborted) return;
    state.isRefused = false;
    const { metadata } = event.object;
    if (initial) {
      if (event.type !== 'BOOKMARK') collect(initial, event);
      else if (metadata.annotations?.[initialEventsEnd] === 'true') {
        options.sink.replace([...initial.values()], metadata.resourceVersion ?? '');
        state.resourceVersion = metadata.resourceVersion;
        initial = undefined;
      }
      continue;
    }
    if (event.type !== 'BOOKMARK') options.sink.apply(event.type, event.object);
    state.resourceVersion = metadata.resourceVersion ?? state.resourceVersion;
  }
}

function collect<S extends Side>(objects: Map<string, On<S, KubeObject>>, event: WatchEvent<S>): void {
  const { namespace = '', name = '' } = event.object.metadata;
  if (event.type === 'DELETED') objects.delete(`${namespace}/${name}`);
  else objects.set(`${namespace}/${name}`, event.object);
}

function failed<S extends Side>(options: ReflectorOptions<S>, state: State, error: unknown): void {
  const { logger, name } = options;
  if (error instanceof StatusError) {
    if (error.status.code === 410) {
      logger.debug({ resource: name }, 'the watch is too old: reading anew');
      state.resourceVersion = undefined;
      return;
    }
    // Servers without watch-list say so in one of these ways.
    if (state.resourceVersion === undefined && state.watchList && [400, 405, 422].includes(error.status.code ?? 0)) {
      logger.debug({ resource: name }, 'the server has no watch-list');
      state.watchList = false;
      return;
    }
  }
  options.disturbed?.();
  if (!state.isRefused && error instanceof StatusError && (error.status.code === 401 || error.status.code === 403)) {
    state.isRefused = true;
    logger.warn({ resource: name, err: error }, 'may not be read; trying again, ever more seldom');
    return;
  }
  logger.debug({ resource: name, err: error }, 'list or watch failed; trying again');
}

function selectors<S extends Side>(
  options: ReflectorOptions<S>,
): Pick<ReflectorOptions<S>, 'labelSelector' | 'fieldSelector' | 'metadataOnly'> {
  const { labelSelector, fieldSelector, metadataOnly } = options;
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(metadataOnly === undefined ? {} : { metadataOnly }),
  };
}
