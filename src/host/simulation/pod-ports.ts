/** Ports of a node that pods take. Pure. Mirrors the scheduler's NodePorts plugin, which kubelets ask, too. */
import type { KubeObject } from '../../api/object.ts';
import type { Refusal } from './pod-progress.ts';
import { viewPod, type ContainerPort } from './pod-view.ts';
import { isSidecar } from './restart-policy.ts';

const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";

/** Whether a pod that its node knows already has one of this pod's ports. `pods`: asked only where there are such ports. */
export function portRefusal(
  pod: Readonly<KubeObject>,
  pods: () => readonly Readonly<KubeObject>[],
): Refusal | undefined {
  const { spec, status } = viewPod(pod);
  if (status?.startTime !== undefined) return undefined;
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return undefined;
  const conflict = pods().some((other) => {
    const view = viewPod(other);
    const holds = view.status?.startTime !== undefined && !['Succeeded', 'Failed'].includes(view.status.phase ?? '');
    if (!holds || view.spec.nodeName !== spec.nodeName || other.metadata.uid === pod.metadata.uid) return false;
    const taken = hostPorts(other);
    return wanted.some((port) => taken.some((one) => conflicting(port, one)));
  });
  return conflict ? { reason: 'NodePorts', message } : undefined;
}

function hostPorts(pod: Readonly<KubeObject>): ContainerPort[] {
  const { containers, initContainers = [] } = viewPod(pod).spec;
  const ports = [...containers, ...initContainers.filter(isSidecar)].flatMap((container) => container.ports ?? []);
  return ports.filter(({ hostPort }) => hostPort !== undefined && hostPort > 0);
}

function conflicting(left: ContainerPort, right: ContainerPort): boolean {
  const any = '0.0.0.0';
  const [leftIp, rightIp] = [left.hostIP || any, right.hostIP || any];
  return (
    left.hostPort === right.hostPort &&
    (left.protocol ?? 'TCP') === (right.protocol ?? 'TCP') &&
    (leftIp === rightIp || leftIp === any || rightIp === any)
  );
}
