/**
 * A typed look at the parts of a pod that translation reads and writes. All else stays as it is: unknown fields survive. The objects
 * come from an API server that has checked them against the schema.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { LabelSelector } from '../selectors.ts';

export interface NameReference extends JsonObject {
  name: string;
}

export interface EnvironmentVariable extends JsonObject {
  name: string;
  valueFrom?: {
    configMapKeyRef?: NameReference;
    secretKeyRef?: NameReference;
    fieldRef?: FieldReference;
  };
}

export interface FieldReference extends JsonObject {
  fieldPath: string;
}

export interface EnvironmentSource extends JsonObject {
  configMapRef?: NameReference;
  secretRef?: NameReference;
}

export interface Container extends JsonObject {
  name: string;
  image: string;
  env?: EnvironmentVariable[];
  envFrom?: EnvironmentSource[];
  resources?: Requirements;
  volumeMounts?: (JsonObject & { name: string; mountPath: string })[];
}

/** What a container, or a pod, asks for. */
export interface Requirements extends JsonObject {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

export interface ProjectedSource extends JsonObject {
  configMap?: NameReference;
  secret?: NameReference;
  downwardAPI?: { items?: DownwardItem[] };
  serviceAccountToken?: { audience?: string; expirationSeconds?: number; path: string };
}

export interface DownwardItem extends JsonObject {
  path: string;
  fieldRef?: FieldReference;
}

export interface Volume extends JsonObject {
  name: string;
  configMap?: NameReference;
  secret?: { secretName: string };
  projected?: { sources?: ProjectedSource[]; defaultMode?: number };
  downwardAPI?: { items?: DownwardItem[] };
  persistentVolumeClaim?: { claimName: string };
  ephemeral?: JsonObject;
}

export interface PodAffinityTerm extends JsonObject {
  labelSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  namespaces?: string[];
  topologyKey: string;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

export interface PodAffinity extends JsonObject {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[];
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; podAffinityTerm: PodAffinityTerm }[];
}

interface NodeSelectorRequirement extends JsonObject {
  key: string;
  operator: string;
  values?: string[];
}

export interface NodeSelectorTerm extends JsonObject {
  matchExpressions?: NodeSelectorRequirement[];
  matchFields?: NodeSelectorRequirement[];
}

export interface Affinity extends JsonObject {
  nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] } };
  podAffinity?: PodAffinity;
  podAntiAffinity?: PodAffinity;
}

export interface PodSpec extends JsonObject {
  containers: Container[];
  initContainers?: Container[];
  ephemeralContainers?: Container[];
  volumes?: Volume[];
  imagePullSecrets?: NameReference[];
  affinity?: Affinity;
  topologySpreadConstraints?: (JsonObject & { labelSelector?: LabelSelector; matchLabelKeys?: string[] })[];
  runtimeClassName?: string;
  priorityClassName?: string;
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  serviceAccountName?: string;
  schedulingGates?: NameReference[];
  readinessGates?: { conditionType: string }[];
  terminationGracePeriodSeconds?: number;
  resources?: Requirements;
}

export interface PodCondition extends JsonObject {
  type: string;
  status: string;
}

export interface PodStatus extends JsonObject {
  phase?: string;
  conditions?: PodCondition[];
  qosClass?: string;
}

export interface PodView {
  readonly spec: PodSpec;
  readonly status?: PodStatus;
}

/** Of every sort. */
export function containersOf({ initContainers = [], containers, ephemeralContainers = [] }: PodSpec): Container[] {
  return [...initContainers, ...containers, ...ephemeralContainers];
}

/** The typed look. A door: the object's own API server has checked its types. */
export function viewPod(pod: Readonly<KubeObject>): PodView {
  return pod as unknown as PodView;
}
