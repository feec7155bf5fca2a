/**
 * Errors of single fields, as validation returns them. Mirrors apimachinery util/validation/field: same types, same texts.
 * Read best as `import * as field from '…/api/field-error.ts'` → `field.invalid(path.child('name'), name, message)`.
 */
import { goJson, goNumber, goQuote } from './go-text.ts';
import type { JsonValue } from './json.ts';

/** The cause's `reason` on the wire, and how the message calls it. */
const typeTexts = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueTooShort: 'Too short',
  InternalError: 'Internal error',
} as const;

type FieldErrorType = keyof typeof typeTexts;

export interface FieldError {
  readonly type: FieldErrorType;
  /** `spec.containers[0].name` */
  readonly field: string;
  /** Absent: the message has no value. */
  readonly badValue?: JsonValue;
  readonly detail: string;
}

/** Where a field is. Immutable; `String(path)` is the text. */
export class Path {
  readonly #text: string;

  /** Use {@link path}. */
  constructor(text: string) {
    this.#text = text;
  }

  child(...names: readonly string[]): Path {
    const added = names.join('.');
    return new Path(this.#text === '' ? added : `${this.#text}.${added}`);
  }

  index(index: number): Path {
    return new Path(`${this.#text}[${index}]`);
  }

  key(key: string): Path {
    return new Path(`${this.#text}[${key}]`);
  }

  toString(): string {
    return this.#text;
  }
}

/** A root path: `path('spec')`, `path('spec', 'template')`. */
export function path(...names: readonly string[]): Path {
  return new Path(names.join('.'));
}

/** Where an error is: a path, or its text. */
export type FieldPath = Path | string;

export function notFound(field: FieldPath, value: JsonValue): FieldError {
  return { type: 'FieldValueNotFound', field: String(field), badValue: value, detail: '' };
}

export function required(field: FieldPath, detail: string): FieldError {
  return { type: 'FieldValueRequired', field: String(field), detail };
}

export function duplicate(field: FieldPath, value: JsonValue): FieldError {
  return { type: 'FieldValueDuplicate', field: String(field), badValue: value, detail: '' };
}

export function invalid(field: FieldPath, value: JsonValue, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field: String(field), badValue: value, detail };
}

export function typeInvalid(field: FieldPath, value: JsonValue, detail: string): FieldError {
  return { type: 'FieldValueTypeInvalid', field: String(field), badValue: value, detail };
}

/** The supported values are named in the order given: upstream mostly sorts them. */
export function notSupported(field: FieldPath, value: JsonValue, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`;
  return { type: 'FieldValueNotSupported', field: String(field), badValue: value, detail };
}

export function forbidden(field: FieldPath, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field: String(field), detail };
}

/** @param bytesMax negative: not named */
export function tooLong(field: FieldPath, bytesMax: number): FieldError {
  return { type: 'FieldValueTooLong', field: String(field), detail: lengthDetail(bytesMax, 'byte') };
}

/** @param charactersMax negative: not named */
export function tooLongCharacters(field: FieldPath, charactersMax: number): FieldError {
  return { type: 'FieldValueTooLong', field: String(field), detail: lengthDetail(charactersMax, 'character') };
}

export function tooShort(field: FieldPath, charactersMin: number): FieldError {
  return {
    type: 'FieldValueTooShort',
    field: String(field),
    detail: `must be at least ${charactersMin} ${plural(charactersMin, 'character')}`,
  };
}

/** @param actual negative: not named. @param itemsMax negative: not named */
export function tooMany(field: FieldPath, actual: number, itemsMax: number): FieldError {
  return {
    type: 'FieldValueTooMany',
    field: String(field),
    ...(actual >= 0 ? { badValue: actual } : {}),
    detail: itemsMax < 0 ? 'has too many items' : `must have at most ${itemsMax} ${plural(itemsMax, 'item')}`,
  };
}

/** @param itemsMin negative: not named */
export function tooFew(field: FieldPath, actual: number, itemsMin: number): FieldError {
  return {
    type: 'FieldValueTooFew',
    field: String(field),
    badValue: actual,
    detail: itemsMin < 0 ? 'has too few items' : `must have at least ${itemsMin} ${plural(itemsMin, 'item')}`,
  };
}

export function internal(field: FieldPath, detail: string): FieldError {
  return { type: 'InternalError', field: String(field), detail };
}

/** The message without the field's name: the cause's `message`. Mirrors field.Error.ErrorBody. */
export function fieldErrorBody(error: FieldError): string {
  const head = typeTexts[error.type];
  const value = rendersValue(error) ? `: ${valueText(error.badValue)}` : '';
  return error.detail === '' ? `${head}${value}` : `${head}${value}: ${error.detail}`;
}

/** `spec.replicas: Invalid value: -1: must be…` */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/**
 * All of them in one text, each once; several stand in brackets. Mirrors field.ErrorList.ToAggregate and
 * util/errors aggregate.Error.
 */
export function fieldErrorsText(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(fieldErrorText))];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

function rendersValue(error: FieldError): error is FieldError & { badValue: JsonValue } {
  switch (error.type) {
    case 'FieldValueRequired':
    case 'FieldValueForbidden':
    case 'FieldValueTooLong':
    case 'FieldValueTooShort':
    case 'InternalError':
      return false;
    case 'FieldValueNotFound':
    case 'FieldValueDuplicate':
    case 'FieldValueInvalid':
    case 'FieldValueNotSupported':
    case 'FieldValueTooMany':
    case 'FieldValueTooFew':
    case 'FieldValueTypeInvalid':
      return error.badValue !== undefined;
  }
}

function valueText(value: JsonValue): string {
  if (typeof value === 'string') return goQuote(value);
  return typeof value === 'number' ? goNumber(value) : goJson(value);
}

function lengthDetail(max: number, unit: string): string {
  return max < 0 ? 'value is too long' : `may not be more than ${max} ${plural(max, unit)}`;
}

function plural(count: number, unit: string): string {
  return count === 1 ? unit : `${unit}s`;
}
