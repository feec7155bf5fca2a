/**
 * Nothing is made beyond a namespace's quotas; what is made is written down in them first. A write that fails afterwards leaves too much
 * written down, until the quota's controller counts again. Mirrors apiserver admission/plugin/resourcequota.
 */
import type { KubeObject } from '../../api/object.ts';
import {
  addAmounts,
  amountsText,
  exceededNames,
  maskAmounts,
  negativeNames,
  sameAmounts,
  subtractAmounts,
  withoutZeros,
  type Amounts,
} from '../../api/quota/amounts.ts';
import type { Evaluator } from '../../api/quota/evaluator.ts';
import { evaluatorOf, quotaMatches } from '../../api/quota/evaluators.ts';
import { asQuota, type Quota } from '../../api/quota/quota.ts';
import { admissionForbidden } from './forbidden.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import type { QuotaLedger } from './quota-ledger.ts';

/** Of the many objects that are written, these cost nothing. */
const ignored = new Set(['/events', 'events.k8s.io/events', '/bindings', '/namespaces']);

export function resourceQuotaAdmission(ledger: QuotaLedger): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    handles: ({ operation, namespace, resource: { gr, namespaced } }) =>
      (operation === 'CREATE' || operation === 'UPDATE') &&
      namespaced &&
      namespace !== '' &&
      !ignored.has(`${gr.group}/${gr.resource}`),
    async validate(attributes) {
      const { operation, subresource, object, old, resource, namespace } = attributes;
      const evaluator = evaluatorOf(resource.gr);
      const change = operation === 'UPDATE' ? 'UPDATE' : 'CREATE';
      if (!object || !evaluator.handles(change, subresource, object, old)) return;
      const quotas = await ledger.quotas(namespace);
      const charges = quotas.flatMap((stored) => {
        const delta = deltaFor(attributes, evaluator, asQuota(stored), object);
        return delta ? [{ stored, delta }] : [];
      });
      // All are looked at before any is charged.
      for (const { stored, delta } of charges) usedAfter(attributes, asQuota(stored), delta);
      if (attributes.dryRun) return;
      for (const { stored, delta } of charges) {
        await ledger.charge(stored, (current) => charged(current, usedAfter(attributes, asQuota(current), delta)));
      }
    },
  };
}

/** What the write adds to what the quota counts; `undefined`: the quota has nothing to do with it. Throws Forbidden. */
function deltaFor(
  attributes: AdmissionAttributes,
  evaluator: Evaluator,
  quota: Quota,
  object: Readonly<KubeObject>,
): Amounts | undefined {
  if (!quotaMatches(quota, evaluator, object)) return undefined;
  const { old, operation, now } = attributes;
  const names = evaluator.matching(Object.keys(quota.countedHard));
  const missing = evaluator.missing?.(names, object);
  if (missing !== undefined) throw admissionForbidden(attributes, `failed quota: ${quota.name}: ${missing}`);
  if (!names.every((name) => Object.hasOwn(quota.used, name))) {
    const text = `status unknown for quota: ${quota.name}, resources: ${names.toSorted().join(',')}`;
    throw admissionForbidden(attributes, text);
  }
  const usage = evaluator.usage(object, now);
  const negative = negativeNames(usage);
  if (negative.length > 0) {
    throw admissionForbidden(attributes, `quota usage is negative for resource(s): ${negative.toSorted().join(',')}`);
  }
  const counted = operation === 'UPDATE' && old !== undefined && quotaMatches(quota, evaluator, old);
  const delta = withoutZeros(counted ? subtractAmounts(usage, evaluator.usage(old, now)) : usage);
  const limited = maskAmounts(delta, Object.keys(quota.countedHard));
  return Object.keys(limited).length === 0 ? undefined : limited;
}

/** Throws Forbidden when it is too much. */
function usedAfter(attributes: AdmissionAttributes, quota: Quota, delta: Amounts): Amounts {
  const used = addAmounts(quota.used, delta);
  if (attributes.subresource === 'status') return used;
  const exceeded = exceededNames(maskAmounts(used, Object.keys(delta)), quota.countedHard);
  if (exceeded.length === 0) return used;
  const shown = (amounts: Amounts): string => amountsText(maskAmounts(amounts, exceeded));
  const text = `exceeded quota: ${quota.name}, requested: ${shown(delta)}, used: ${shown(quota.used)}, limited: ${shown(quota.countedHard)}`;
  throw admissionForbidden(attributes, text);
}

function charged(quota: KubeObject, used: Amounts): KubeObject | undefined {
  if (sameAmounts(asQuota(quota).used, used)) return undefined;
  const status = (quota['status'] ?? {}) as Readonly<Record<string, Amounts>>;
  return { ...quota, status: { ...status, used } };
}
