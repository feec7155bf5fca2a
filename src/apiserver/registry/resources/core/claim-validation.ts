/** Mirrors ValidatePersistentVolumeClaim and its update, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { equalJson } from '../../../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { compareQuantities, parseQuantity } from '../../../../api/quantity.ts';
import { immutable } from '../checks.ts';
import { ensureObject, objectAt } from '../../../../api/json-fields.ts';
import { jsonOf, takeField } from '../fields.ts';
import { jsonDifference } from '../json-difference.ts';
import { viewAs } from '../view.ts';
import { validateClaimSpec } from './validation/claim-spec.ts';
import type { ClaimSpec } from './validation/pod-spec-view.ts';

interface Claim {
  readonly metadata: ObjectMeta;
  readonly spec?: ClaimSpec;
  readonly status?: { readonly phase?: string; readonly capacity?: Readonly<Record<string, string>> };
}

const specPath = field.path('spec');
const immutableText =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

export function validateClaim(claim: Readonly<KubeObject>): FieldError[] {
  return validateClaimSpec(viewAs<Claim>(claim).spec ?? {}, specPath);
}

export function validateClaimUpdate(claim: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const errors = validateClaim(claim);
  const was = objectAt(jsonOf(old), 'spec') ?? {};
  const now = structuredClone(objectAt(jsonOf(claim), 'spec') ?? {});
  const { spec: before = {} } = viewAs<Claim>(old);
  if (!before.volumeName) takeField(now, was, 'volumeName');
  // A class may come late, once.
  if (before.storageClassName === undefined) takeField(now, was, 'storageClassName');
  if (viewAs<Claim>(claim).status?.phase === 'Bound') {
    const requests = ensureObject(ensureObject(now, 'resources'), 'requests');
    takeField(requests, objectAt(objectAt(was, 'resources'), 'requests'), 'storage');
    takeField(now, was, 'volumeAttributesClassName');
  }
  if (!equalJson(now, was)) errors.push(field.forbidden(specPath, `${immutableText}\n${jsonDifference(was, now)}`));
  return [...errors, ...validateSize(claim, old), ...immutable(now['volumeMode'], was['volumeMode'], 'volumeMode')];
}

/** An expansion that failed can be taken back, but not below what is there. */
function validateSize(claim: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const size = (object: Readonly<KubeObject>) =>
    parseQuantity(viewAs<Claim>(object).spec?.resources?.requests?.['storage'] ?? '0');
  if (compareQuantities(size(claim), size(old)) >= 0) return [];
  const there = parseQuantity(viewAs<Claim>(old).status?.capacity?.['storage'] ?? '0');
  if (compareQuantities(size(claim), there) > 0) return [];
  const path = specPath.child('resources', 'requests', 'storage');
  return [field.forbidden(path, 'field can not be less than status.capacity')];
}
