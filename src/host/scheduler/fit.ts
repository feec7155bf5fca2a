/** Whether a pod may run on a node, and why not: pure. Wording mirrors the scheduler's plugins (pkg/scheduler/framework/plugins). */
import { hasLabels, matchesLabels, type LabelOperator, type Labels } from '../../api/label-requirement.ts';
import type { KubeObject } from '../../api/object.ts';
import { nodeParts, podSpec, type NodeSelectorTerm, type PodSpec, type Requirement, type Taint } from './pod-view.ts';
import { missingResource, resourcesOf, type Resources } from './resources.ts';

/** A node with what is left of it. */
export interface Candidate {
  readonly node: Readonly<KubeObject>;
  readonly free: Resources;
}

/** `undefined`: it fits. Else the reason, as the pod's condition and Event give it. */
export function unfitness(
  pod: Readonly<KubeObject>,
  requests: Resources,
  { node, free }: Candidate,
): string | undefined {
  const spec = podSpec(pod);
  const { spec: nodeSpec } = nodeParts(node);
  if (nodeSpec.unschedulable && !tolerates(spec, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })) {
    return 'node(s) were unschedulable';
  }
  const taint = nodeSpec.taints?.find((found) => found.effect !== 'PreferNoSchedule' && !tolerates(spec, found));
  if (taint) return `node(s) had untolerated taint(s)`;
  if (!matchesSelector(spec, node)) return "node(s) didn't match Pod's node affinity/selector";
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

function tolerates(spec: PodSpec, taint: Taint): boolean {
  return (spec.tolerations ?? []).some(
    ({ key = '', operator = 'Equal', value = '', effect = '' }) =>
      (effect === '' || effect === taint.effect) &&
      (key === '' ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || value === (taint.value ?? '')),
  );
}

function matchesSelector(spec: PodSpec, node: Readonly<KubeObject>): boolean {
  const labels = node.metadata.labels ?? {};
  if (!hasLabels(spec.nodeSelector ?? {}, labels)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** A term without requirements matches nothing. */
function matchesTerm(term: NodeSelectorTerm, node: Readonly<KubeObject>): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  const fields: Readonly<Record<string, string>> = { 'metadata.name': node.metadata.name ?? '' };
  return (
    matchExpressions.every((requirement) => matches(requirement, labels)) &&
    matchFields.every((requirement) => matches(requirement, fields))
  );
}

const operators: Readonly<Partial<Record<string, LabelOperator>>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

function matches({ key, operator: name, values = [] }: Requirement, labels: Labels): boolean {
  const operator = operators[name];
  return operator !== undefined && matchesLabels([{ key, operator, values }], labels);
}
