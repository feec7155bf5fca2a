/**
 * Who only updates is remembered by name for a while; of too many, the oldest become one. Mirrors apimachinery
 * util/managedfields/internal capmanagers.go.
 */
import { compareText } from '../../../patch/apply/path-element.ts';
import { managerIdentifier, secondsOf, type Managed } from './entry.ts';

const updateManagersMax = 10;
const oldManager = 'ancient-changes';

export function capUpdateManagers(managed: Managed): Managed {
  const updaters = [...managed.owners].filter(([, { applied }]) => !applied).map(([identifier]) => identifier);
  if (updaters.length <= updateManagersMax) return managed;
  const secondsAt = (identifier: string): number => secondsOf(managed.times.get(identifier) ?? '');
  updaters.sort((left, right) => secondsAt(left) - secondsAt(right) || compareText(left, right));
  const owners = new Map(managed.owners);
  const times = new Map(managed.times);
  const firstOfVersion = new Map<string, string>();
  let left = updaters.length;
  for (const identifier of updaters) {
    if (left <= updateManagersMax) break;
    const owned = owners.get(identifier);
    if (!owned) continue;
    const { apiVersion } = owned;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, identifier);
      continue;
    }
    // Fields of different versions are not mixed.
    const bucket = managerIdentifier({ manager: oldManager, operation: 'Update', apiVersion, subresource: '' });
    const before = owners.get(bucket) ?? owners.get(first);
    if (!owners.has(bucket)) owners.delete(first);
    owners.set(bucket, { ...owned, fields: before ? owned.fields.union(before.fields) : owned.fields });
    if (identifier !== bucket) owners.delete(identifier);
    left--;
    const time = managed.times.get(identifier);
    if (time === undefined) times.delete(bucket);
    else times.set(bucket, time);
  }
  return { owners, times };
}
