/** A Job's conditions. Mirrors newCondition and ensureJobConditionStatus of kubernetes pkg/controller/job. Pure. */
import { timestamp } from '../../lib/clock.ts';
import type { JobCondition } from './job.ts';

export function newCondition(type: string, reason: string, message: string, now: number): JobCondition {
  const time = timestamp(now);
  return { type, status: 'True', lastProbeTime: time, lastTransitionTime: time, reason, message };
}

export function isTrue(conditions: readonly JobCondition[] | undefined, type: string): JobCondition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** With the condition as given; `undefined`: nothing changes. What was never true isn't said to be false. */
export function withCondition(
  conditions: readonly JobCondition[],
  wanted: JobCondition,
): readonly JobCondition[] | undefined {
  const index = conditions.findIndex(({ type }) => type === wanted.type);
  const old = conditions[index];
  if (!old) return wanted.status === 'False' ? undefined : [...conditions, wanted];
  const same = old.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message;
  return same ? undefined : conditions.with(index, wanted);
}
