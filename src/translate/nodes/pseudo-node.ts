/**
 * A node of which nothing is known but that the tenant's pods run there: made up from what the pods themselves tell, and from figures that the
 * operator gives. It is ready as long as it is there; it has no heartbeats, hence no writes.
 */
import type { JsonObject } from '../../api/json.ts';
import { ownPrefix } from '../marks.ts';
import type { Image } from '../mirrors/image.ts';

/** What pseudo nodes claim to be. */
export interface PseudoFigures {
  /** `cpu`, `memory`, `pods`… in quantities as the API shows them. */
  readonly capacity: Readonly<Record<string, string>>;
  /** `v1.36.3` */
  readonly kubeletVersion: string;
  readonly architecture: string;
}

export interface PseudoNodeFacts {
  readonly name: string;
  /** Of the pods' statuses; none when no pod tells. */
  readonly hostIps: readonly string[];
}

const operatingSystem = 'linux';
/** Says that the figures are not to be taken at their word. */
const pseudoLabel = `${ownPrefix}pseudo-node`;

export function pseudoNode({ name, hostIps }: PseudoNodeFacts, figures: PseudoFigures): Image {
  const { architecture } = figures;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    name,
    uid: undefined,
    labels: {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': operatingSystem,
      'kubernetes.io/arch': architecture,
      'beta.kubernetes.io/os': operatingSystem,
      'beta.kubernetes.io/arch': architecture,
      [pseudoLabel]: 'true',
    },
    annotations: {},
    fields: { spec: {} },
    status: pseudoStatus(name, hostIps, figures),
  };
}

function pseudoStatus(name: string, hostIps: readonly string[], figures: PseudoFigures): JsonObject {
  const { capacity, kubeletVersion, architecture } = figures;
  return {
    capacity: { ...capacity },
    allocatable: { ...capacity },
    conditions: [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
    ],
    // Before the first pod has told it, the address is left as it is.
    ...(hostIps.length === 0
      ? {}
      : {
          addresses: [
            ...hostIps.map((address) => ({ type: 'InternalIP', address })),
            { type: 'Hostname', address: name },
          ],
        }),
    nodeInfo: {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: '',
      osImage: '',
      containerRuntimeVersion: '',
      kubeletVersion,
      kubeProxyVersion: kubeletVersion,
      operatingSystem,
      architecture,
    },
  };
}

/** Without times: those of the first writing stay. */
function condition(type: string, status: string, reason: string, message: string): JsonObject {
  return { type, status, reason, message };
}
