/** A simulated node as the API shows it. */
import { StatusError } from '../../api/status.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Client } from '../../client/client.ts';
import { timestamp } from '../../lib/clock.ts';

export interface NodeShape {
  readonly name: string;
  readonly address: string;
  /** The first address of its pods, as a number; there are {@link podAddressesPerNode} of them. */
  readonly podBase: number;
  readonly podCidr: string;
}

export const podAddressesPerNode = 4096;

const nodes = { group: '', version: 'v1', resource: 'nodes' };
const kubeletVersion = 'v1.36.3';

/** The node number `index`, from 0. Pods get addresses of 10.244.0.0/14, nodes of 172.30.0.0/16. */
export function nodeShape(index: number): NodeShape {
  const podBase = ((10 << 24) | (244 << 16)) + index * podAddressesPerNode;
  return {
    name: `node-${index + 1}`,
    address: addressText(((172 << 24) | (30 << 16)) + index + 10),
    podBase,
    podCidr: `${addressText(podBase)}/20`,
  };
}

/** Dotted decimals of an IPv4 address. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export function nodeObject(shape: NodeShape, now: number): KubeObject {
  const capacity = { cpu: '32', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '1000' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: shape.name,
      labels: {
        'kubernetes.io/hostname': shape.name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        // A cluster's node controller would add these.
        'beta.kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': 'amd64',
        'node.sublet.dev/simulated': 'true',
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: { podCIDR: shape.podCidr, podCIDRs: [shape.podCidr] },
    status: {
      capacity,
      allocatable: capacity,
      conditions: conditions(now),
      addresses: [
        { type: 'InternalIP', address: shape.address },
        { type: 'Hostname', address: shape.name },
      ],
      nodeInfo: {
        machineID: shape.name,
        systemUUID: shape.name,
        bootID: shape.name,
        kernelVersion: 'simulated',
        osImage: 'Sublet simulation',
        containerRuntimeVersion: 'simulated://1',
        kubeletVersion,
        kubeProxyVersion: kubeletVersion,
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  };
}

function conditions(now: number) {
  const at = timestamp(now);
  const pressure = (type: string, reason: string, message: string) => condition(type, 'False', reason, message, at);
  return [
    pressure('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    pressure('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    pressure('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status', at),
  ];
}

function condition(type: string, status: string, reason: string, message: string, at: string) {
  return { type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime: at };
}

/** Makes the node, or says anew that it is ready. */
export async function registerNode(host: Client<'host'>, wanted: KubeObject): Promise<void> {
  const resource = host.resource(nodes);
  try {
    await resource.create(wanted);
  } catch (error) {
    if (!(error instanceof StatusError) || error.status.reason !== 'AlreadyExists') throw error;
  }
  // Creation drops the status, and an upstream host taints a node that was away until it is ready again.
  await resource.patch(wanted.metadata.name ?? '', 'merge', { status: wanted['status'] }, { subresource: 'status' });
}
