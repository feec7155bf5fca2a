/** Mirrors ValidateLimitRange, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { qualifiedName } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { compareQuantities, parseQuantity, quantityValue } from '../../../../api/quantity.ts';
import { messages } from '../checks.ts';
import { viewAs } from '../view.ts';
import { containerResourceName, isOvercommitted, resourceName } from './validation/resources.ts';

type Amounts = Readonly<Record<string, string>>;

interface Limit {
  readonly type?: string;
  readonly max?: Amounts;
  readonly min?: Amounts;
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly maxLimitRequestRatio?: Amounts;
}

interface LimitRange {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly limits?: readonly Limit[] };
}

const types: ReadonlySet<string> = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);
const boundFields = ['max', 'min'] as const;
const defaultFields = ['default', 'defaultRequest'] as const;

export function validateLimitRange(object: Readonly<KubeObject>): FieldError[] {
  const { limits = [] } = viewAs<LimitRange>(object).spec ?? {};
  const seen = new Set<string>();
  return limits.flatMap((limit, index) => {
    const path = field.path('spec', 'limits').index(index);
    const { type = '' } = limit;
    const errors = validateType(type, path.child('type'));
    if (seen.has(type)) errors.push(field.duplicate(path.child('type'), type));
    seen.add(type);
    return [...errors, ...validateLimit(limit, path)];
  });
}

function validateType(type: string, path: Path): FieldError[] {
  const errors = messages(path, type, qualifiedName(type));
  if (errors.length > 0 || type.includes('/') || types.has(type)) return errors;
  return [field.invalid(path, type, 'must be a standard limit type or fully qualified')];
}

function validateLimit(limit: Limit, path: Path): FieldError[] {
  const { type = '', min = {}, max = {} } = limit;
  const names = (key: keyof Omit<Limit, 'type'>): FieldError[] =>
    Object.keys(limit[key] ?? {}).flatMap((name) => validateName(type, name, path.child(key).key(name)));
  const errors = boundFields.flatMap(names);
  for (const key of defaultFields) {
    if (type !== 'Pod') errors.push(...names(key));
    else if (Object.keys(limit[key] ?? {}).length > 0) {
      errors.push(field.forbidden(path.child(key), "may not be specified when `type` is 'Pod'"));
    }
  }
  if (type === 'PersistentVolumeClaim' && min['storage'] === undefined && max['storage'] === undefined) {
    const text = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(field.required(path.child('limits'), text));
  }
  errors.push(...names('maxLimitRequestRatio'));
  const defaults = type === 'Pod' ? [] : defaultFields;
  const keys = new Set(
    [...boundFields, ...defaults, 'maxLimitRequestRatio' as const].flatMap((key) => Object.keys(limit[key] ?? {})),
  );
  return [...errors, ...[...keys].flatMap((name) => validateAmounts(limit, name, path))];
}

function validateName(type: string, name: string, path: Path): FieldError[] {
  return type === 'Pod' || type === 'Container' ? containerResourceName(name, path) : resourceName(name, path);
}

interface Amount {
  readonly name: string;
  readonly text: string | undefined;
}

/** The amounts of one resource against each other. */
function validateAmounts(limit: Limit, name: string, path: Path): FieldError[] {
  const pod = limit.type === 'Pod';
  const min: Amount = { name: 'min value', text: limit.min?.[name] };
  const max: Amount = { name: 'max value', text: limit.max?.[name] };
  const byDefault = pod ? undefined : limit.default?.[name];
  const request = pod ? undefined : limit.defaultRequest?.[name];
  const asDefault = (word: string): Amount => ({ name: word, text: byDefault });
  const asRequest: Amount = { name: 'default request value', text: request };
  const at = (key: string) => path.child(key).key(name);
  const errors = [
    ...atMost(min, max, at('min'), min),
    ...atMost(min, asRequest, at('defaultRequest'), asRequest),
    ...atMost(asRequest, max, at('defaultRequest'), asRequest),
    ...atMost(asRequest, asDefault('default limit value'), at('defaultRequest'), asRequest),
    // Upstream shows the bound here.
    ...atMost(min, asDefault('default value'), at('default'), min),
    ...atMost(asDefault('default value'), max, at('default'), max),
    ...validateRatio(limit.maxLimitRequestRatio?.[name], min.text, max.text, at('maxLimitRequestRatio')),
  ];
  if (isOvercommitted(name) || byDefault === undefined || request === undefined) return errors;
  if (compareQuantities(parseQuantity(byDefault), parseQuantity(request)) === 0) return errors;
  const text = `default value ${byDefault} must equal to defaultRequest value ${request} in ${name}`;
  return [...errors, field.invalid(at('defaultRequest'), request, text)];
}

/** Both where both are given. `shown`: whose value the error has. */
function atMost(low: Amount, high: Amount, path: Path, shown: Amount): FieldError[] {
  if (low.text === undefined || high.text === undefined) return [];
  if (compareQuantities(parseQuantity(low.text), parseQuantity(high.text)) <= 0) return [];
  const text = `${low.name} ${low.text} is greater than ${high.name} ${high.text}`;
  return [field.invalid(path, shown.text ?? '', text)];
}

function validateRatio(ratio: string | undefined, min: string | undefined, max: string | undefined, path: Path) {
  if (ratio === undefined) return [];
  const milli = (text: string): number => Number(quantityValue(parseQuantity(text), -3));
  const errors: FieldError[] = [];
  if (milli(ratio) < 1000) errors.push(field.invalid(path, ratio, `ratio ${ratio} is less than 1`));
  if (min === undefined || max === undefined) return errors;
  const most = milli(max) / milli(min);
  if (milli(ratio) / 1000 <= most) return errors;
  return [...errors, field.invalid(path, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`)];
}
