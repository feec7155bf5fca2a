/** Mirrors ValidateDaemonSetSpec and its update, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { isEmptyLabelSelector, validateLabelSelector } from '../../../../api/label-selector.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { immutable, nonNegative } from '../checks.ts';
import { requirementsOf, selectorJson, validateRestarted, validateTemplate } from '../core/validation/pod-template.ts';
import { matchesLabels } from '../../../../api/label-requirement.ts';
import { viewAs } from '../view.ts';
import { atMostAll, intOrPercent, magnitude } from './percentages.ts';
import type { RollingUpdate, UpdateStrategy, Workload, WorkloadSpec } from './workload-view.ts';

const specPath = field.path('spec');

export function validateDaemonSet(set: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Workload>(set);
  const template = spec.template ?? {};
  const templatePath = specPath.child('template');
  return [
    ...validateSelection(spec),
    ...validateTemplate(template, templatePath),
    ...validateRestarted(template, 'DaemonSet', templatePath),
    ...nonNegative(spec.minReadySeconds, specPath.child('minReadySeconds')),
    ...validateStrategy(spec.updateStrategy ?? {}, specPath.child('updateStrategy')),
    ...nonNegative(spec.revisionHistoryLimit, specPath.child('revisionHistoryLimit')),
  ];
}

export function validateDaemonSetUpdate(set: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const now = selectorJson(viewAs<Workload>(set).spec?.selector);
  const was = selectorJson(viewAs<Workload>(old).spec?.selector);
  return [...immutable(now, was, specPath.child('selector')), ...validateDaemonSet(set)];
}

function validateSelection({ selector, template }: WorkloadSpec): FieldError[] {
  const place = specPath.child('selector');
  const labels = template?.metadata?.labels;
  const requirements = requirementsOf(selector);
  const errors = validateLabelSelector(selector, place);
  if (requirements !== 'invalid' && !matchesLabels(requirements, labels)) {
    const labelsPath = specPath.child('template', 'metadata', 'labels');
    const text = '`selector` does not match template `labels`';
    errors.push(field.invalid(labelsPath, labels ? { ...labels } : null, text));
  }
  if (selector && isEmptyLabelSelector(selector)) {
    errors.push(field.invalid(place, selectorJson(selector), 'empty selector is invalid for daemonset'));
  }
  return errors;
}

function validateStrategy({ type = '', rollingUpdate }: UpdateStrategy, path: Path): FieldError[] {
  if (type === 'OnDelete') return [];
  if (type === 'RollingUpdate') {
    const place = path.child('rollingUpdate');
    return rollingUpdate ? validateRollingUpdate(rollingUpdate, place) : [field.required(place, '')];
  }
  // Upstream shows its internal struct.
  const shown = {
    Type: type,
    RollingUpdate: rollingUpdate
      ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
      : null,
  };
  return [field.notSupported(path, shown, ['RollingUpdate', 'OnDelete'])];
}

function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdate, path: Path): FieldError[] {
  const unavailablePath = path.child('maxUnavailable');
  const surgePath = path.child('maxSurge');
  const errors = [
    ...intOrPercent(maxUnavailable, unavailablePath),
    ...intOrPercent(maxSurge, surgePath),
    ...atMostAll(maxUnavailable, unavailablePath),
    ...atMostAll(maxSurge, surgePath),
  ];
  const takesDown = magnitude(maxUnavailable) !== 0;
  const surges = magnitude(maxSurge) !== 0;
  if (takesDown && surges) {
    errors.push(field.invalid(surgePath, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (!takesDown && !surges) {
    errors.push(field.required(unavailablePath, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}
