/** Mirrors validateTopologySpreadConstraints, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { validateLabelSelector } from '../../../../../api/label-selector.ts';
import { oneOf, positive } from '../../checks.ts';
import { validateLabelKeys } from './label-keys.ts';
import type { SpreadConstraint } from './pod-spec-view.ts';

const policies = ['Honor', 'Ignore'];

export function validateSpreading(constraints: readonly SpreadConstraint[], path: Path): FieldError[] {
  return constraints.flatMap((constraint, index) => {
    const place = path.index(index);
    const { topologyKey = '', whenUnsatisfiable = '' } = constraint;
    const again = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    const pair = place.child('{topologyKey, whenUnsatisfiable}');
    return [
      ...positive(constraint.maxSkew ?? 0, place.child('maxSkew')),
      ...(topologyKey === '' ? [field.required(place.child('topologyKey'), 'can not be empty')] : []),
      ...oneOf(whenUnsatisfiable, place.child('whenUnsatisfiable'), ['DoNotSchedule', 'ScheduleAnyway']),
      ...(again ? [field.duplicate(pair, `{${topologyKey}, ${whenUnsatisfiable}}`)] : []),
      ...validateMinDomains(constraint, place.child('minDomains')),
      ...oneOf(constraint.nodeAffinityPolicy, place.child('nodeAffinityPolicy'), policies),
      ...oneOf(constraint.nodeTaintsPolicy, place.child('nodeTaintsPolicy'), policies),
      ...validateLabelKeys(constraint, place),
      ...validateLabelSelector(constraint.labelSelector, place.child('labelSelector')),
    ];
  });
}

function validateMinDomains({ minDomains, whenUnsatisfiable = '' }: SpreadConstraint, path: Path): FieldError[] {
  if (minDomains === undefined) return [];
  const errors = positive(minDomains, path);
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
    errors.push(field.invalid(path, minDomains, text));
  }
  return errors;
}
