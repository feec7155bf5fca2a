/** Ports of nodes that pods take. Pure. Mirrors the scheduler's NodePorts plugin, which kubelets ask, too. */
import type { KubeObject } from '../api/object.ts';

export interface HostPort {
  readonly port: number;
  readonly protocol: string;
  /** `0.0.0.0`: all of the node's addresses. */
  readonly address: string;
}

const allAddresses = '0.0.0.0';

/** What the pod takes of its node, as long as it runs. */
export function hostPortsOf(pod: Readonly<KubeObject>): readonly HostPort[] {
  const { containers = [], initContainers = [] } = (pod['spec'] ?? {}) as PortsSpec;
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...containers, ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort = 0, protocol = 'TCP', hostIP }): HostPort[] =>
      hostPort > 0 ? [{ port: hostPort, protocol, address: hostIP || allAddresses }] : [],
    );
}

export function portsConflict(left: HostPort, right: HostPort): boolean {
  const addresses = [left.address, right.address];
  return (
    left.port === right.port &&
    left.protocol === right.protocol &&
    (left.address === right.address || addresses.includes(allAddresses))
  );
}

/** A door: the object's own API server has checked its types. */
interface PortsSpec {
  readonly containers?: readonly PortsContainer[];
  readonly initContainers?: readonly PortsContainer[];
}

interface PortsContainer {
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly hostPort?: number; readonly protocol?: string; readonly hostIP?: string }[];
}
