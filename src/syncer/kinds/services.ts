import { equalJson, type JsonValue } from '../../api/json.ts';
import { objectKey } from '../../api/object.ts';
import { copyService, serviceAsGiven, serviceSpec, updatedServiceCopy } from '../../translate/services.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: '', version: 'v1', resource: 'services' };

const rules: CopyRules = {
  gvr,
  wanted: (service, view) => !view.isOnHostAlready?.(objectKey(service)),
  copy: (service, view) => copyService(view.place, service),
  updated: updatedServiceCopy,
  // A cluster IP can't be given up or taken on by a Service that stays of its type.
  mustBeReplaced: (current, wanted) =>
    isHeadless(current) !== isHeadless(wanted) && !isExternal(current) && !isExternal(wanted),
  back: (service, copy) => {
    const { spec, status } = serviceAsGiven(service, copy);
    if (!equalJson(spec, serviceSpec(service))) return [{ type: 'update-tenant', gvr, object: { ...service, spec } }];
    if (!equalJson(status, statusOf(service)))
      return [{ type: 'update-tenant-status', gvr, object: { ...service, status } }];
    return [];
  },
};

export const services = defineSyncedKind({
  gvr,
  kind: 'Service',
  hostVerbs: {
    '': ['get', 'list', 'watch', 'create', 'update', 'delete'],
    proxy: ['get', 'create', 'update', 'patch', 'delete'],
  },
  plan: (key, observed, view) => planCopy(rules, key, observed, view),
});

function isHeadless(service: Parameters<typeof serviceSpec>[0]): boolean {
  return serviceSpec(service).clusterIP === 'None';
}

function isExternal(service: Parameters<typeof serviceSpec>[0]): boolean {
  return serviceSpec(service).type === 'ExternalName';
}

function statusOf(service: Parameters<typeof serviceSpec>[0]): JsonValue {
  // Plain JSON; only `metadata` is an ObjectMeta.
  return (service['status'] ?? {}) as JsonValue;
}
