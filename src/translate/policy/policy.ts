/**
 * What an operator enforces on every pod of a tenant, whatever the tenant's API server let through. Rules that are absent ask for nothing. All are judged
 * on what would reach the host.
 */
import type { SecurityStandard } from '../../api/pod-security/standard.ts';
import type { PodSpec } from '../pods/pod-view.ts';

export interface IsolationPolicy {
  /** Of the Pod Security Standards. With a level above `privileged`, fields that this policy doesn't know are refused. */
  readonly podSecurity?: SecurityStandard;
  /** Types of volumes, as in a pod's spec: `configMap`, `emptyDir`. */
  readonly volumes?: readonly string[];
  /** Folders of nodes; no others may be mounted. */
  readonly hostPaths?: readonly HostPathRule[];
  /** Which of its node's namespaces a pod may share. */
  readonly hostNamespaces?: readonly HostNamespace[];
  /** Each pod gets a user namespace of its own. */
  readonly userNamespaces?: 'required';
  readonly hostPorts?: readonly PortRange[];
  /** Which capabilities containers may add; privileged ones have all, and are refused. */
  readonly capabilities?: readonly string[];
  /** Names, or beginnings of names with a `*` at the end. */
  readonly sysctls?: readonly string[];
  readonly forbidden?: readonly ForbiddenField[];
  /** Names, or beginnings of names with a `*` at the end: what the host's own controllers and plugins heed. */
  readonly forbiddenAnnotations?: readonly string[];
  readonly forbiddenLabels?: readonly string[];
  /** What pods get that ask for no seccomp profile. */
  readonly seccompDefault?: 'RuntimeDefault';
  /** Labels of the only nodes on which pods run. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: TolerationRules;
  readonly runtimeClasses?: ClassRules;
  readonly priorityClasses?: PriorityRules;
  /** Where images may come from: `docker.io/library`, `registry.example:5000/team`. */
  readonly registries?: readonly string[];
  /** Images are asked for at their registry each time: what a node has of another tenant's is nobody's to use. */
  readonly imagePullPolicy?: 'Always';
  readonly resources?: ResourceRules;
  readonly probes?: ProbeRules;
  readonly services?: ServiceRules;
}

export const hostNamespaceNames = ['network', 'pid', 'ipc'] as const;
export type HostNamespace = (typeof hostNamespaceNames)[number];

export const forbiddenFieldNames = ['hostAliases', 'procMount', 'windows'] as const;
export type ForbiddenField = (typeof forbiddenFieldNames)[number];

export interface HostPathRule {
  /** Absolute, without a slash at its end: the folder and all below it. */
  readonly path: string;
  readonly readOnly: boolean;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** One of `guarded` and `allowed`. Soft taints, and those that every pod tolerates for a while, are nobody's concern. */
export interface TolerationRules {
  /** Taints that pods must not tolerate. */
  readonly guarded?: readonly TaintPattern[];
  /** Tolerations that pods may have; all others they may not. */
  readonly allowed?: readonly AllowedToleration[];
  readonly otherwise: 'refuse' | 'drop';
}

export interface TaintPattern {
  /** Or its beginning, with a `*` at the end. */
  readonly key: string;
  /** Absent: each. */
  readonly effect?: string;
}

export interface AllowedToleration extends TaintPattern {
  /** Absent: each. */
  readonly value?: string;
}

export interface ClassRules {
  /** Absent: all that the tenant sees. */
  readonly allowed?: readonly string[];
  /** For pods that name none. */
  readonly default?: string;
}

export interface PriorityRules extends ClassRules {
  /** The highest value of a class of the tenant's own. */
  readonly valueMax?: number;
}

export type Amounts = Readonly<Record<string, string>>;

export interface ResourceRules {
  /** What containers ask for that don't say. */
  readonly defaultRequests?: Amounts;
  readonly defaultLimits?: Amounts;
  /** The most that a container may have: it must have a limit. */
  readonly containerMax?: Amounts;
  /** The most that a pod may have, its containers together. */
  readonly podMax?: Amounts;
}

export interface ProbeRules {
  /** Kubelets ask nobody but the pod itself. */
  readonly hosts?: 'own';
  readonly leastPeriodSeconds?: number;
}

export const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;
export type ServiceType = (typeof serviceTypes)[number];

export interface ServiceRules {
  readonly types?: readonly ServiceType[];
  /** Blocks of addresses that Services may claim for themselves; empty: none. */
  readonly externalIPs?: readonly string[];
}

/** What is judged. */
export interface JudgedPod {
  /** The copy's. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The copy's; ephemeral containers included. */
  readonly spec: PodSpec;
  /** The tenant's own, whose words it knows. */
  readonly asked: PodSpec;
}

export interface Violation {
  /** `spec.containers[web].image`; empty: it is in the text. */
  readonly field: string;
  readonly text: string;
}

/** A part of a policy. Pure. */
export interface PolicyRule {
  /** Fills in what is missing. May change `spec`, which is the caller's own. Afterwards, doing it again changes nothing. */
  adjust?(policy: IsolationPolicy, spec: PodSpec, asked: PodSpec): void;
  violations(policy: IsolationPolicy, pod: JudgedPod): readonly Violation[];
}
