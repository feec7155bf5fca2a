/** Mirrors ValidateDeploymentSpec, ValidateReplicaSetSpec and their updates, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { immutable, nonNegative } from '../checks.ts';
import {
  requirementsOf,
  selectorJson,
  validateRestarted,
  validateSelected,
  validateTemplate,
  validateWorkloadSelector,
} from '../core/validation/pod-template.ts';
import { viewAs } from '../view.ts';
import { atMostAll, intOrPercent, magnitude } from './percentages.ts';
import type { RollingUpdate, UpdateStrategy, Workload, WorkloadSpec } from './workload-view.ts';

const specPath = field.path('spec');

export function validateDeployment(deployment: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Workload>(deployment);
  const { minReadySeconds = 0, progressDeadlineSeconds: deadline } = spec;
  const deadlinePath = specPath.child('progressDeadlineSeconds');
  return [
    ...nonNegative(spec.replicas, specPath.child('replicas')),
    ...validateSelection(spec),
    ...validateStrategy(spec.strategy ?? {}, specPath.child('strategy')),
    ...nonNegative(spec.minReadySeconds, specPath.child('minReadySeconds')),
    ...nonNegative(spec.revisionHistoryLimit, specPath.child('revisionHistoryLimit')),
    ...nonNegative(deadline, deadlinePath),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [field.invalid(deadlinePath, deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

export function validateReplicaSet(set: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Workload>(set);
  return [
    ...nonNegative(spec.replicas, specPath.child('replicas')),
    ...nonNegative(spec.minReadySeconds, specPath.child('minReadySeconds')),
    ...validateSelection(spec),
  ];
}

/** Of Deployments and ReplicaSets. */
export function validateSameSelector(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const now = selectorJson(viewAs<Workload>(object).spec?.selector);
  const was = selectorJson(viewAs<Workload>(old).spec?.selector);
  return immutable(now, was, specPath.child('selector'));
}

function validateSelection({ selector, template = {} }: WorkloadSpec): FieldError[] {
  const place = specPath.child('selector');
  const templatePath = specPath.child('template');
  // Upstream says `deployment` of ReplicaSets too.
  const errors = validateWorkloadSelector(selector, 'deployment', place);
  const requirements = requirementsOf(selector);
  if (requirements === 'invalid') {
    return [...errors, field.invalid(place, selectorJson(selector), 'invalid label selector')];
  }
  return [
    ...errors,
    ...validateSelected(requirements, template, templatePath),
    ...validateTemplate(template, templatePath),
    ...validateRestarted(template, 'ReplicaSet', templatePath),
  ];
}

function validateStrategy({ type = '', rollingUpdate }: UpdateStrategy, path: Path): FieldError[] {
  const place = path.child('rollingUpdate');
  if (type === 'Recreate') {
    if (!rollingUpdate) return [];
    return [field.forbidden(place, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type === 'RollingUpdate') {
    if (!rollingUpdate) return [field.required(place, 'this should be defaulted and never be nil')];
    return validateRollingUpdate(rollingUpdate, place);
  }
  // Upstream shows its internal struct.
  const shown = {
    Type: type,
    RollingUpdate: rollingUpdate
      ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
      : null,
  };
  return [field.notSupported(path, shown, ['Recreate', 'RollingUpdate'])];
}

function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdate, path: Path): FieldError[] {
  const place = path.child('maxUnavailable');
  const still = magnitude(maxUnavailable) === 0 && magnitude(maxSurge) === 0;
  return [
    ...intOrPercent(maxUnavailable, place),
    ...intOrPercent(maxSurge, path.child('maxSurge')),
    ...(still ? [field.invalid(place, maxUnavailable, 'may not be 0 when `maxSurge` is 0')] : []),
    ...atMostAll(maxUnavailable, place),
  ];
}
