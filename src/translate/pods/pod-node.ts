/** What pods tell of the node on which they are. */
import type { KubeObject } from '../../api/object.ts';
import { viewPod } from './pod-view.ts';

/** Empty: on none. */
export function nodeNameOf(pod: Readonly<KubeObject>): string {
  return viewPod(pod).spec.nodeName ?? '';
}

/** The node's addresses, as the first of the pods has them that has any. */
export function hostIpsOf(pods: readonly Readonly<KubeObject>[]): readonly string[] {
  for (const pod of pods) {
    const { hostIP, hostIPs } = viewPod(pod).status ?? {};
    const all = (Array.isArray(hostIPs) ? hostIPs : [{ ip: hostIP }]).flatMap((entry) =>
      typeof entry === 'object' && entry !== null && 'ip' in entry && typeof entry['ip'] === 'string'
        ? [entry['ip']]
        : [],
    );
    if (all.length > 0) return all;
  }
  return [];
}

/** Whether the pod shows what only a host gives: then a copy of it was on its node. Who names a node at creation has one, but isn't there yet. */
export function wasPutOnNode(pod: Readonly<KubeObject>): boolean {
  const { status } = viewPod(pod);
  if (nodeNameOf(pod) === '') return false;
  const isScheduled = status?.conditions?.some((one) => one.type === 'PodScheduled' && one.status === 'True');
  return isScheduled === true || status?.['startTime'] !== undefined;
}

/** Whether some DaemonSet put it where it is. */
export function isDaemonPod({ metadata }: Readonly<KubeObject>): boolean {
  const controller = metadata.ownerReferences?.find((owner) => owner['controller'] === true);
  return controller?.kind === 'DaemonSet' && controller.apiVersion.startsWith('apps/');
}
