/** Which nodes a pod asks for, by their labels and names. Mirrors component-helpers scheduling/corev1/nodeaffinity RequiredNodeAffinity. */
import {
  hasLabels,
  labelRequirement,
  matchesLabels,
  SelectorError,
  type LabelOperator,
  type LabelRequirement,
  type LabelRequirements,
} from './label-requirement.ts';
import type { KubeObject } from './object.ts';

export interface NodeSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeSelectorRequirement[];
  readonly matchFields?: readonly NodeSelectorRequirement[];
}

/** The parts of a pod's spec that say it. */
export interface NodeDemands {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
      };
    };
  };
}

export type NodePredicate = (node: Pick<KubeObject, 'metadata'>) => boolean;

/** Reads the demands once, for many nodes. A term that is empty or can't be read matches nothing. Pure. */
export function requiredNodes({ nodeSelector = {}, affinity }: NodeDemands): NodePredicate {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms.flatMap((term) => predicateOf(term) ?? []);
  return (node) => hasLabels(nodeSelector, node.metadata.labels) && (terms?.some((matches) => matches(node)) ?? true);
}

const labelOperators: Readonly<Partial<Record<string, LabelOperator>>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

function predicateOf({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): NodePredicate | undefined {
  if (matchExpressions.length + matchFields.length === 0) return undefined;
  const labels = readAll(matchExpressions, labelRequirementOf);
  const fields = readAll(matchFields, fieldRequirementOf);
  if (!labels || !fields) return undefined;
  return ({ metadata }) =>
    matchesLabels(labels, metadata.labels) && matchesLabels(fields, { 'metadata.name': metadata.name ?? '' });
}

function readAll(
  requirements: readonly NodeSelectorRequirement[],
  read: (requirement: NodeSelectorRequirement) => LabelRequirement | undefined,
): LabelRequirements | undefined {
  const found: LabelRequirement[] = [];
  for (const requirement of requirements) {
    const one = read(requirement);
    if (!one) return undefined;
    found.push(one);
  }
  return found;
}

function labelRequirementOf({ key, operator, values = [] }: NodeSelectorRequirement): LabelRequirement | undefined {
  const known = Object.hasOwn(labelOperators, operator) ? labelOperators[operator] : undefined;
  if (known === undefined) return undefined;
  try {
    return labelRequirement(key, known, values);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

/** Of fields, one value is asked for or refused. */
function fieldRequirementOf({ key, operator, values = [] }: NodeSelectorRequirement): LabelRequirement | undefined {
  if (values.length !== 1 || (operator !== 'In' && operator !== 'NotIn')) return undefined;
  return { key, operator: operator === 'In' ? 'in' : 'notin', values };
}
