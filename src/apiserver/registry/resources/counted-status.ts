/** Statuses that count replicas. Mirrors ValidateDeploymentStatus, ValidateReplicaSetStatus, ValidateStatefulSetStatus and their like, v1.36. */
import * as field from '../../../api/field-error.ts';
import type { FieldError } from '../../../api/field-error.ts';
import { objectAt } from '../../../api/json-fields.ts';
import type { JsonObject } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { nonNegative } from './checks.ts';
import { jsonOf } from './fields.ts';

export interface CountedStatus {
  /** None is below zero; in upstream's order. */
  readonly counts: readonly string[];
  /** Those that are never above `replicas`. */
  readonly partial?: readonly string[];
  /** How upstream calls `readyReplicas`, which `availableReplicas` never exceeds; absent: it isn't compared. */
  readonly readyText?: string;
}

/** Validates `/status`. */
export function countedStatusRule({ counts, partial = [], readyText }: CountedStatus) {
  return (object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] => {
    const status = objectAt(jsonOf(object), 'status') ?? {};
    const path = field.path('status');
    const above = (name: string, other: string, text: string): FieldError[] =>
      count(status, name) > count(status, other) ? [field.invalid(path.child(name), count(status, name), text)] : [];
    return [
      ...counts.flatMap((name) => nonNegative(count(status, name), path.child(name))),
      ...partial.flatMap((name) => above(name, 'replicas', 'cannot be greater than status.replicas')),
      ...(readyText === undefined
        ? []
        : above('availableReplicas', 'readyReplicas', `cannot be greater than ${readyText}`)),
      ...(isDecremented(status, objectAt(jsonOf(old), 'status') ?? {})
        ? [field.invalid(path.child('collisionCount'), count(status, 'collisionCount'), 'cannot be decremented')]
        : []),
    ];
  };
}

/** Absent: zero. */
function count(status: JsonObject, name: string): number {
  const value = status[name];
  return typeof value === 'number' ? value : 0;
}

function isDecremented(now: JsonObject, was: JsonObject): boolean {
  if (typeof was['collisionCount'] !== 'number') return false;
  return typeof now['collisionCount'] !== 'number' || now['collisionCount'] < was['collisionCount'];
}
