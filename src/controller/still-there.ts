/** Before a controller adopts: what is being deleted at the server must not, whatever the cache says. Mirrors pkg/controller RecheckDeletionTimestamp. */
import type { KubeObject } from '../api/object.ts';
import type { Side } from '../api/side.ts';
import type { ResourceClient } from '../client/client.ts';

/** @throws Error when `owner` is gone, or another of its name, or about to go. Rejects as the client does. */
export async function assertStillThere<S extends Side>(
  client: ResourceClient<S>,
  { kind, metadata: { namespace, name = '', uid } }: Pick<KubeObject, 'kind' | 'metadata'>,
): Promise<void> {
  const { metadata: fresh } = await client.get(name);
  if (fresh.uid !== uid)
    throw new Error(`original ${kind} ${namespace}/${name} is gone: got uid ${fresh.uid}, wanted ${uid}`);
  if (fresh.deletionTimestamp === undefined) return;
  throw new Error(`${namespace}/${name} has just been deleted at ${fresh.deletionTimestamp}`);
}
