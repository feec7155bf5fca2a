/** How a pod's owner is told that the operator's policy refuses it: what `kubectl get` and `kubectl describe` show, and Events. Pure. */
import { cloneJson, equalJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import type { Notice } from '../pods/in-cluster.ts';
import { viewPod, type PodCondition } from '../pods/pod-view.ts';

/** Of Events, of the pod's status and of its condition. */
export const policyViolation = 'PolicyViolation';

/** Of a pod that isn't on the host, and won't be as it is. */
export function notStarted(refusal: string): Notice {
  return { reason: policyViolation, message: notStartedText(refusal) };
}

/** Of what has been changed in a pod that runs. */
export function notCarried(refusal: string): Notice {
  return {
    reason: policyViolation,
    message: `The change does not reach the running pod, by the operator's policy: ${refusal}`,
  };
}

/** The status of a pod that is refused. `undefined`: it says so already. `now`: milliseconds since the epoch. */
export function refusedStatus(pod: On<'tenant', KubeObject>, refusal: string, now: number): JsonObject | undefined {
  const status = viewPod(pod).status ?? {};
  const message = notStartedText(refusal);
  const conditions = status.conditions ?? [];
  const known = conditions.find(({ type }) => type === 'PodScheduled');
  const isSame = known?.status === 'False' && known['reason'] === policyViolation;
  const condition: PodCondition = {
    type: 'PodScheduled',
    status: 'False',
    reason: policyViolation,
    message,
    lastProbeTime: null,
    lastTransitionTime: (isSame ? known['lastTransitionTime'] : undefined) ?? secondsText(now),
  };
  const { generation } = pod.metadata;
  if (generation !== undefined) condition['observedGeneration'] = generation;
  const others = conditions.filter(({ type }) => type !== 'PodScheduled');
  const wanted: JsonObject = {
    ...cloneJson<JsonObject>(status),
    phase: 'Pending',
    reason: policyViolation,
    message,
    conditions: cloneJson<JsonValue[]>([...others, condition]),
  };
  return equalJson(wanted, status) ? undefined : wanted;
}

function notStartedText(refusal: string): string {
  return `Not started, by the operator's policy: ${refusal}`;
}

function secondsText(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
}
