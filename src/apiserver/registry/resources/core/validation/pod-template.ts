/** Templates of pods in workloads. Mirrors ValidatePodTemplateSpec and its callers, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { matchesLabels, SelectorError, type LabelRequirements } from '../../../../../api/label-requirement.ts';
import {
  isEmptyLabelSelector,
  labelRequirements,
  validateLabelSelector,
  validateLabels,
  type LabelSelector,
} from '../../../../../api/label-selector.ts';
import { validateAnnotations } from '../../../object-metadata.ts';
import type { TemplateView } from './pod-spec-view.ts';
import { validatePodSpec } from './pod-spec.ts';

export function validateTemplate(template: TemplateView, path: Path): FieldError[] {
  const spec = template.spec ?? {};
  const text = 'ephemeral containers not allowed in pod template';
  return [
    ...validateLabels(template.metadata?.labels, path.child('labels')),
    ...validateAnnotations(template.metadata?.annotations ?? {}, path.child('annotations')),
    ...validatePodSpec(spec, { podName: '', isPod: false }, path.child('spec')),
    ...((spec.ephemeralContainers?.length ?? 0) > 0
      ? [field.forbidden(path.child('spec', 'ephemeralContainers'), text)]
      : []),
  ];
}

/** The selector is there, is valid and selects something. `kind`: as upstream's message calls it. */
export function validateWorkloadSelector(selector: LabelSelector | undefined, kind: string, path: Path): FieldError[] {
  if (!selector) return [field.required(path, '')];
  const errors = validateLabelSelector(selector, path);
  if (isEmptyLabelSelector(selector)) {
    errors.push(field.invalid(path, selectorJson(selector), `empty selector is invalid for ${kind}`));
  }
  return errors;
}

/** The template's labels are selected. `requirements` without any: not asked. */
export function validateSelected(
  requirements: LabelRequirements | undefined,
  template: TemplateView,
  path: Path,
): FieldError[] {
  const labels = template.metadata?.labels;
  if (requirements?.length === 0 || matchesLabels(requirements, labels)) return [];
  const text = '`selector` does not match template `labels`';
  return [field.invalid(path.child('metadata', 'labels'), labels ? { ...labels } : null, text)];
}

/** Workloads whose pods live on: always restarted, without a deadline. `kind`: as upstream's message calls it. */
export function validateRestarted(template: TemplateView, kind: string, path: Path): FieldError[] {
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  const deadlinePath = path.child('spec', 'activeDeadlineSeconds');
  return [
    ...(restartPolicy === 'Always'
      ? []
      : [field.notSupported(path.child('spec', 'restartPolicy'), restartPolicy, ['Always'])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [field.forbidden(deadlinePath, `activeDeadlineSeconds in ${kind} is not Supported`)]),
  ];
}

/** `invalid`: it can't be read. Absent selectors match nothing, and have no requirement. */
export function requirementsOf(selector: LabelSelector | undefined): LabelRequirements | 'invalid' | undefined {
  try {
    return labelRequirements(selector);
  } catch (error) {
    if (error instanceof SelectorError) return 'invalid';
    throw error;
  }
}

/** As messages show it. */
export function selectorJson(selector: LabelSelector | undefined) {
  // A selector is JSON.
  return structuredClone(selector ?? null) as never;
}
