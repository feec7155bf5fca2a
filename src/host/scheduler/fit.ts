/** Whether a pod may run on a node, and why not: pure. Wording mirrors the scheduler's plugins (pkg/scheduler/framework/plugins). */
import { requiredNodes, type NodePredicate, type NodeSelectorTerm } from '../../api/node-affinity.ts';
import type { KubeObject } from '../../api/object.ts';
import { taintsOf, untoleratedTaint } from '../../api/toleration.ts';
import { hostPortsOf, portsConflict, type HostPort } from '../host-ports.ts';
import { nodeParts, podSpec } from './pod-view.ts';
import { missingResources, resourcesOf, type Resources } from './resources.ts';

/** A node with what is left of it. */
export interface Candidate {
  readonly node: Readonly<KubeObject>;
  readonly free: Resources;
  /** Its ports that pods have. */
  readonly ports: readonly HostPort[];
}

const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const keptAway = ['NoSchedule', 'NoExecute'];

/** Empty: it fits. Else the reasons, as the pod's condition and Event give them: of resources, all that there isn't enough of. */
export function unfitness(
  pod: Readonly<KubeObject>,
  requests: Resources,
  { node, free, ports }: Candidate,
): readonly string[] {
  const spec = podSpec(pod);
  const { spec: nodeSpec } = nodeParts(node);
  const { tolerations = [] } = spec;
  if (nodeSpec.unschedulable && untoleratedTaint([unschedulable], tolerations, keptAway)) {
    return ['node(s) were unschedulable'];
  }
  const taint = untoleratedTaint(nodeSpec.taints ?? [], tolerations, keptAway);
  if (taint) return ['node(s) had untolerated taint(s)'];
  if (!requiredNodes(spec)(node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const wanted = hostPortsOf(pod);
  if (wanted.some((port) => ports.some((one) => portsConflict(port, one))))
    return ["node(s) didn't have free ports for the requested pod ports"];
  return missingResources(requests, free).map((name) => (name === 'pods' ? 'Too many pods' : `Insufficient ${name}`));
}

/** What weighs how much: upstream's weights of the plugins TaintToleration, NodeAffinity and NodeResourcesFit. */
const weights = { taints: 3, affinity: 2, room: 1 };

/**
 * The best of those that fit: the fewest taints that it had better not have, the most of what the pod prefers, the most room. `undefined`: there is
 * none.
 */
export function preferred(pod: Readonly<KubeObject>, fitting: readonly Candidate[]): Candidate | undefined {
  const spec = podSpec(pod);
  const terms = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const wishes = terms.map(({ weight, preference }) => ({ weight, matches: nodesOf(preference) }));
  const judged = fitting.map((candidate) => ({
    candidate,
    taints: shunned(spec, candidate),
    wishes: wishes.reduce((sum, { weight, matches }) => sum + (matches(candidate.node) ? weight : 0), 0),
  }));
  const most = (of: 'taints' | 'wishes'): number => Math.max(1, ...judged.map((one) => one[of]));
  const [taints, affinity] = [most('taints'), most('wishes')];
  const score = (one: (typeof judged)[number]): number =>
    weights.taints * (1 - one.taints / taints) +
    weights.affinity * (one.wishes / affinity) +
    weights.room * (1 - shareUsed(one.candidate));
  return judged.map((one) => ({ ...one, score: score(one) })).toSorted((a, b) => b.score - a.score)[0]?.candidate;
}

function nodesOf(term: NodeSelectorTerm): NodePredicate {
  const required = { nodeSelectorTerms: [term] };
  return requiredNodes({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } });
}

function shunned({ tolerations = [] }: ReturnType<typeof podSpec>, { node }: Candidate): number {
  const effects = ['PreferNoSchedule'];
  return taintsOf(node).filter((taint) => untoleratedTaint([taint], tolerations, effects)).length;
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

/** How full a node is, 0…1, by its scarcest of pods, cpu and memory. */
function shareUsed({ node, free }: Candidate): number {
  const all = resourcesOf(nodeParts(node).allocatable);
  return Math.max(...['pods', 'cpu', 'memory'].map((name) => 1 - (free[name] ?? 0) / (all[name] ?? 1)));
}
