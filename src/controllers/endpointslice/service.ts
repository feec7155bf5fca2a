/** What controllers read of a Service. */
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { hasLabels } from '../../api/label-requirement.ts';
import type { Pod } from '../../controller/pod.ts';

export interface Service {
  readonly metadata: Readonly<ObjectMeta>;
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly type: string | undefined;
  readonly clusterIP: string | undefined;
  readonly ipFamilies: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly publishNotReadyAddresses: boolean;
  /** Endpoints as near as this, where there are any; `undefined`: all are as good. */
  readonly prefers: 'zone' | 'node' | undefined;
  readonly object: Readonly<KubeObject>;
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
  readonly targetPort?: number | string;
}

/** The typed view of a Service's JSON; the API server has validated its shape. */
export function asService(object: Readonly<KubeObject>): Service {
  const spec = (object['spec'] ?? {}) as Partial<Omit<Service, 'metadata' | 'object' | 'prefers'>> & {
    readonly trafficDistribution?: string;
  };
  return {
    metadata: object.metadata,
    selector: spec.selector,
    type: spec.type,
    clusterIP: spec.clusterIP,
    ipFamilies: spec.ipFamilies ?? [],
    ports: spec.ports ?? [],
    publishNotReadyAddresses: spec.publishNotReadyAddresses ?? false,
    prefers: hasTopologyMode(object) ? undefined : preferences[spec.trafficDistribution ?? ''],
    object,
  };
}

const preferences: Readonly<Partial<Record<string, 'zone' | 'node'>>> = {
  PreferClose: 'zone',
  PreferSameZone: 'zone',
  PreferSameNode: 'node',
};

/** Upstream gives hints by another rule then. Mirrors hintsEnabled. */
function hasTopologyMode({ metadata: { annotations = {} } }: Readonly<KubeObject>): boolean {
  const mode =
    annotations['service.kubernetes.io/topology-aware-hints'] ?? annotations['service.kubernetes.io/topology-mode'];
  return mode === 'Auto' || mode === 'auto';
}

/** Whether it has an address of its own; else it is headless. */
export function hasClusterIp(service: Service): boolean {
  return service.clusterIP !== undefined && service.clusterIP !== '' && service.clusterIP !== 'None';
}

/** Whether the endpoints of this Service are for controllers to find. An empty selector matches all pods. */
export function hasManagedEndpoints(service: Service): boolean {
  return service.type !== 'ExternalName' && service.selector !== undefined;
}

export function selectsPod(service: Service, pod: Pod): boolean {
  return service.selector !== undefined && hasLabels(service.selector, pod.metadata.labels);
}

/** The pod's port that the Service's port leads to; `undefined`: it has none of that name. Mirrors FindPort. */
export function findPort(pod: Pod, port: ServicePort): number | undefined {
  const { targetPort = port.port, protocol = 'TCP' } = port;
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = pod.spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always') ?? [];
  const ports = [...(pod.spec.containers ?? []), ...sidecars].flatMap((container) => container.ports ?? []);
  return ports.find((one) => one.name === targetPort && (one.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** Whether the pod has an address and hasn't ended. Mirrors ShouldPodBeInEndpoints. */
export function belongsInEndpoints(pod: Pod, terminating: boolean): boolean {
  const { phase, podIP, podIPs } = pod.status ?? {};
  if (phase === 'Failed' || phase === 'Succeeded') return false;
  if (!podIP && !podIPs?.length) return false;
  return terminating || pod.metadata.deletionTimestamp === undefined;
}

/** The pod's host name is published where its subdomain is the Service. Mirrors ShouldSetHostname. */
export function publishedHostname(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  const matches = subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace;
  return hostname && matches ? hostname : undefined;
}

/** Labels that endpoints take over from their Service are all but those that controllers set. */
export const headlessLabel = 'service.kubernetes.io/headless';
export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
