import type { KubeObject } from '../../api/object.ts';
import { hostPortsOf, portsConflict } from '../host-ports.ts';
import type { Refusal } from './pod-progress.ts';
import { viewPod } from './pod-view.ts';

const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";

/** Whether a pod that its node knows already has one of a new pod's ports. `pods`: asked only where there are such ports. */
export function portRefusal(
  pod: Readonly<KubeObject>,
  pods: () => readonly Readonly<KubeObject>[],
): Refusal | undefined {
  const { spec, status } = viewPod(pod);
  if (status?.startTime !== undefined) return undefined;
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return undefined;
  const conflict = pods().some((other) => {
    const view = viewPod(other);
    const holds = view.status?.startTime !== undefined && !['Succeeded', 'Failed'].includes(view.status.phase ?? '');
    if (!holds || view.spec.nodeName !== spec.nodeName || other.metadata.uid === pod.metadata.uid) return false;
    const taken = hostPortsOf(other);
    return wanted.some((port) => taken.some((one) => portsConflict(port, one)));
  });
  return conflict ? { reason: 'NodePorts', message } : undefined;
}
