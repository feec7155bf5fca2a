/**
 * Metrics of HorizontalPodAutoscalers: autoscaling/v1 has other names for what they hold, and keeps most in annotations. Mirrors
 * kubernetes pkg/apis/autoscaling/v1/conversion.go, v1.36.
 */
import type { JsonObject, JsonValue } from '../../../../api/json.ts';
import { objectAt, textAt } from '../../../../api/json-fields.ts';

/** Kinds of metrics, as fields of a metric: `resource`… */
const sources = ['object', 'pods', 'resource', 'containerResource', 'external'] as const;
type Source = (typeof sources)[number];

/** `status`: of a status, not of a spec. */
export function metricToV1(metric: JsonObject, status: boolean): JsonObject {
  return convert(metric, (source, value) => sourceToV1(source, value, status));
}

export function metricFromV1(metric: JsonObject, status: boolean): JsonObject {
  return convert(metric, (source, value) => sourceFromV1(source, value, status));
}

function convert(metric: JsonObject, each: (source: Source, value: JsonObject) => JsonObject): JsonObject {
  const converted: JsonObject = { type: textAt(metric, 'type') };
  for (const source of sources) {
    const value = objectAt(metric, source);
    if (value) converted[source] = each(source, value);
  }
  return converted;
}

function sourceToV1(source: Source, value: JsonObject, status: boolean): JsonObject {
  const amount = objectAt(value, status ? 'current' : 'target') ?? {};
  const prefix = status ? 'current' : 'target';
  const metric = objectAt(value, 'metric') ?? {};
  switch (source) {
    case 'object':
      return present({
        target: reference(objectAt(value, 'describedObject')),
        metricName: textAt(metric, 'name'),
        [`${prefix}Value`]: amount['value'] ?? '0',
        selector: metric['selector'],
        averageValue: amount['averageValue'],
      });
    case 'pods':
      return present({
        metricName: textAt(metric, 'name'),
        [`${prefix}AverageValue`]: amount['averageValue'] ?? '0',
        selector: metric['selector'],
      });
    case 'external':
      return present({
        metricName: textAt(metric, 'name'),
        metricSelector: metric['selector'],
        [`${prefix}Value`]: status ? (amount['value'] ?? '0') : amount['value'],
        [`${prefix}AverageValue`]: amount['averageValue'],
      });
    case 'resource':
    case 'containerResource':
      return present({
        name: textAt(value, 'name'),
        [`${prefix}AverageUtilization`]: amount['averageUtilization'],
        [`${prefix}AverageValue`]: status ? (amount['averageValue'] ?? '0') : amount['averageValue'],
        container: value['container'],
      });
  }
}

function sourceFromV1(source: Source, value: JsonObject, status: boolean): JsonObject {
  const prefix = status ? 'current' : 'target';
  const amount = amountFromV1(source, value, prefix);
  const named = { [status ? 'current' : 'target']: status ? amount : { type: typeOf(amount), ...amount } };
  const metric = (selector: string) => present({ name: textAt(value, 'metricName'), selector: value[selector] });
  switch (source) {
    case 'object':
      return { describedObject: reference(objectAt(value, 'target')), metric: metric('selector'), ...named };
    case 'pods':
      return { metric: metric('selector'), ...named };
    case 'external':
      return { metric: metric('metricSelector'), ...named };
    case 'resource':
    case 'containerResource':
      return { ...present({ name: textAt(value, 'name'), container: value['container'] }), ...named };
  }
}

function amountFromV1(source: Source, value: JsonObject, prefix: string): JsonObject {
  const total = value[`${prefix}Value`];
  const average = source === 'object' ? value['averageValue'] : value[`${prefix}AverageValue`];
  // A required total of 0 stands for none, where an average is given.
  const kept = source === 'object' && prefix === 'target' && average !== undefined && total === '0' ? undefined : total;
  return present({ value: kept, averageValue: average, averageUtilization: value[`${prefix}AverageUtilization`] });
}

function typeOf(amount: JsonObject): string {
  if (amount['averageUtilization'] !== undefined) return 'Utilization';
  return amount['averageValue'] === undefined ? 'Value' : 'AverageValue';
}

function reference(object: JsonObject | undefined): JsonObject {
  return present({
    kind: textAt(object, 'kind'),
    name: textAt(object, 'name'),
    apiVersion: object?.['apiVersion'],
  });
}

function present(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const entries = Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
