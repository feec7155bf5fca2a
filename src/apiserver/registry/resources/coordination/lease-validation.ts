/** Mirrors ValidateLeaseSpec, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { nonNegative } from '../checks.ts';
import { viewAs } from '../view.ts';

interface Lease {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly leaseDurationSeconds?: number;
    readonly leaseTransitions?: number;
    readonly strategy?: string;
    readonly preferredHolder?: string;
  };
}

const specPath = field.path('spec');

export function validateLease(lease: Readonly<KubeObject>): FieldError[] {
  const {
    leaseDurationSeconds: seconds,
    leaseTransitions,
    strategy,
    preferredHolder,
  } = viewAs<Lease>(lease).spec ?? {};
  const text = 'may only be specified if `strategy` is defined';
  return [
    ...(seconds !== undefined && seconds <= 0
      ? [field.invalid(specPath.child('leaseDurationSeconds'), seconds, 'must be greater than 0')]
      : []),
    ...nonNegative(leaseTransitions, specPath.child('leaseTransitions')),
    ...(preferredHolder && !strategy ? [field.forbidden(specPath.child('preferredHolder'), text)] : []),
  ];
}
