/** Mirrors ValidateTolerations and validateTaintEffect, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { labelValueRule } from '../../../../../api/names.ts';
import { oneOf, qualified } from '../../checks.ts';
import type { Toleration } from './pod-spec-view.ts';

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly Toleration[], path: Path): FieldError[] {
  return tolerations.flatMap((toleration, index) => {
    const place = path.index(index);
    const { key = '', operator = '', effect = '', tolerationSeconds } = toleration;
    const errors = key === '' ? [] : qualified(key, place.child('key'));
    if (key === '' && operator !== 'Exists') {
      const text = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(field.invalid(place.child('operator'), operator, text));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      const text = "effect must be 'NoExecute' when `tolerationSeconds` is set";
      errors.push(field.invalid(place.child('effect'), effect, text));
    }
    errors.push(...validateValue(toleration, place));
    if (effect !== '') errors.push(...oneOf(effect, place.child('effect'), taintEffects));
    return errors;
  });
}

function validateValue({ operator = '', value = '' }: Toleration, path: Path): FieldError[] {
  const place = path.child('operator');
  switch (operator) {
    case '':
    case 'Equal': {
      const texts = labelValueRule(value);
      return texts.length === 0 ? [] : [field.invalid(place, value, texts.join(';'))];
    }
    case 'Exists':
      return value === '' ? [] : [field.invalid(place, value, "value must be empty when `operator` is 'Exists'")];
    case 'Lt':
    case 'Gt':
      return [field.notSupported(place, operator, ['Equal', 'Exists', 'Lt', 'Gt'])];
    default:
      return [field.notSupported(place, operator, ['Equal', 'Exists'])];
  }
}
