/**
 * The behavior of HorizontalPodAutoscalers in the annotation of autoscaling/v1: JSON of upstream's internal type, with the names of its Go fields, all of
 * them. Mirrors kubernetes pkg/apis/autoscaling/v1/conversion.go, v1.36.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../api/json.ts';
import { objectAt, objectsAt } from '../../../../api/json-fields.ts';
import { parseQuantity, QuantityError, quantityText } from '../../../../api/quantity.ts';

export function behaviorToV1(behavior: JsonObject): JsonObject {
  const rules = (name: string): JsonValue => {
    const of = objectAt(behavior, name);
    return of ? rulesToV1(of) : null;
  };
  return { ScaleUp: rules('scaleUp'), ScaleDown: rules('scaleDown') };
}

/**
 * Undefined where there is none, or nothing that can be read. What it doesn't say is as upstream has it when it is read again, but for the policies of
 * rules that are there: without them it is refused.
 */
export function behaviorFromV1(value: unknown): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const [up, down] = [fieldOf(value, 'ScaleUp'), fieldOf(value, 'ScaleDown')].map(rulesFromV1);
  if (up === 'unreadable' || down === 'unreadable' || (!up && !down)) return undefined;
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
  return {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      ...(up ?? { policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent] }),
    },
    scaleDown: { selectPolicy: 'Max', ...(down ?? { policies: [percent] }) },
  };
}

function rulesToV1(rules: JsonObject): JsonObject {
  return {
    StabilizationWindowSeconds: rules['stabilizationWindowSeconds'] ?? null,
    SelectPolicy: rules['selectPolicy'] ?? null,
    Policies: objectsAt(rules, 'policies').map(({ type = '', value = 0, periodSeconds = 0 }) => ({
      Type: type,
      Value: value,
      PeriodSeconds: periodSeconds,
    })),
    Tolerance: rules['tolerance'] ?? null,
  };
}

/** Undefined: there are none. */
function rulesFromV1(value: JsonValue | undefined): JsonObject | 'unreadable' | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) return 'unreadable';
  const window = fieldOf(value, 'StabilizationWindowSeconds') ?? undefined;
  const select = fieldOf(value, 'SelectPolicy') ?? undefined;
  const policies = fieldOf(value, 'Policies') ?? [];
  const tolerance = quantityOf(fieldOf(value, 'Tolerance') ?? undefined);
  const readable =
    (window === undefined || isInt32(window)) &&
    (select === undefined || typeof select === 'string') &&
    Array.isArray(policies) &&
    tolerance !== 'unreadable';
  if (!readable) return 'unreadable';
  const read = policies.map(policyFromV1);
  if (read.includes('unreadable')) return 'unreadable';
  return {
    ...(window === undefined ? {} : { stabilizationWindowSeconds: window }),
    ...(select === undefined ? {} : { selectPolicy: select }),
    ...(read.length === 0 ? {} : { policies: read }),
    ...(tolerance === undefined ? {} : { tolerance: tolerance.text }),
  };
}

function policyFromV1(policy: JsonValue): JsonObject | 'unreadable' {
  if (!isJsonObject(policy)) return policy === null ? { type: '', value: 0, periodSeconds: 0 } : 'unreadable';
  const type = fieldOf(policy, 'Type') ?? '';
  const value = fieldOf(policy, 'Value') ?? 0;
  const periodSeconds = fieldOf(policy, 'PeriodSeconds') ?? 0;
  if (typeof type !== 'string' || !isInt32(value) || !isInt32(periodSeconds)) return 'unreadable';
  return { type, value, periodSeconds };
}

function quantityOf(value: JsonValue | undefined): { readonly text: string } | 'unreadable' | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return 'unreadable';
  try {
    return { text: quantityText(parseQuantity(String(value).trim())) };
  } catch (error) {
    if (error instanceof QuantityError) return 'unreadable';
    throw error;
  }
}

/** Go's decoder takes names in any letters. */
function fieldOf(object: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const lower = name.toLowerCase();
  const found = Object.keys(object).find((key) => key.toLowerCase() === lower);
  return found === undefined ? undefined : object[found];
}

function isInt32(value: JsonValue): boolean {
  return typeof value === 'number' && (value | 0) === value;
}
