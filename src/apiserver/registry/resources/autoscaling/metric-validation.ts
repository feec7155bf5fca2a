/** What a HorizontalPodAutoscaler scales by: each metric of exactly one type. Mirrors validateMetricSpec, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { pathSegmentNameRule } from '../../../../api/names.ts';
import { parseQuantity, quantityValue } from '../../../../api/quantity.ts';
import { unreachable } from '../../../../lib/unreachable.ts';
import { label, messages, oneOf } from '../checks.ts';
import { containerResourceName } from '../core/validation/resources.ts';

export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
}

interface MetricTarget {
  readonly type?: string;
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

interface MetricSource {
  /** Of resources and of containers' resources. */
  readonly name?: string;
  readonly container?: string;
  readonly metric?: { readonly name?: string };
  readonly describedObject?: ObjectReference;
  readonly target?: MetricTarget;
}

/** In the order in which upstream looks for them. */
const sourceFields = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

type SourceField = (typeof sourceFields)[number];

export type MetricSpec = { readonly type?: string } & { readonly [K in SourceField]?: MetricSource };

const fieldOfType: ReadonlyMap<string, SourceField> = new Map([
  ['ContainerResource', 'containerResource'],
  ['External', 'external'],
  ['Object', 'object'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
]);

type ReferenceRule = (reference: ObjectReference, path: Path) => FieldError[];

/** `reference`: validates the object that a metric describes. */
export function validateMetric(metric: MetricSpec, path: Path, reference: ReferenceRule): FieldError[] {
  const { type = '' } = metric;
  const typePath = path.child('type');
  const expected = fieldOfType.get(type);
  const present = sourceFields.filter((name) => metric[name] !== undefined);
  const [first] = present;
  const errors = type === '' ? [field.required(typePath, 'must specify a metric source type')] : [];
  const unknown = oneOf(type, typePath, [...fieldOfType.keys()]);
  errors.push(...unknown);
  if (first) errors.push(...validateSource(first, metric[first] ?? {}, path.child(first), reference));
  if (!expected) errors.push(...unknown);
  else if (metric[expected] === undefined) {
    errors.push(field.required(path.child(expected), 'must populate information for the given metric source'));
  }
  if (present.length === 1) return errors;
  const others = present.filter((name) => name !== expected);
  return [
    ...errors,
    ...others.map((name) => field.forbidden(path.child(name), 'must populate the given metric source only')),
  ];
}

function validateSource(name: SourceField, source: MetricSource, path: Path, reference: ReferenceRule): FieldError[] {
  const { target = {} } = source;
  const targetPath = path.child('target');
  const general = validateTarget(target, targetPath);
  switch (name) {
    case 'object':
      return [
        ...reference(source.describedObject ?? {}, path.child('describedObject')),
        ...validateMetricName(source, path),
        ...general,
        ...(target.value === undefined && target.averageValue === undefined
          ? [field.required(targetPath.child('averageValue'), 'must set either a target value or averageValue')]
          : []),
      ];
    case 'external':
      return [...validateMetricName(source, path), ...general, ...validateExternalTarget(target, targetPath)];
    case 'pods':
      return [
        ...validateMetricName(source, path),
        ...general,
        ...(target.averageValue === undefined
          ? [field.required(targetPath.child('averageValue'), 'must specify a positive target averageValue')]
          : []),
      ];
    case 'resource':
    case 'containerResource':
      return [...validateResource(name, source, path), ...general, ...validateResourceTarget(target, targetPath)];
    default:
      return unreachable(name);
  }
}

function validateMetricName({ metric = {} }: MetricSource, path: Path): FieldError[] {
  const { name = '' } = metric;
  const place = path.child('metric', 'name');
  if (name === '') return [field.required(place, 'must specify a metric name')];
  return messages(place, name, pathSegmentNameRule(name, false));
}

function validateResource(
  of: 'resource' | 'containerResource',
  { name = '', container = '' }: MetricSource,
  path: Path,
): FieldError[] {
  const place = path.child('name');
  const errors = name === '' ? [field.required(place, 'must specify a resource name')] : [];
  if (of === 'resource') return errors;
  const containerPath = path.child('container');
  return [
    ...errors,
    ...(name === '' ? [] : containerResourceName(name, place)),
    ...(container === ''
      ? [field.required(containerPath, 'must specify a container')]
      : label(container, containerPath)),
  ];
}

function validateTarget(
  { type = '', value, averageValue, averageUtilization }: MetricTarget,
  path: Path,
): FieldError[] {
  const errors = type === '' ? [field.required(path.child('type'), 'must specify a metric target type')] : [];
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(field.invalid(path.child('type'), type, 'must be either Utilization, Value, or AverageValue'));
  }
  if (!isPositive(value)) errors.push(field.invalid(path.child('value'), value ?? null, 'must be positive'));
  if (!isPositive(averageValue)) {
    errors.push(field.invalid(path.child('averageValue'), averageValue ?? null, 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(field.invalid(path.child('averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
  return errors;
}

function validateExternalTarget({ value, averageValue }: MetricTarget, path: Path): FieldError[] {
  if (value === undefined && averageValue === undefined) {
    const text = 'must set either a target value for metric or a per-pod target';
    return [field.required(path.child('averageValue'), text)];
  }
  if (value === undefined || averageValue === undefined) return [];
  return [field.forbidden(path.child('value'), 'may not set both a target value for metric and a per-pod target')];
}

function validateResourceTarget({ averageUtilization, averageValue }: MetricTarget, path: Path): FieldError[] {
  if (averageUtilization === undefined && averageValue === undefined) {
    const text = 'must set either a target raw value or a target utilization';
    return [field.required(path.child('averageUtilization'), text)];
  }
  if (averageUtilization === undefined || averageValue === undefined) return [];
  return [field.forbidden(path.child('averageValue'), 'may not set both a target raw value and a target utilization')];
}

/** Absent is well. */
function isPositive(quantity: string | undefined): boolean {
  return quantity === undefined || quantityValue(parseQuantity(quantity)) > 0n;
}
