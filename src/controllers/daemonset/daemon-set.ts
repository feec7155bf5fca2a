/** What the controller reads of a DaemonSet. Mirrors apps/v1 DaemonSet. */
import { scaledIntOrPercent, type IntOrString } from '../../api/int-or-string.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { LabelSelector } from '../../api/label-selector.ts';
import type { NodeDemands } from '../../api/node-affinity.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import type { Toleration } from '../../api/toleration.ts';

export interface DaemonSetStatus {
  readonly currentNumberScheduled?: number;
  readonly numberMisscheduled?: number;
  readonly desiredNumberScheduled?: number;
  readonly numberReady?: number;
  readonly observedGeneration?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
  readonly numberUnavailable?: number;
  readonly collisionCount?: number;
  readonly conditions?: JsonValue;
}

interface RollingUpdate {
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
}

/** The parts of the template's pod that say where it may run. */
interface DaemonPodSpec extends NodeDemands {
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly tolerations?: readonly Toleration[];
}

export interface DaemonSet {
  readonly metadata: Readonly<ObjectMeta>;
  readonly selector: LabelSelector | undefined;
  readonly template: JsonObject;
  /** A part of the template. */
  readonly podSpec: DaemonPodSpec;
  readonly minReadySeconds: number;
  readonly revisionHistoryLimit: number;
  /** `undefined`: pods are only replaced when somebody deletes them. */
  readonly rollingUpdate: RollingUpdate | undefined;
  /** How often the template has changed, as older pods are labelled; `undefined`: nothing readable is said of it. */
  readonly templateGeneration: string | undefined;
  readonly status: DaemonSetStatus;
  readonly object: Readonly<KubeObject>;
}

interface DaemonSetSpec {
  readonly selector?: LabelSelector;
  readonly template?: JsonObject;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: RollingUpdate };
}

const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';

/** The typed view of a DaemonSet's JSON; the API server has validated its shape. */
export function asDaemonSet(object: Readonly<KubeObject>): DaemonSet {
  const spec = (object['spec'] ?? {}) as DaemonSetSpec;
  const { type = 'RollingUpdate', rollingUpdate = {} } = spec.updateStrategy ?? {};
  return {
    metadata: object.metadata,
    selector: spec.selector,
    template: spec.template ?? {},
    podSpec: (spec.template?.['spec'] ?? {}) as DaemonPodSpec,
    minReadySeconds: spec.minReadySeconds ?? 0,
    revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    rollingUpdate: type === 'OnDelete' ? undefined : rollingUpdate,
    templateGeneration: wholeNumber(object.metadata.annotations?.[templateGenerationAnnotation]),
    status: (object['status'] ?? {}) as DaemonSetStatus,
    object,
  };
}

/** How many pods may be there beyond one for each of `nodes`. */
export function surgeCount({ rollingUpdate }: Pick<DaemonSet, 'rollingUpdate'>, nodes: number): number {
  return share(rollingUpdate?.maxSurge, nodes);
}

/** How many of `nodes` may be without a pod that is available. */
export function unavailableCount({ rollingUpdate }: Pick<DaemonSet, 'rollingUpdate'>, nodes: number): number {
  return share(rollingUpdate?.maxUnavailable, nodes);
}

function share(value: IntOrString | undefined, total: number): number {
  const scaled = value === undefined ? undefined : scaledIntOrPercent(value, total, 'up');
  return scaled?.ok ? scaled.value : 0;
}

/** As Go reads it and writes it again. */
function wholeNumber(text: string | undefined): string | undefined {
  if (text === undefined || !/^[+-]?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? String(value) : undefined;
}
