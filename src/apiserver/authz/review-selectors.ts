/**
 * The selectors of access reviews: what of them is invalid, and what can't be understood. Roles know nothing of selectors, so they don't
 * change a decision. Mirrors kubernetes pkg/apis/authorization/validation and pkg/registry/authorization/util, v1.36.
 */
import * as field from '../../api/field-error.ts';
import { parseFieldSelector } from '../../api/field-selector.ts';
import type { JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { parseLabelSelector } from '../../api/label-selector-parser.ts';
import { SelectorError } from '../../api/label-requirement.ts';
import { labelValueRule, qualifiedName } from '../../api/names.ts';

/** Of `spec.resourceAttributes`. */
export function selectorErrors(attributes: JsonObject): field.FieldError[] {
  const path = field.path('spec', 'resourceAttributes');
  return [
    ...checkSelector(objectAt(attributes, 'fieldSelector'), path.child('fieldSelector'), fieldErrors),
    ...checkSelector(objectAt(attributes, 'labelSelector'), path.child('labelSelector'), labelErrors),
  ];
}

/** What the review says of selectors that aren't, or only partly, understood. */
export function ignoredSelectors(attributes: JsonObject): readonly string[] {
  const ignored: string[] = [];
  const kinds = [
    ['fieldSelector', parseFieldSelector, fieldIsUnderstood],
    ['labelSelector', parseLabelSelector, labelIsUnderstood],
  ] as const;
  for (const [name, parse, isUnderstood] of kinds) {
    const selector = objectAt(attributes, name);
    const requirements = objectsAt(selector, 'requirements');
    const understood = requirements.filter(isUnderstood).length;
    const raw = textAt(selector, 'rawSelector');
    const fails = requirements.length > 0 ? understood < requirements.length : raw !== '' && !parses(parse, raw);
    if (!fails) continue;
    const how = understood > 0 ? 'partially ignored' : 'ignored';
    ignored.push(`spec.resourceAttributes.${name} ${how} due to parse error`);
  }
  return ignored;
}

function checkSelector(
  selector: JsonObject | undefined,
  path: field.Path,
  check: (requirement: JsonObject, path: field.Path) => field.FieldError[],
): field.FieldError[] {
  if (!selector) return [];
  const raw = textAt(selector, 'rawSelector');
  const requirements = objectsAt(selector, 'requirements');
  const errors: field.FieldError[] = [];
  if (raw !== '' && requirements.length > 0) {
    errors.push(field.invalid(path.child('rawSelector'), raw, 'may not specified at the same time as requirements'));
  }
  if (raw === '' && requirements.length === 0) {
    const text = `when ${path.toString()} is specified, requirements or rawSelector is required`;
    errors.push(field.required(path.child('requirements'), text));
  }
  return [...errors, ...requirements.flatMap((one, index) => check(one, path.child('requirements').index(index)))];
}

function fieldErrors(requirement: JsonObject, path: field.Path): field.FieldError[] {
  const errors = textAt(requirement, 'key') === '' ? [field.required(path.child('key'), 'must be specified')] : [];
  return [...errors, ...valueCountErrors(requirement, path)];
}

function labelErrors(requirement: JsonObject, path: field.Path): field.FieldError[] {
  const key = textAt(requirement, 'key');
  return [
    ...valueCountErrors(requirement, path),
    ...qualifiedName(key).map((message) => field.invalid(path.child('key'), key, message)),
    ...valuesOf(requirement).flatMap((value, index) =>
      labelValueRule(value).map((message) => field.invalid(path.child('values').index(index), value, message)),
    ),
  ];
}

/** Operators that nobody knows are fine: newer clients may know them. */
function valueCountErrors(requirement: JsonObject, path: field.Path): field.FieldError[] {
  const count = valuesOf(requirement).length;
  switch (textAt(requirement, 'operator')) {
    case 'In':
    case 'NotIn':
      if (count > 0) return [];
      return [field.required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist': {
      const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      return count === 0 ? [] : [field.forbidden(path.child('values'), text)];
    }
    default:
      return [];
  }
}

/** Fields are equal to something, or not; no more than that. */
function fieldIsUnderstood(requirement: JsonObject): boolean {
  return ['In', 'NotIn'].includes(textAt(requirement, 'operator')) && valuesOf(requirement).length === 1;
}

/** What else could be wrong has been refused. */
function labelIsUnderstood(requirement: JsonObject): boolean {
  return ['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(textAt(requirement, 'operator'));
}

function parses(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

function valuesOf(requirement: JsonObject): readonly string[] {
  const values = requirement['values'];
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}
