/** Mirrors ValidateMatchLabelKeysAndMismatchLabelKeys, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import type { LabelSelector } from '../../../../../api/label-selector.ts';
import { qualified } from '../../checks.ts';

interface KeyedTerm {
  readonly labelSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

export function validateLabelKeys(term: KeyedTerm, path: Path): FieldError[] {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const keys = (names: readonly string[], place: Path): FieldError[] => {
    if (names.length === 0) return [];
    if (!labelSelector) return [field.forbidden(place, 'must not be specified when labelSelector is not set')];
    return names.flatMap((name, index) => qualified(name, place.index(index)));
  };
  const errors = [
    ...keys(matchLabelKeys, path.child('matchLabelKeys')),
    ...keys(mismatchLabelKeys, path.child('mismatchLabelKeys')),
  ];
  const selected = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const index = matchLabelKeys.indexOf(key);
    if (index >= 0 && selected.has(key)) {
      errors.push(field.invalid(path.index(index), key, 'exists in both matchLabelKeys and labelSelector'));
    }
    selected.add(key);
  }
  for (const [index, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue;
    const text = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(field.invalid(path.child('matchLabelKeys').index(index), key, text));
  }
  return errors;
}
