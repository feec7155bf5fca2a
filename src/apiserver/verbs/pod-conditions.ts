/** Conditions that the API server itself sets on pods. Mirrors kubernetes pkg/api/pod UpdatePodCondition. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { timestamp } from '../../lib/clock.ts';

export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

/** May mutate `pod`. The time of a transition changes only with the status. */
export function setPodCondition(pod: KubeObject, condition: PodCondition, now: number): void {
  const status = isJsonObject(pod['status']) ? pod['status'] : {};
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].filter((one) => isJsonObject(one)) : [];
  const old = conditions.find((one) => one['type'] === condition.type);
  const same = old !== undefined && old['status'] === condition.status;
  const set: JsonObject = {
    ...condition,
    lastProbeTime: null,
    lastTransitionTime: same ? (old['lastTransitionTime'] ?? null) : timestamp(now),
  };
  const others = conditions.filter((one) => one !== old);
  pod['status'] = {
    ...status,
    conditions: old ? conditions.map((one) => (one === old ? set : one)) : [...others, set],
  };
}

export function isPodReady(pod: Readonly<KubeObject>): boolean {
  const status = isJsonObject(pod['status']) ? pod['status'] : {};
  const conditions = Array.isArray(status['conditions']) ? status['conditions'] : [];
  return conditions.some((one) => isJsonObject(one) && one['type'] === 'Ready' && one['status'] === 'True');
}
