/** Mirrors ValidatePodDisruptionBudgetSpec, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateLabelSelector, type LabelSelector } from '../../../../api/label-selector.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { atMostAll, intOrPercent, type IntOrPercent } from '../apps/percentages.ts';
import { oneOf } from '../checks.ts';
import { selectorJson } from '../core/validation/pod-template.ts';
import { viewAs } from '../view.ts';

interface PodDisruptionBudget {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly minAvailable?: IntOrPercent;
    readonly maxUnavailable?: IntOrPercent;
    readonly selector?: LabelSelector;
    readonly unhealthyPodEvictionPolicy?: string;
  };
}

const specPath = field.path('spec');

export function validateBudget(budget: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<PodDisruptionBudget>(budget);
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  const amount = (value: IntOrPercent | undefined, path: Path) => [
    ...intOrPercent(value, path),
    ...atMostAll(value, path),
  ];
  // As upstream's internal struct is shown.
  const shown = {
    MinAvailable: minAvailable ?? null,
    Selector: selectorJson(selector),
    MaxUnavailable: maxUnavailable ?? null,
    UnhealthyPodEvictionPolicy: policy ?? null,
  };
  return [
    ...(minAvailable !== undefined && maxUnavailable !== undefined
      ? [field.invalid(specPath, shown, 'minAvailable and maxUnavailable cannot be both set')]
      : []),
    ...amount(minAvailable, specPath.child('minAvailable')),
    ...amount(maxUnavailable, specPath.child('maxUnavailable')),
    ...validateLabelSelector(selector, specPath.child('selector')),
    ...oneOf(policy, specPath.child('unhealthyPodEvictionPolicy'), ['AlwaysAllow', 'IfHealthyBudget']),
  ];
}
