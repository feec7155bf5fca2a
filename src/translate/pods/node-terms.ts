/**
 * Which nodes of the host a pod may have: what the pod itself asks for, told in a way that heeds what the tenant has made of its nodes, within what
 * the operator gives to the tenant. A node that has what the pod asks for by a label of the tenant's own is added by name; one that a taint, a cordon
 * or a label of the tenant's own forbids is excluded by name. Pure.
 */
import { createHash } from 'node:crypto';
import { parseLabelSelector } from '../../api/label-selector-parser.ts';
import type { LabelOperator } from '../../api/label-requirement.ts';
import { requiredNodes, type NodeSelectorRequirement } from '../../api/node-affinity.ts';
import type { Toleration } from '../../api/toleration.ts';
import { keepsAway, type OwnMarks } from '../nodes/own-marks.ts';
import type { NodeSelectorTerm, PodSpec } from './pod-view.ts';

export interface NodeTerms {
  /** Nodes that aren't as the host has them. */
  readonly marked: readonly OwnMarks[];
  /** What every node must have that the tenant may use. */
  readonly within: readonly NodeSelectorRequirement[];
}

/** The operator's selector, as a pod asks. @throws SelectorError */
export function nodeRequirements(selector: string): readonly NodeSelectorRequirement[] {
  return parseLabelSelector(selector).map(({ key, operator, values }) =>
    values.length === 0 || operator === 'exists' || operator === '!'
      ? { key, operator: operatorNames[operator] }
      : { key, operator: operatorNames[operator], values },
  );
}

const operatorNames: Readonly<Record<LabelOperator, string>> = {
  in: 'In',
  '=': 'In',
  '==': 'In',
  notin: 'NotIn',
  '!=': 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
  gt: 'Gt',
  lt: 'Lt',
};

/** More than a pod's terms can hold of exclusions, and the last of the tenant's marks are not heeded. */
const exclusionsMax = 4096;

/**
 * Changes in place: `spec` is the caller's own copy, without `nodeName`, which is given apart: who was bound to a node by hand goes there by the host's
 * scheduler, so that the host's taints count. Returns a digest of what was added; empty: nothing.
 */
export function termNodes(spec: PodSpec, nodeName: string | undefined, { marked, within }: NodeTerms): string {
  const { added, refused } = nodeName ? boundTo(spec, nodeName, marked) : differences(spec, marked);
  const ofPod = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (added.length + refused.length + within.length === 0 && !nodeName) return '';
  const selected = added.length === 0 ? [] : takeSelector(spec);
  const heeded = refused.slice(0, Math.floor(exclusionsMax / Math.max(1, ofPod?.length ?? 1)));
  const narrowed = (ofPod ?? [{}]).map((term) =>
    // An empty term matches nothing, and must not begin to.
    ofPod && isEmpty(term)
      ? term
      : termOf(
          [...(term.matchExpressions ?? []), ...selected, ...within],
          [
            ...(term.matchFields ?? []),
            ...heeded.map((name) => named('NotIn', name)),
            ...(nodeName ? [named('In', nodeName)] : []),
          ],
        ),
  );
  const terms = [...narrowed, ...added.map((name) => termOf(within, [named('In', name)]))];
  const affinity = (spec.affinity ??= {});
  const nodeAffinity = (affinity.nodeAffinity ??= {});
  nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms: terms };
  return added.length + heeded.length + within.length === 0 ? '' : digest([added, heeded, within]);
}

interface Differences {
  /** Only the tenant says that the pod may go there. */
  readonly added: readonly string[];
  /** Only the tenant says that it may not. */
  readonly refused: readonly string[];
}

function differences(spec: PodSpec, marked: readonly OwnMarks[]): Differences {
  if (marked.length === 0) return { added: [], refused: [] };
  const mayHave = requiredNodes(spec);
  const tolerations = tolerationsOf(spec);
  const added: string[] = [];
  const refused: string[] = [];
  for (const marks of marked) {
    const { name, labels, hostLabels } = marks;
    const inTenant = mayHave({ metadata: { name, labels } }) && !keepsAway(marks, tolerations);
    const onHost = mayHave({ metadata: { name, labels: hostLabels } });
    if (inTenant && !onHost) added.push(name);
    if (!inTenant && onHost) refused.push(name);
  }
  return { added: added.toSorted(), refused: refused.toSorted() };
}

/** Taints of the tenant's don't keep away who is bound by hand. */
function boundTo(spec: PodSpec, nodeName: string, marked: readonly OwnMarks[]): Differences {
  const marks = marked.find(({ name }) => name === nodeName);
  const { added } = marks ? differences(spec, [{ ...marks, taints: [] }]) : { added: [] };
  return { added, refused: [] };
}

/** Terms that are added apply beside the node selector, which therefore becomes part of the others. */
function takeSelector(spec: PodSpec): NodeSelectorRequirement[] {
  const { nodeSelector } = spec;
  delete spec.nodeSelector;
  return Object.entries(nodeSelector ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}

function termOf(
  expressions: readonly NodeSelectorRequirement[],
  fields: readonly NodeSelectorRequirement[],
): NodeSelectorTerm {
  return {
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions.map(requirement) }),
    ...(fields.length === 0 ? {} : { matchFields: fields.map(requirement) }),
  };
}

function requirement({ key, operator, values }: NodeSelectorRequirement) {
  return { key, operator, ...(values === undefined ? {} : { values: [...values] }) };
}

function named(operator: 'In' | 'NotIn', name: string): NodeSelectorRequirement {
  return { key: 'metadata.name', operator, values: [name] };
}

function isEmpty({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  return matchExpressions.length + matchFields.length === 0;
}

function tolerationsOf(spec: PodSpec): readonly Toleration[] {
  // A door: the pod's API server has checked them.
  return (spec['tolerations'] ?? []) as unknown as readonly Toleration[];
}

function digest(terms: unknown): string {
  return createHash('sha256').update(JSON.stringify(terms)).digest('hex').slice(0, 16);
}
