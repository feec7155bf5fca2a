/** The Role that a tenant's account has on its host: derived from the synced kinds, nothing more. */
import type { JsonObject } from '../api/json.ts';
import type { SyncedKind } from './synced-kind.ts';

export interface HostRule extends JsonObject {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** Reading the host's Events is what all tenants need, to tell their users what happened to their pods. */
const eventRule: HostRule = { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] };

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
