/**
 * The end of the copies of kinds that have been switched off. The tenant's own account may no longer touch them then: it is for whoever gives it its
 * rights.
 */
import type { Client } from '../client/client.ts';
import { isNotFound, unlessNotFound } from '../controller/status-cause.ts';
import { StatusError } from '../api/status.ts';
import { nameOf, uidOf } from '../translate/identity.ts';
import { clusterSelector, originOfClusterCopy } from '../translate/cluster-copies.ts';
import { originOfCopy, tenantSelector, type Place } from '../translate/marks.ts';
import { originOfTokenSecret } from '../translate/pods/tokens.ts';
import type { SyncedKind } from './synced-kind.ts';

const secrets = { group: '', version: 'v1', resource: 'secrets' };
const pageSize = 500;

/**
 * Deletes what is provably a copy of the tenant's, of the kinds of `all` that aren't in `on`, and pods' tokens where pods aren't. Services stay: their copies hold
 * the addresses that the tenant's Services have. Doesn't wait until they are gone.
 * @returns how many
 * @throws StatusError, ConnectionError of the host
 */
export async function removeSwitchedOff(
  place: Place,
  host: Client<'host'>,
  all: readonly SyncedKind[],
  on: readonly SyncedKind[],
): Promise<number> {
  const off = all.filter(({ gvr, kind }) => kind !== 'Service' && !on.some((one) => one.gvr.resource === gvr.resource));
  let removed = 0;
  for (const { gvr, scope } of off.toSorted((a, b) => Number(b.kind === 'Pod') - Number(a.kind === 'Pod'))) {
    const origin = scope === 'Cluster' ? originOfClusterCopy : originOfCopy;
    removed += await remove(place, host, { gvr, scope }, (object) => origin(place, object) !== undefined);
  }
  if (off.some(({ kind }) => kind === 'Pod'))
    removed += await remove(
      place,
      host,
      { gvr: secrets },
      (object) => originOfTokenSecret(place, object) !== undefined,
    );
  return removed;
}

async function remove(
  place: Place,
  host: Client<'host'>,
  { gvr, scope }: Pick<SyncedKind, 'gvr'> & { readonly scope?: SyncedKind['scope'] | undefined },
  isToGo: (object: Parameters<typeof originOfCopy>[1]) => boolean,
): Promise<number> {
  const resource = host.resource(gvr, scope === 'Cluster' ? undefined : place.hostNamespace);
  const labelSelector = scope === 'Cluster' ? clusterSelector(place) : tenantSelector(place.tenant);
  let removed = 0;
  let next: string | undefined;
  try {
    do {
      const page = await resource.list({
        labelSelector,
        metadataOnly: true,
        limit: pageSize,
        ...(next === undefined ? {} : { continue: next }),
      });
      for (const object of page.items) {
        if (!isToGo(object) || object.metadata.deletionTimestamp !== undefined) continue;
        await unlessNotFound(resource.delete(nameOf(object), { preconditions: { uid: uidOf(object) } }));
        removed++;
      }
      next = page.metadata.continue;
    } while (next !== undefined && next !== '');
  } catch (error) {
    // What the host doesn't serve, or doesn't show to who asks, has never been copied there.
    if (!isNotFound(error) && !(error instanceof StatusError && error.status.code === 403)) throw error;
  }
  return removed;
}
