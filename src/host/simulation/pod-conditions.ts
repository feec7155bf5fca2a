/** A pod's conditions, as a kubelet derives them from its containers. Pure. Mirrors kubelet status/generate.go. */
import type { KubeObject } from '../../api/object.ts';
import { timestamp } from '../../lib/clock.ts';
import { statusPairs } from './pod-phase.ts';
import { viewPod, type PodCondition, type PodStatus, type PodView } from './pod-view.ts';
import { isSidecar } from './restart-policy.ts';
import type { Script } from './script.ts';

type Verdict = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

/** `status` with the conditions that follow from it; those of others (readiness gates, DisruptionTarget) stay. */
export function withConditions(pod: Readonly<KubeObject>, status: PodStatus, script: Script, now: number): PodStatus {
  const { generation } = pod.metadata;
  const conditions = new Map((status.conditions ?? []).map((condition) => [condition.type, condition]));
  const set = (verdict: Verdict): void => {
    const before = conditions.get(verdict.type);
    conditions.set(verdict.type, {
      ...verdict,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastProbeTime: null,
      lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : timestamp(now),
    });
  };
  for (const verdict of verdicts(pod, status)) {
    set({ ...verdict, status: script.conditions[verdict.type] ?? verdict.status });
  }
  for (const [type, forced] of Object.entries(script.conditions)) {
    if (conditions.get(type)?.status !== forced) set({ type, status: forced });
  }
  return {
    ...status,
    conditions: [...conditions.values()],
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}

function verdicts(pod: Readonly<KubeObject>, status: PodStatus): Verdict[] {
  const { spec } = viewPod(pod);
  const containersReady = containersReadiness(spec, status);
  const live = status.phase !== 'Succeeded' && status.phase !== 'Failed';
  return [
    { type: 'PodReadyToStartContainers', status: status.podIP !== undefined && live ? 'True' : 'False' },
    initialization(spec, status),
    readiness(spec, status, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ];
}

function initialization(spec: PodView['spec'], status: PodStatus): Verdict {
  const type = 'Initialized';
  if (status.phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const begun = (status.containerStatuses ?? []).some(
    ({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated,
  );
  const open = statusPairs(spec.initContainers ?? [], status.initContainerStatuses)
    .filter(([container, one]) => (isSidecar(container) ? !one.started : !one.ready))
    .map(([{ name }]) => name);
  if (begun || open.length === 0) return { type, status: 'True' };
  const message = `containers with incomplete status: [${open.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersReadiness(spec: PodView['spec'], status: PodStatus): Verdict {
  const type = 'ContainersReady';
  if (status.phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (status.phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const unready = [
    ...statusPairs((spec.initContainers ?? []).filter(isSidecar), status.initContainerStatuses),
    ...statusPairs(spec.containers, status.containerStatuses),
  ]
    .filter(([, { ready }]) => !ready)
    .map(([{ name }]) => name);
  if (unready.length === 0) return { type, status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotReady', message };
}

/** Ready: the containers are, and all gates are open. */
function readiness(spec: PodView['spec'], status: PodStatus, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' };
  const complaints = (spec.readinessGates ?? []).flatMap(({ conditionType }): string[] => {
    const gate = status.conditions?.find(({ type }) => type === conditionType);
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    if (gate.status === 'True') return [];
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  if (complaints.length === 0) return { type: 'Ready', status: 'True' };
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: complaints.join(', ') };
}
