import { humanDuration } from '../../../../api/duration.ts';
import { ensureObject, objectAt, objectsAt, textAt } from '../../../../api/json-fields.ts';
import type { JsonObject } from '../../../../api/json.ts';
import { pathSegmentNameRule } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { timestamp } from '../../../../lib/clock.ts';
import { defineResource } from '../../resource-definition.ts';
import type { StrategyContext } from '../../strategy.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn } from '../columns.ts';
import { jsonOf, takeField } from '../fields.ts';
import { validateRequest, validateRequestUpdate, type Door } from './request-validation.ts';
import { viewRequest, type CertificateSigningRequest } from './request-view.ts';

/** Mirrors pkg/registry/certificates/certificates: who asks is who is asked about; what was asked stays; each subresource writes its part. */
export const certificatesigningrequests = defineResource({
  group: 'certificates.k8s.io',
  resource: 'certificatesigningrequests',
  strategy: {
    nameRule: pathSegmentNameRule,
    prepareForCreate(request, { user }) {
      const spec = ensureObject(jsonOf(request), 'spec');
      for (const name of ['username', 'uid', 'groups', 'extra']) delete spec[name];
      spec['username'] = user.name;
      if (user.uid) spec['uid'] = user.uid;
      if (user.groups.length > 0) spec['groups'] = [...user.groups];
      const extra = Object.entries(user.extra ?? {}).map(([key, values]): [string, string[]] => [key, [...values]]);
      if (extra.length > 0) spec['extra'] = Object.fromEntries(extra);
    },
    prepareForUpdate: (request, old) => takeField(jsonOf(request), jsonOf(old), 'spec'),
    validate: validateRequest,
    validateUpdate: (request, old) => validateRequestUpdate(request, old, 'object'),
    prepareForStatusUpdate(request, old, context) {
      if (doorOf(context) === 'status') keepDecision(request, old);
      fillTimes(request, old, context.now);
      if (doorOf(context) !== 'approval') return;
      const conditions = objectsAt(objectAt(jsonOf(request), 'status'), 'conditions');
      takeField(jsonOf(request), jsonOf(old), 'status');
      ensureObject(jsonOf(request), 'status')['conditions'] = conditions;
    },
    validateStatusUpdate: (request, old, context) => validateRequestUpdate(request, old, doorOf(context)),
  },
  table: {
    columns: [nameColumn, ageColumn, ...['SignerName', 'Requestor', 'RequestedDuration', 'Condition'].map(textColumn)],
    row(object, context) {
      const { spec, status } = viewRequest(object);
      const seconds = spec?.expirationSeconds;
      return [
        nameOf(object),
        ageOf(object, context),
        spec?.signerName || '<none>',
        spec?.username ?? '',
        seconds === undefined ? '<none>' : humanDuration(seconds * 1000),
        conditionText(status),
      ];
    },
  },
  selectableFields: (object) => ({ 'spec.signerName': viewRequest(object).spec?.signerName ?? '' }),
});

function doorOf({ subresource }: StrategyContext): Door {
  return subresource === 'approval' ? 'approval' : 'status';
}

/** A decision is not the status' to change: what stands as it did is as it was, and what doesn't is an error. May mutate. */
function keepDecision(request: KubeObject, old: Readonly<KubeObject>): void {
  const conditions = conditionsOf(request);
  const before = conditionsOf(old);
  for (const type of ['Approved', 'Denied']) {
    const kept = before.filter((condition) => textAt(condition, 'type') === type);
    const there = conditions.flatMap((condition, index) => (textAt(condition, 'type') === type ? [index] : []));
    if (kept.length !== there.length) continue;
    for (const [position, index] of there.entries()) {
      const condition = kept[position];
      if (condition) conditions[index] = structuredClone(condition);
    }
  }
  if (conditions.length > 0) ensureObject(jsonOf(request), 'status')['conditions'] = conditions;
}

/** May mutate. */
function fillTimes(request: KubeObject, old: Readonly<KubeObject>, now: number): void {
  const before = conditionsOf(old);
  for (const condition of conditionsOf(request)) {
    if (textAt(condition, 'lastUpdateTime') === '') condition['lastUpdateTime'] = timestamp(now);
    if (textAt(condition, 'lastTransitionTime') !== '') continue;
    const same = before.find(
      (one) =>
        one['type'] === condition['type'] &&
        one['status'] === condition['status'] &&
        textAt(one, 'lastTransitionTime') !== '',
    );
    condition['lastTransitionTime'] = same ? textAt(same, 'lastTransitionTime') : timestamp(now);
  }
}

function conditionsOf(request: Readonly<KubeObject>): JsonObject[] {
  return objectsAt(objectAt(jsonOf(request), 'status'), 'conditions');
}

function conditionText(status: CertificateSigningRequest['status']): string {
  const types = new Set(status?.conditions?.map(({ type }) => type));
  const decision = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${types.has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}
