/** A typed look at the parts of pods and nodes that scheduling reads. */
import type { KubeObject } from '../../api/object.ts';

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface Container {
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  readonly restartPolicy?: string;
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly schedulerName?: string;
  readonly schedulingGates?: readonly unknown[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly overhead?: Readonly<Record<string, string>>;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
      };
    };
  };
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
