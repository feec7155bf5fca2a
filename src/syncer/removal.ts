/** The end of a tenant on its host: everything that is provably its copy goes, and nothing else. */
import type { KubeList, KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import type { Client } from '../client/client.ts';
import { sleep, type Clock } from '../lib/clock.ts';
import { nameOf, uidOf } from '../translate/identity.ts';
import { clusterSelector, originOfClusterCopy } from '../translate/cluster-copies.ts';
import { originOfCopy, tenantSelector, type Place } from '../translate/marks.ts';
import { originOfTokenSecret } from '../translate/pods/tokens.ts';
import type { SyncedKind } from './synced-kind.ts';

/** What is looked for. */
export type RemovedKind = Pick<SyncedKind, 'gvr' | 'kind' | 'scope'>;

export interface RemovalOptions {
  readonly place: Place;
  readonly host: Client<'host'>;
  readonly kinds: readonly RemovedKind[];
  readonly clock: Clock;
  /** How long pods may take to end; past that they are removed by force. */
  readonly gracePeriodMs: number;
  /** Told how many are left, after each look. */
  readonly onProgress?: (left: number) => void;
}

const lookAgainMs = 250;
/** What the host doesn't remove even by force, within this time, is an error. */
const forcedMs = 30_000;

/**
 * Deletes all copies of the tenant and resolves when the host has none any more. The tenant's syncer must have stopped: it would make them again.
 * @throws Error that says how many are left, when the host doesn't let go of them
 */
export async function removeAllCopies(options: RemovalOptions): Promise<void> {
  const { clock, gracePeriodMs, onProgress } = options;
  const start = clock.monotonic();
  for (;;) {
    const spent = clock.monotonic() - start;
    const left = await removeOnce(options, spent > gracePeriodMs);
    onProgress?.(left);
    if (left === 0) return;
    if (spent > gracePeriodMs + forcedMs)
      throw new Error(`${left} objects of tenant ${options.place.tenant} are still on the host`);
    await sleep(clock, lookAgainMs);
  }
}

async function removeOnce({ place, host, kinds }: RemovalOptions, force: boolean): Promise<number> {
  let left = 0;
  // Pods first: what they use goes after them.
  for (const { gvr, scope } of kinds.toSorted((a, b) => Number(b.kind === 'Pod') - Number(a.kind === 'Pod'))) {
    const resource = host.resource(gvr, scope === 'Cluster' ? undefined : place.hostNamespace);
    const items = await unlessUnserved(
      resource.list({ labelSelector: scope === 'Cluster' ? clusterSelector(place) : tenantSelector(place.tenant) }),
    );
    const ours = items.filter((object) => isOurs(place, object));
    left += ours.length;
    for (const object of ours) {
      if (object.metadata.deletionTimestamp !== undefined && !force) continue;
      const options = { preconditions: { uid: uidOf(object) }, ...(force ? { gracePeriodSeconds: 0 } : {}) };
      await unlessGone(resource.delete(nameOf(object), options));
    }
  }
  return left;
}

/** Provably of this tenant: a copy, or what was made for one. */
export function isOurs(place: Place, object: On<'host', KubeObject>): boolean {
  return [originOfCopy, originOfClusterCopy, originOfTokenSecret].some((origin) => origin(place, object) !== undefined);
}

/** What the host doesn't serve, or who asks may not look at, was never copied to. */
async function unlessUnserved(attempt: Promise<KubeList<On<'host', KubeObject>>>): Promise<On<'host', KubeObject>[]> {
  try {
    return (await attempt).items;
  } catch (error) {
    if (!(error instanceof StatusError) || (error.status.code !== 404 && error.status.code !== 403)) throw error;
    return [];
  }
}

async function unlessGone(attempt: Promise<void>): Promise<void> {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof StatusError) || (error.status.code !== 404 && error.status.code !== 409)) throw error;
  }
}
