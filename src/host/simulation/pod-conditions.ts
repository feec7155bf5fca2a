/** A pod's conditions, as a kubelet derives them from its containers. Pure. Mirrors kubelet status/generate.go. */
import type { KubeObject } from '../../api/object.ts';
import { timestamp } from '../../lib/clock.ts';
import { viewPod, type PodCondition, type PodStatus } from './pod-view.ts';
import type { Script } from './script.ts';

type Verdict = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

/** `status` with the conditions that follow from it; those of others (PodScheduled, readiness gates) stay. */
export function withConditions(pod: Readonly<KubeObject>, status: PodStatus, script: Script, now: number): PodStatus {
  const conditions = new Map((status.conditions ?? []).map((condition) => [condition.type, condition]));
  for (const verdict of verdicts(pod, status)) {
    const wanted = script.conditions[verdict.type] ?? verdict.status;
    set(conditions, { ...verdict, status: wanted }, now);
  }
  for (const [type, forced] of Object.entries(script.conditions)) {
    if (conditions.get(type)?.status !== forced) set(conditions, { type, status: forced }, now);
  }
  return { ...status, conditions: [...conditions.values()] };
}

function verdicts(pod: Readonly<KubeObject>, status: PodStatus): Verdict[] {
  const containers = status.containerStatuses ?? [];
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const initDone = (status.initContainerStatuses ?? []).every(({ state }) => state.terminated !== undefined);
  const finished = status.phase === 'Succeeded';
  const has = status.podIP !== undefined;
  const containersReady: Verdict = finished
    ? { type: 'ContainersReady', status: 'False', reason: 'PodCompleted' }
    : unready.length > 0
      ? {
          type: 'ContainersReady',
          status: 'False',
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${unready.join(' ')}]`,
        }
      : { type: 'ContainersReady', status: 'True' };
  return [
    { type: 'PodReadyToStartContainers', status: has && !finished ? 'True' : 'False' },
    finished
      ? { type: 'Initialized', status: 'True', reason: 'PodCompleted' }
      : {
          type: 'Initialized',
          status: initDone ? 'True' : 'False',
          ...(initDone ? {} : { reason: 'ContainersNotInitialized' }),
        },
    readiness(pod, status, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ];
}

/** Ready: the containers are, and all gates are open. */
function readiness(pod: Readonly<KubeObject>, status: PodStatus, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' };
  const gates = (viewPod(pod).spec.readinessGates ?? []).map(({ conditionType }) => conditionType);
  const closed = gates.filter((gate) => status.conditions?.find(({ type }) => type === gate)?.status !== 'True');
  if (closed.length === 0) return { type: 'Ready', status: 'True' };
  const message = closed
    .map((gate) => `corresponding condition of pod readiness gate "${gate}" does not exist.`)
    .join(', ');
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message };
}

function set(conditions: Map<string, PodCondition>, verdict: Verdict, now: number): void {
  const before = conditions.get(verdict.type);
  const same = before?.status === verdict.status;
  conditions.set(verdict.type, {
    ...verdict,
    lastProbeTime: null,
    lastTransitionTime: same ? before.lastTransitionTime : timestamp(now),
  });
}
