/** How a copy on the host finds itself in its tenant's cluster: services, DNS, names. Pure. */
import type { KubeObject } from '../../api/object.ts';
import { nameOn, type Name } from '../../api/side.ts';
import type { Origin, Place } from '../marks.ts';
import { hostName } from '../names.ts';
import { nameApi } from './api-names.ts';
import { askClusterDns, type ClusterDns } from './cluster-dns.ts';
import { nameHost } from './host-name.ts';
import { containersOf, type Container, type EnvironmentSource, type PodSpec } from './pod-view.ts';
import { hasIp, serviceVariables, tellServices } from './service-environment.ts';

/** What of a tenant's cluster its pods are told. */
export interface InCluster {
  /** The tenant's. Absent: pods ask the host's. */
  readonly dns?: ClusterDns | undefined;
  /** Of a namespace of the tenant. */
  readonly servicesIn: (namespace: string) => readonly Readonly<KubeObject>[];
  /** The keys of what a container's environment is filled from, where they are known. */
  readonly keysOf: (kind: 'configmaps' | 'secrets', namespace: string, name: string) => readonly string[];
}

/** Something that the pod's owner is told, in an Event; nothing is refused for it. */
export interface Notice {
  readonly reason: string;
  readonly message: string;
}

export const defaultClusterDomain = 'cluster.local';
const apiNamespace = 'default';
const apiName = 'kubernetes';

/** The Service by which pods find their API; `undefined`: it isn't there, or has no address yet. */
export function apiService({ servicesIn }: InCluster): Readonly<KubeObject> | undefined {
  const found = servicesIn(apiNamespace).find(({ metadata }) => metadata.name === apiName);
  return found && hasIp(found) ? found : undefined;
}

/** What its copy is called on the host. */
export function apiServiceCopy({ tenant }: Place): Name<'host'> {
  return hostName(tenant, nameOn('tenant', apiNamespace), nameOn('tenant', apiName));
}

/** Whether a key is that of the Service by which pods find their API. */
export function isApiService(key: string): boolean {
  return key === `${apiNamespace}/${apiName}`;
}

/** Changes in place: `spec` is the caller's own copy, with the tenant's references. `inCluster` absent: nothing of the tenant's cluster is known. */
export function settleInCluster(
  spec: PodSpec,
  { namespace, name }: Origin,
  inCluster: InCluster | undefined,
  tell: (notice: Notice) => void,
): void {
  const wantsLinks = spec['enableServiceLinks'] !== false;
  spec['enableServiceLinks'] = false;
  const clusterDomain = inCluster?.dns?.clusterDomain ?? defaultClusterDomain;
  nameHost(spec, name, namespace, clusterDomain);
  if (!inCluster) return;
  const { dns, servicesIn } = inCluster;
  for (const message of dns ? askClusterDns(spec, namespace, dns) : []) tell({ reason: 'DNSConfigForming', message });
  const api = apiService(inCluster);
  if (api && !dns) nameApi(spec, namespace, api, clusterDomain);
  const containers = containersOf(spec).length;
  const { variables, leftOut } = serviceVariables({ api, linked: wantsLinks ? servicesIn(namespace) : [] }, containers);
  tellServices(spec, variables, (container) => givenTo(container, namespace, inCluster));
  if (leftOut > 0) tell({ reason: 'ServiceLinksLimited', message: tooManyLinks(leftOut) });
}

/** Variables that a container gets of config maps and secrets: they have the last word over what a kubelet adds. */
function givenTo({ envFrom = [] }: Container, namespace: string, { keysOf }: InCluster): ReadonlySet<string> {
  const keys = ({ prefix, configMapRef, secretRef }: EnvironmentSource): readonly string[] =>
    [
      ...(configMapRef ? keysOf('configmaps', namespace, configMapRef.name) : []),
      ...(secretRef ? keysOf('secrets', namespace, secretRef.name) : []),
    ].map((key) => (typeof prefix === 'string' ? prefix + key : key));
  return new Set(envFrom.flatMap(keys));
}

function tooManyLinks(leftOut: number): string {
  return (
    `The namespace has more services than the pod's environment can tell of: ${leftOut} of them, the last by name, have no variables in it. ` +
    'Pods that find services by DNS need none: enableServiceLinks: false.'
  );
}
