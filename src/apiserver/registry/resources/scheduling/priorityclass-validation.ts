/** Mirrors ValidatePriorityClass and its update, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, requiredOneOf } from '../checks.ts';
import { viewAs } from '../view.ts';

interface PriorityClass {
  readonly metadata: ObjectMeta;
  readonly value?: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy?: string;
}

const userValueMax = 1_000_000_000;
const systemPrefix = 'system-';
const systemClasses: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

export function validatePriorityClass(object: Readonly<KubeObject>): FieldError[] {
  const { metadata, value = 0, preemptionPolicy: policy } = viewAs<PriorityClass>(object);
  const errors: FieldError[] = [];
  if (metadata.name?.startsWith(systemPrefix)) {
    const error = systemClassError(viewAs<PriorityClass>(object));
    const text = `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: `;
    if (error !== undefined) errors.push(field.forbidden('metadata.name', text + error));
  } else if (value > userValueMax) {
    const text = `maximum allowed value of a user defined priority is ${userValueMax}`;
    errors.push(field.forbidden('value', text));
  }
  if (policy !== undefined) {
    errors.push(...requiredOneOf(policy, 'preemptionPolicy', ['PreemptLowerPriority', 'Never']));
  }
  return errors;
}

export function validatePriorityClassUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const now = viewAs<PriorityClass>(object);
  const was = viewAs<PriorityClass>(old);
  return [
    ...(now.value === was.value ? [] : [field.forbidden('value', 'may not be changed in an update.')]),
    ...immutable(now.preemptionPolicy, was.preemptionPolicy, 'preemptionPolicy'),
  ];
}

/** Mirrors IsKnownSystemPriorityClass. */
function systemClassError({ metadata, value = 0, globalDefault = false }: PriorityClass): string | undefined {
  const { name = '' } = metadata;
  const known = systemClasses[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
