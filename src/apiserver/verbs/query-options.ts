/**
 * Options in the query string, as upstream decodes and validates them. Mirrors apimachinery queryparams conversion and
 * meta/v1/validation, meta/internalversion/validation.
 */
import * as field from '../../api/field-error.ts';
import type { FieldError } from '../../api/field-error.ts';
import { parseFieldSelector } from '../../api/field-selector.ts';
import { goQuote } from '../../api/go-text.ts';
import { SelectorError } from '../../api/label-requirement.ts';
import { parseLabelSelector } from '../../api/label-selector-parser.ts';
import { newBadRequest, newInvalid } from '../../api/status.ts';
import { validateManagerName } from '../registry/object-metadata.ts';
import { everything, type Selection } from '../registry/selection.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** meta/v1 CreateOptions, UpdateOptions, and what PatchOptions share with them. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
}

/** meta/v1 PatchOptions of a server-side apply. */
export interface ApplyOptions extends WriteOptions {
  readonly force: boolean;
}

export interface ListOptions {
  readonly selection: Selection;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  /** 0: the server's choice. */
  readonly timeoutSeconds: number;
  readonly limit: number;
  readonly continue: string;
  readonly sendInitialEvents: boolean | undefined;
}

/** `kind`: `CreateOptions`… Throws BadRequest, Invalid. */
export function writeOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
): WriteOptions {
  const forced = kind === 'PatchOptions' && query.has('force') && boolOption(query, 'force') !== undefined;
  return checkedOptions(
    query,
    kind,
    forced ? [field.forbidden('force', 'may not be specified for non-apply patch')] : [],
  );
}

/** Throws BadRequest, Invalid. */
export function applyOptions(query: URLSearchParams): ApplyOptions {
  const nameless = (query.get('fieldManager') ?? '') === '';
  const required = nameless ? [field.required('fieldManager', 'is required for apply patch')] : [];
  return { ...checkedOptions(query, 'PatchOptions', required), force: boolOption(query, 'force') ?? false };
}

function checkedOptions(query: URLSearchParams, kind: string, first: readonly FieldError[]): WriteOptions {
  const dryRun = query.getAll('dryRun');
  const fieldManager = query.get('fieldManager') ?? '';
  const fieldValidation = query.get('fieldValidation') ?? '';
  const errors = [
    ...first,
    ...validateManagerName(fieldManager, 'fieldManager'),
    ...validateDryRun(dryRun),
    ...(['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)
      ? []
      : [field.notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn'])]),
  ];
  throwInvalidOptions(kind, errors);
  // Checked right above.
  return { dryRun: dryRun.length > 0, fieldManager, fieldValidation: (fieldValidation || 'Warn') as FieldValidation };
}

/** Throws BadRequest, Invalid. `watch`: the path asks for it, whatever the query says. */
export function listOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const options = {
    selection: selectionOf(query),
    watch: watch || (boolOption(query, 'watch') ?? false),
    allowWatchBookmarks: boolOption(query, 'allowWatchBookmarks') ?? false,
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    timeoutSeconds: intOption(query, 'timeoutSeconds') ?? 0,
    limit: intOption(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    sendInitialEvents: boolOption(query, 'sendInitialEvents'),
  };
  throwInvalidOptions('ListOptions', options.watch ? validateWatch(options) : validateList(options));
  return options;
}

export function validateDryRun(dryRun: readonly string[]): FieldError[] {
  return dryRun.every((value) => value === 'All') ? [] : [field.notSupported('dryRun', [...dryRun], ['All'])];
}

export function throwInvalidOptions(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors);
}

/** Present and neither `false` nor `0` is true. */
export function boolOption(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : text !== '0' && text.toLowerCase() !== 'false';
}

/** Throws BadRequest. */
export function intOption(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw newBadRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  const value = Number(text);
  if (BigInt.asIntN(64, BigInt(text.replace('+', ''))) !== BigInt(text.replace('+', ''))) {
    throw newBadRequest(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`);
  }
  return value;
}

function selectionOf(query: URLSearchParams): Selection {
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  if (labels === '' && fields === '') return everything;
  try {
    return { labels: parseLabelSelector(labels), fields: parseFieldSelector(fields) };
  } catch (error) {
    if (error instanceof SelectorError) throw newBadRequest(error.message);
    throw error;
  }
}

const matchPath = 'resourceVersionMatch';

function validateList(options: Omit<ListOptions, 'selection'>): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  if (match !== '') {
    if (options.resourceVersion === '') {
      errors.push(field.forbidden(matchPath, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (options.continue !== '') errors.push(matchWithContinue);
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(field.notSupported(matchPath, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && options.resourceVersion === '0') {
      const text = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"';
      errors.push(field.forbidden(matchPath, text));
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(field.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

const matchWithContinue = field.forbidden(matchPath, 'resourceVersionMatch is forbidden when continue is provided');

function validateWatch(options: Omit<ListOptions, 'selection'>): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  // Upstream turns a watch from nowhere into one with initial events before it looks; and these have a match.
  const fromNowhere = options.resourceVersion === '' || options.resourceVersion === '0';
  if (fromNowhere && match === '' && options.sendInitialEvents === undefined) {
    return options.continue === '' ? [] : [matchWithContinue];
  }
  if (options.sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(field.forbidden(matchPath, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match === '') return errors;
  if (options.sendInitialEvents === undefined) {
    const text = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    errors.push(field.forbidden(matchPath, text));
  }
  if (match !== 'NotOlderThan') errors.push(field.notSupported(matchPath, match, ['NotOlderThan']));
  if (options.continue !== '') errors.push(matchWithContinue);
  return errors;
}
