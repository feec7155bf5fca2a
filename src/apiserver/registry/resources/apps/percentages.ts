/** Numbers of pods, or percentages of them. Mirrors apps validation ValidatePositiveIntOrPercent and IsNotMoreThan100Percent. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { percentRule } from '../../../../api/names.ts';
import { messages, nonNegative } from '../checks.ts';

export type IntOrPercent = number | string;

export function intOrPercent(value: IntOrPercent | undefined, path: Path): FieldError[] {
  if (typeof value === 'string') return messages(path, value, percentRule(value));
  return nonNegative(value, path);
}

export function atMostAll(value: IntOrPercent | undefined, path: Path): FieldError[] {
  const percent = percentOf(value);
  return percent !== undefined && percent > 100
    ? [field.invalid(path, value ?? 0, 'must not be greater than 100%')]
    : [];
}

/** The number, whichever unit it has. */
export function magnitude(value: IntOrPercent | undefined): number {
  return percentOf(value) ?? (typeof value === 'number' ? value : 0);
}

function percentOf(value: IntOrPercent | undefined): number | undefined {
  return typeof value === 'string' && percentRule(value).length === 0 ? Number(value.slice(0, -1)) : undefined;
}
