/** The end of what tenants saw of a kind that has been switched off since: looked for once, at the start. */
import type { Client } from '../client/client.ts';
import { unlessNotFound } from '../controller/status-cause.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { nameOf, uidOf } from '../translate/identity.ts';
import { noteOf } from '../translate/mirrors/note.ts';
import type { MirroredKind } from './mirrored-kind.ts';

/** Of `kinds`, nothing is to be seen. What can't be removed now is the next start's. */
export function removeUnseenMirrors(tenant: Client<'tenant'>, kinds: readonly MirroredKind[], logger: Logger): Service {
  return {
    name: 'unseen mirrors',
    async start() {
      for (const kind of kinds) {
        try {
          await removeMirrors(tenant, kind);
        } catch (error) {
          logger.warn(
            { err: error, resource: kind.gvr.resource },
            'what is no longer seen of the host was not removed',
          );
        }
      }
    },
    stop: () => Promise.resolve(),
  };
}

async function removeMirrors(tenant: Client<'tenant'>, { gvr }: MirroredKind): Promise<void> {
  const resource = tenant.resource(gvr);
  // What the tenant doesn't serve it has none of.
  const items = (await unlessNotFound(resource.list({ metadataOnly: true })))?.items ?? [];
  for (const object of items) {
    if (!noteOf(object)) continue;
    const { namespace } = object.metadata;
    await unlessNotFound(
      tenant.resource(gvr, namespace).delete(nameOf(object), { preconditions: { uid: uidOf(object) } }),
    );
  }
}
