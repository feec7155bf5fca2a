/** Conditions of Deployments. Mirrors kubernetes pkg/controller/deployment/util NewDeploymentCondition, SetDeploymentCondition. */
import { timestamp } from '../../lib/clock.ts';
import type { DeploymentCondition } from './deployment.ts';

export type Conditions = readonly DeploymentCondition[];

export function findCondition(conditions: Conditions, type: string): DeploymentCondition | undefined {
  return conditions.find((condition) => condition.type === type);
}

export function withoutCondition(conditions: Conditions, type: string): Conditions {
  return conditions.filter((condition) => condition.type !== type);
}

export function newCondition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: number,
): DeploymentCondition {
  const time = timestamp(now);
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/** Puts the condition at the end, unless one of the same status and reason stands. The time of transition is kept with the status. */
export function withCondition(conditions: Conditions, condition: DeploymentCondition): Conditions {
  const current = findCondition(conditions, condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return conditions;
  const kept =
    current?.status === condition.status && current.lastTransitionTime !== undefined
      ? { ...condition, lastTransitionTime: current.lastTransitionTime }
      : condition;
  return [...withoutCondition(conditions, condition.type), kept];
}
