/** Values that are a count or a percentage: maxSurge, maxUnavailable, minAvailable. Mirrors apimachinery util/intstr. */
import { goQuote } from './go-text.ts';

export type IntOrString = number | string;

export type ScaledValue =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly error: string };

/** A number as it is, a percentage of `total`; any other text is an error. Mirrors GetScaledValueFromIntOrPercent. */
export function scaledIntOrPercent(value: IntOrString, total: number, rounding: 'up' | 'down'): ScaledValue {
  if (typeof value === 'number') return { ok: true, value };
  if (!value.endsWith('%')) return invalid('invalid type: string is not a percentage');
  const digits = value.slice(0, -1);
  if (!/^[+-]?\d+$/.test(digits)) {
    return invalid(`invalid value ${goQuote(value)}: strconv.Atoi: parsing ${goQuote(digits)}: invalid syntax`);
  }
  const scaled = (Number(digits) * total) / 100;
  // + 0: never minus zero.
  return { ok: true, value: (rounding === 'up' ? Math.ceil(scaled) : Math.floor(scaled)) + 0 };
}

function invalid(problem: string): ScaledValue {
  return { ok: false, error: `invalid value for IntOrString: ${problem}` };
}
