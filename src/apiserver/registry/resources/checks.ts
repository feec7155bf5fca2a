/** Checks of single values that validation of many kinds shares. Mirrors pkg/apis/core/validation's small functions. */
import * as field from '../../../api/field-error.ts';
import type { FieldError, FieldPath } from '../../../api/field-error.ts';
import { equalJson, type JsonValue } from '../../../api/json.ts';
import { dns1123Label, dns1123Subdomain, inRange, portName, portNumber, qualifiedName } from '../../../api/names.ts';
import { parseQuantity, quantityValue } from '../../../api/quantity.ts';

/** One error for each message. */
export function messages(path: FieldPath, value: JsonValue, texts: readonly string[]): FieldError[] {
  return texts.map((text) => field.invalid(path, value, text));
}

export function label(value: string, path: FieldPath): FieldError[] {
  return messages(path, value, dns1123Label(value));
}

export function subdomain(value: string, path: FieldPath): FieldError[] {
  return messages(path, value, dns1123Subdomain(value));
}

export function qualified(value: string, path: FieldPath): FieldError[] {
  return messages(path, value, qualifiedName(value));
}

/** Absent text is missing too. */
export function required(value: string | undefined, path: FieldPath, detail = ''): FieldError[] {
  return value ? [] : [field.required(path, detail)];
}

/** `value` is given, and one of `supported`, which the message names in their order. */
export function oneOf(value: string | undefined, path: FieldPath, supported: readonly string[]): FieldError[] {
  if (value === undefined || supported.includes(value)) return [];
  return [field.notSupported(path, value, supported)];
}

/** The same, where an empty value is missing. */
export function requiredOneOf(value: string | undefined, path: FieldPath, supported: readonly string[]): FieldError[] {
  return value ? oneOf(value, path, supported) : [field.required(path, '')];
}

export function nonNegative(value: number | undefined, path: FieldPath): FieldError[] {
  if (value === undefined || value >= 0) return [];
  return [field.invalid(path, value, 'must be greater than or equal to 0')];
}

export function positive(value: number, path: FieldPath): FieldError[] {
  return value > 0 ? [] : [field.invalid(path, value, 'must be greater than zero')];
}

const int32Max = 2_147_483_647;

/** Ids of users and groups. */
export function id(value: number | undefined, path: FieldPath): FieldError[] {
  return value === undefined ? [] : messages(path, value, inRange(value, 0, int32Max));
}

export function portNumberOrName(port: number | string, path: FieldPath): FieldError[] {
  return messages(path, port, typeof port === 'number' ? portNumber(port) : portName(port));
}

export function immutable(value: JsonValue | undefined, old: JsonValue | undefined, path: FieldPath): FieldError[] {
  return equalJson(value, old) ? [] : [field.invalid(path, value ?? null, 'field is immutable')];
}

const fileModeText = 'must be a number between 0 and 0777 (octal), both inclusive';
const fileModeMax = 0o777;

export function fileMode(mode: number | undefined, path: FieldPath): FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= fileModeMax)) return [];
  return [field.invalid(path, mode, fileModeText)];
}

export function nonNegativeQuantity(quantity: string, path: FieldPath): FieldError[] {
  if (!isNegative(quantity)) return [];
  return [field.invalid(path, quantity, 'must be greater than or equal to 0')];
}

export function positiveQuantity(quantity: string, path: FieldPath): FieldError[] {
  const parsed = parseQuantity(quantity);
  return !isNegative(quantity) && quantityValue(parsed) > 0n
    ? []
    : [field.invalid(path, quantity, 'must be greater than zero')];
}

function isNegative(quantity: string): boolean {
  return quantity.startsWith('-');
}
