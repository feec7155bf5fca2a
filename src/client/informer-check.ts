/**
 * Whether an informer shows what its server has. It should, whatever happens to watches; who can't afford that it doesn't looks now and then. The server
 * is read page by page and without the objects' contents; what differs is looked at again later, since a watch that is merely behind is no error.
 */
import { objectKey, type ObjectMeta } from '../api/object.ts';
import type { Side } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import { sleep, type Clock } from '../lib/clock.ts';
import type { Client } from './client.ts';
import type { ResourceInformer } from './informer.ts';

export interface InformerCheckOptions<S extends Side> {
  readonly client: Client<S>;
  readonly informer: ResourceInformer<S>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const pageSize = 500;
/** How far behind a watch may be. */
const settleMs = 5_000;
/** How many of those that differ are asked for, one by one. */
const suspectsMax = 100;

/**
 * The keys of objects of which the informer shows another version than the server has, or nothing, or of which the server has nothing: none as long as it
 * works, and then one list was all that it cost. At most {@link suspectsMax}.
 * @throws StatusError, ConnectionError of the server
 */
export async function checkInformer<S extends Side>(options: InformerCheckOptions<S>): Promise<readonly string[]> {
  const { clock, signal, informer } = options;
  const suspects = await readSuspects(options);
  if (suspects.size === 0) return [];
  await sleep(clock, settleMs, signal);
  const stale: string[] = [];
  for (const [key, before] of [...suspects].slice(0, suspectsMax)) {
    if (signal.aborted) return [];
    // It has moved on since.
    if (versionOf(informer.get(key)?.metadata) !== before) continue;
    const actual = await versionOnServer(options, key);
    if (versionOf(informer.get(key)?.metadata) === before && actual !== before) stale.push(key);
  }
  return stale;
}

/** Versions as the informer showed them, of what was another on the server. */
async function readSuspects<S extends Side>(
  options: InformerCheckOptions<S>,
): Promise<ReadonlyMap<string, string | undefined>> {
  const { client, informer, signal } = options;
  const { gvr, namespace, labelSelector, fieldSelector } = informer.selection;
  const suspects = new Map<string, string | undefined>();
  const seen = new Set<string>();
  let next: string | undefined;
  do {
    const page = await client.resource(gvr, namespace).list({
      limit: pageSize,
      metadataOnly: true,
      signal,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(next === undefined ? {} : { continue: next }),
    });
    for (const object of page.items) {
      const key = objectKey(object);
      seen.add(key);
      const shown = versionOf(informer.get(key)?.metadata);
      if (shown !== versionOf(object.metadata)) suspects.set(key, shown);
    }
    next = page.metadata.continue;
  } while (next !== undefined && next !== '');
  for (const key of informer.keys()) if (!seen.has(key)) suspects.set(key, versionOf(informer.get(key)?.metadata));
  return suspects;
}

async function versionOnServer<S extends Side>(
  { client, informer }: InformerCheckOptions<S>,
  key: string,
): Promise<string | undefined> {
  const slash = key.indexOf('/');
  const namespace = slash === -1 ? undefined : key.slice(0, slash);
  try {
    const found = await client.resource(informer.gvr, namespace).get(key.slice(slash + 1), { metadataOnly: true });
    return versionOf(found.metadata);
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 404) return undefined;
    throw error;
  }
}

function versionOf(metadata: Readonly<ObjectMeta> | undefined): string | undefined {
  return metadata && `${metadata.uid}/${metadata.resourceVersion}`;
}
