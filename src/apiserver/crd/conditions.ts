/** The conditions of a definition's status. Mirrors apiextensions-apiserver pkg/apihelpers. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectsAt, textAt } from '../../api/json-fields.ts';
import { timestamp } from '../../lib/clock.ts';
import type { ConditionType } from './definition.ts';

export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export function findCondition(status: JsonObject, type: ConditionType): JsonObject | undefined {
  return objectsAt(status, 'conditions').find((condition) => textAt(condition, 'type') === type);
}

export function isTrue(status: JsonObject, type: ConditionType): boolean {
  return findCondition(status, type)?.['status'] === 'True';
}

/** But for times. */
export function sameCondition(present: JsonObject | undefined, wanted: Condition): boolean {
  return (
    present !== undefined &&
    present['status'] === wanted.status &&
    textAt(present, 'reason') === wanted.reason &&
    textAt(present, 'message') === wanted.message
  );
}

/** Changes `status`. `now`: milliseconds since the epoch. */
export function setCondition(status: JsonObject, wanted: Condition, now: number): void {
  const present = findCondition(status, wanted.type);
  const { type, reason, message } = wanted;
  const since = present?.['status'] === wanted.status ? present['lastTransitionTime'] : undefined;
  const condition = { lastTransitionTime: since ?? timestamp(now), message, reason, status: wanted.status, type };
  const conditions = objectsAt(status, 'conditions');
  status['conditions'] = present
    ? conditions.map((one) => (one === present ? { ...present, ...condition } : one))
    : [...conditions, condition];
}

/** Changes `status`. */
export function removeCondition(status: JsonObject, type: ConditionType): void {
  const { conditions } = status;
  if (!Array.isArray(conditions)) return;
  status['conditions'] = conditions.filter((one) => !isJsonObject(one) || textAt(one, 'type') !== type);
}
