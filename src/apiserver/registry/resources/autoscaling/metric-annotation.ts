/**
 * Metrics as they stand in annotations of autoscaling/v1, whose types are in no schema: what Go's decoder would take, with quantities as it writes them.
 * Mirrors k8s.io/api/autoscaling/v1 MetricSpec and MetricStatus, v0.36.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../api/json.ts';
import { parseQuantity, QuantityError, quantityText } from '../../../../api/quantity.ts';

type FieldType = 'text' | 'quantity' | 'integer' | 'selector' | 'reference';

const named = { name: 'text', container: 'text' } as const;
const measured = { metricName: 'text', selector: 'selector' } as const;

const specTypes: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  object: { target: 'reference', ...measured, targetValue: 'quantity', averageValue: 'quantity' },
  pods: { ...measured, targetAverageValue: 'quantity' },
  resource: { ...named, targetAverageUtilization: 'integer', targetAverageValue: 'quantity' },
  containerResource: { ...named, targetAverageUtilization: 'integer', targetAverageValue: 'quantity' },
  external: {
    metricName: 'text',
    metricSelector: 'selector',
    targetValue: 'quantity',
    targetAverageValue: 'quantity',
  },
};

const statusTypes: typeof specTypes = {
  object: { target: 'reference', ...measured, currentValue: 'quantity', averageValue: 'quantity' },
  pods: { ...measured, currentAverageValue: 'quantity' },
  resource: { ...named, currentAverageUtilization: 'integer', currentAverageValue: 'quantity' },
  containerResource: { ...named, currentAverageUtilization: 'integer', currentAverageValue: 'quantity' },
  external: {
    metricName: 'text',
    metricSelector: 'selector',
    currentValue: 'quantity',
    currentAverageValue: 'quantity',
  },
};

/** Undefined for what Go's decoder refuses. Fields that it doesn't know are left out. */
export function readMetric(metric: JsonValue, status: boolean): JsonObject | undefined {
  if (!isJsonObject(metric)) return metric === null ? { type: '' } : undefined;
  const type = metric['type'] ?? '';
  if (typeof type !== 'string') return undefined;
  const result: JsonObject = { type };
  for (const [source, types] of Object.entries(status ? statusTypes : specTypes)) {
    const value = Object.hasOwn(metric, source) ? metric[source] : undefined;
    if (value === undefined || value === null) continue;
    const read = isJsonObject(value) ? readFields(value, types) : undefined;
    if (!read) return undefined;
    result[source] = read;
  }
  return result;
}

function readFields(object: JsonObject, types: Readonly<Record<string, FieldType>>): JsonObject | undefined {
  const result: JsonObject = {};
  for (const [name, type] of Object.entries(types)) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined || value === null) continue;
    const read = readField(value, type);
    if (read === undefined) return undefined;
    result[name] = read;
  }
  return result;
}

function readField(value: JsonValue, type: FieldType): JsonValue | undefined {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'integer':
      return typeof value === 'number' && (value | 0) === value ? value : undefined;
    case 'quantity':
      return quantity(value);
    case 'reference':
      return isJsonObject(value) ? readFields(value, { kind: 'text', name: 'text', apiVersion: 'text' }) : undefined;
    case 'selector':
      return isJsonObject(value) ? selector(value) : undefined;
  }
}

function quantity(value: JsonValue): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  try {
    return quantityText(parseQuantity(String(value).trim()));
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

function selector({ matchLabels, matchExpressions }: JsonObject): JsonObject | undefined {
  const labels = matchLabels ?? {};
  const expressions = matchExpressions ?? [];
  if (!isJsonObject(labels) || !Object.values(labels).every(isText) || !Array.isArray(expressions)) return undefined;
  const read = expressions.map((expression) => (isJsonObject(expression) ? readExpression(expression) : undefined));
  if (read.includes(undefined)) return undefined;
  return {
    ...(Object.keys(labels).length > 0 ? { matchLabels: labels } : {}),
    ...(read.length > 0 ? { matchExpressions: read.filter((one) => one !== undefined) } : {}),
  };
}

function readExpression({ key = '', operator = '', values = [] }: JsonObject): JsonObject | undefined {
  const list = values ?? [];
  if (!isText(key) || !isText(operator) || !Array.isArray(list) || !list.every(isText)) return undefined;
  return { key, operator, ...(list.length > 0 ? { values: list } : {}) };
}

function isText(value: JsonValue): boolean {
  return typeof value === 'string';
}
