/** What a tenant's account may do on its host: derived from the synced kinds and from those that it sees of its host, nothing more. */
import type { JsonObject } from '../api/json.ts';
import type { FromHost, MirroredKind } from './mirrored-kind.ts';
import type { SyncedKind } from './synced-kind.ts';

export interface HostRule extends JsonObject {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** Reading the host's Events is what all tenants need, to tell their users what happened to their pods. */
const eventRule: HostRule = { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] };

/** Of its Role in the host namespace. */
export function hostRules(kinds: readonly SyncedKind[]): readonly HostRule[] {
  const rules = kinds.flatMap(({ gvr, hostVerbs }) =>
    Object.entries(hostVerbs).map(([subresource, verbs]) => ({
      apiGroups: [gvr.group],
      resources: [subresource === '' ? gvr.resource : `${gvr.resource}/${subresource}`],
      verbs: [...verbs],
    })),
  );
  return [...rules, eventRule];
}

/** Of its ClusterRole: to read what it is to see, and nothing of what it isn't. None: it needs no ClusterRole. */
export function clusterRules(kinds: readonly MirroredKind[], fromHost: FromHost): readonly HostRule[] {
  return kinds
    .filter(({ gvr }) => Object.hasOwn(fromHost, gvr.resource))
    .map(({ gvr }) => ({ apiGroups: [gvr.group], resources: [gvr.resource], verbs: ['get', 'list', 'watch'] }));
}
