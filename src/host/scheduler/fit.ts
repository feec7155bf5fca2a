/** Whether a pod may run on a node, and why not: pure. Wording mirrors the scheduler's plugins (pkg/scheduler/framework/plugins). */
import { requiredNodes } from '../../api/node-affinity.ts';
import type { KubeObject } from '../../api/object.ts';
import { untoleratedTaint } from '../../api/toleration.ts';
import { hostPortsOf, portsConflict, type HostPort } from '../host-ports.ts';
import { nodeParts, podSpec } from './pod-view.ts';
import { missingResource, resourcesOf, type Resources } from './resources.ts';

/** A node with what is left of it. */
export interface Candidate {
  readonly node: Readonly<KubeObject>;
  readonly free: Resources;
  /** Its ports that pods have. */
  readonly ports: readonly HostPort[];
}

const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const keptAway = ['NoSchedule', 'NoExecute'];

/** `undefined`: it fits. Else the reason, as the pod's condition and Event give it. */
export function unfitness(
  pod: Readonly<KubeObject>,
  requests: Resources,
  { node, free, ports }: Candidate,
): string | undefined {
  const spec = podSpec(pod);
  const { spec: nodeSpec } = nodeParts(node);
  const { tolerations = [] } = spec;
  if (nodeSpec.unschedulable && untoleratedTaint([unschedulable], tolerations, keptAway)) {
    return 'node(s) were unschedulable';
  }
  const taint = untoleratedTaint(nodeSpec.taints ?? [], tolerations, keptAway);
  if (taint) return `node(s) had untolerated taint(s)`;
  if (!requiredNodes(spec)(node)) return "node(s) didn't match Pod's node affinity/selector";
  const wanted = hostPortsOf(pod);
  if (wanted.some((port) => ports.some((one) => portsConflict(port, one))))
    return "node(s) didn't have free ports for the requested pod ports";
  const missing = missingResource(requests, free);
  return missing === undefined ? undefined : missing === 'pods' ? 'Too many pods' : `Insufficient ${missing}`;
}

/** How full a node is, 0…1, by its scarcest of pods, cpu and memory. */
export function shareUsed({ node, free }: Candidate): number {
  const all = resourcesOf(nodeParts(node).allocatable);
  return Math.max(...['pods', 'cpu', 'memory'].map((name) => 1 - (free[name] ?? 0) / (all[name] ?? 1)));
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` Mirrors FitError.Error. */
export function unfitnessText(nodes: number, reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).toSorted();
  return parts.length === 0
    ? `0/${nodes} nodes are available: no nodes available to schedule pods.`
    : `0/${nodes} nodes are available: ${parts.join(', ')}.`;
}
