import { equalJson, type JsonValue } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { violationsText } from '../../translate/policy/judge.ts';
import { policyViolation } from '../../translate/policy/refused-status.ts';
import { serviceViolations } from '../../translate/policy/services.ts';
import { scrubber, scrubMessages } from '../../translate/host-texts.ts';
import { originOf } from '../../translate/marks.ts';
import { copyService, serviceAsGiven, serviceSpec, updatedServiceCopy } from '../../translate/services.ts';
import { nothingToDo } from '../action.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind, type View } from '../synced-kind.ts';

const gvr = { group: '', version: 'v1', resource: 'services' };

const rules: CopyRules = {
  gvr,
  wanted: (service, view) => !view.isOnHostAlready?.(objectKey(service)),
  copy: (service, view) => copyService(view.place, service),
  updated: updatedServiceCopy,
  // A cluster IP can't be given up or taken on by a Service that stays of its type.
  mustBeReplaced: (current, wanted) =>
    isHeadless(current) !== isHeadless(wanted) && !isExternal(current) && !isExternal(wanted),
  back: (service, copy, view) => {
    const { spec, status } = serviceAsGiven(service, copy);
    scrubMessages(status, scrubber(view.place, originOf(service)));
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
    // OPTIONS is asked for by no verb.
    proxy: ['get', 'create', 'update', 'patch', 'delete', ''],
  },
  plan: (key, observed, view) => {
    const refusal = refusalOf(observed.tenant, view);
    if (refusal === undefined) return planCopy(rules, key, observed, view);
    // What is there was allowed once; it gets nothing new.
    const plan = observed.host ? planCopy(heldRules, key, observed, view) : nothingToDo;
    return {
      ...plan,
      notices: [{ reason: policyViolation, message: `Not on the host, by the operator's policy: ${refusal}` }],
    };
  },
});

const heldRules: CopyRules = { ...rules, updated: (current) => current, mustBeReplaced: () => false, back: () => [] };

function refusalOf(service: On<'tenant', KubeObject> | undefined, { isolation }: View): string | undefined {
  if (!isolation?.services || !service || service.metadata.deletionTimestamp !== undefined) return undefined;
  const violations = serviceViolations(isolation.services, serviceSpec(service));
  return violations.length === 0 ? undefined : violationsText(violations);
}

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
