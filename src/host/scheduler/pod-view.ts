/** A typed look at the parts of pods and nodes that scheduling reads. */
import type { NodeDemands, NodeSelectorTerm } from '../../api/node-affinity.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Taint, Toleration } from '../../api/toleration.ts';

interface Container {
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  readonly restartPolicy?: string;
}

interface PreferredTerm {
  readonly weight: number;
  readonly preference: NodeSelectorTerm;
}

export interface PodSpec extends NodeDemands {
  readonly affinity?: NodeDemands['affinity'] & {
    readonly nodeAffinity?: { readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly PreferredTerm[] };
  };
  readonly nodeName?: string;
  readonly schedulerName?: string;
  readonly schedulingGates?: readonly unknown[];
  readonly tolerations?: readonly Toleration[];
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly overhead?: Readonly<Record<string, string>>;
}

export interface NodeParts {
  readonly spec: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The typed look. A door: the object's own API server has checked its types. */
export function podSpec(pod: Readonly<KubeObject>): PodSpec {
  return pod['spec'] as unknown as PodSpec;
}

/** Whether the pod has ended: then it holds no resources. */
export function isFinished(pod: Readonly<KubeObject>): boolean {
  const { phase } = (pod['status'] ?? {}) as { readonly phase?: string };
  return phase === 'Succeeded' || phase === 'Failed';
}

export function nodeParts(node: Readonly<KubeObject>): NodeParts {
  const status = (node['status'] ?? {}) as { readonly allocatable?: Readonly<Record<string, string>> };
  return { spec: (node['spec'] ?? {}) as NodeParts['spec'], allocatable: status.allocatable ?? {} };
}
