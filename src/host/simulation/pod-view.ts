/** A typed look at the parts of a pod that the simulation reads and writes. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';

export interface Container extends JsonObject {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: EnvironmentVariable[];
  volumeMounts?: VolumeMount[];
  restartPolicy?: RestartPolicy;
  restartPolicyRules?: RestartRule[];
  readinessProbe?: Probe;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  terminationMessagePath?: string;
  terminationMessagePolicy?: string;
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export interface EnvironmentVariable extends JsonObject {
  name: string;
  value?: string;
  valueFrom?: { fieldRef?: { fieldPath: string } };
}

export interface VolumeMount extends JsonObject {
  name: string;
  mountPath: string;
  subPath?: string;
}

export interface Probe extends JsonObject {
  initialDelaySeconds?: number;
}

export interface RestartRule extends JsonObject {
  action: string;
  exitCodes?: { operator: 'In' | 'NotIn'; values?: number[] };
}

export interface Volume extends JsonObject {
  name: string;
  emptyDir?: JsonObject;
  ephemeral?: JsonObject;
  hostPath?: { path: string };
  persistentVolumeClaim?: { claimName: string };
}

export interface Terminated {
  exitCode: number;
  reason: string;
  message?: string;
  startedAt: string;
  finishedAt: string;
  containerID: string;
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
  allocatedResources?: Record<string, string>;
  resources?: NonNullable<Container['resources']>;
}

export interface PodCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime: string;
  lastProbeTime: null;
  observedGeneration?: number;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PodStatus {
  phase?: PodPhase;
  conditions?: PodCondition[];
  startTime?: string;
  hostIP?: string;
  hostIPs?: { ip: string }[];
  podIP?: string;
  podIPs?: { ip: string }[];
  qosClass?: string;
  observedGeneration?: number;
  reason?: string;
  message?: string;
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
  ephemeralContainerStatuses?: ContainerStatus[];
}

export interface PodView {
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
    readonly nodeName?: string;
    readonly hostname?: string;
    readonly serviceAccountName?: string;
    readonly restartPolicy?: RestartPolicy;
    readonly hostNetwork?: boolean;
    readonly activeDeadlineSeconds?: number;
    readonly readinessGates?: readonly { readonly conditionType: string }[];
    readonly terminationGracePeriodSeconds?: number;
  };
  readonly status?: PodStatus;
}

/** The typed look. A door: the object's own API server has checked its types. */
export function viewPod(pod: Readonly<KubeObject>): PodView {
  return pod as unknown as PodView;
}

/** The pod with another status. A door: the status is JSON, by its types above. */
export function withStatus(pod: Readonly<KubeObject>, status: PodStatus): KubeObject {
  return { ...pod, status } as unknown as KubeObject;
}
