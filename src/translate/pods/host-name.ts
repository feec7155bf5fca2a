/**
 * What a pod calls itself. The kubelet makes a host name of the copy's name, and a domain of the host namespace; so the copy says the tenant's name, and
 * nothing of a subdomain, which would be one of the host. Mirrors kubernetes kubelet_pods.go GeneratePodHostNameAndDomain, v1.36; what can't be equal is
 * in hack/decisions/0025. Pure.
 */
import type { PodSpec } from './pod-view.ts';

/** What a kernel takes; kubelets cut there. */
const hostnameLengthMax = 63;

/** Changes in place: `spec` is the caller's own copy. */
export function nameHost(spec: PodSpec, name: string, namespace: string, clusterDomain: string): void {
  const { subdomain, setHostnameAsFQDN } = spec;
  const asked = typeof spec['hostname'] === 'string' && spec['hostname'] !== '' ? spec['hostname'] : name;
  const hostname = cut(asked);
  delete spec['subdomain'];
  delete spec['setHostnameAsFQDN'];
  // A label. A pod's name may have dots in it, and such a host name can only be had as an override.
  if (!hostname.includes('.')) spec['hostname'] = hostname;
  else delete spec['hostname'];
  // Who is in the node's network has its name.
  if (spec['hostNetwork'] === true || typeof spec['hostnameOverride'] === 'string') return;
  if (setHostnameAsFQDN === true && typeof subdomain === 'string' && subdomain !== '')
    spec['hostnameOverride'] = `${hostname}.${subdomain}.${namespace}.svc.${clusterDomain}`;
  else if (hostname.includes('.')) spec['hostnameOverride'] = hostname;
}

/**
 * The name of the pod in the domain of its headless Service, `hostname.subdomain`; `undefined`: it has none there. Of the tenant's own spec. Mirrors the
 * EndpointSlice controller's ShouldSetHostname, v1.36.
 */
export function endpointName({ hostname, subdomain }: PodSpec): string | undefined {
  const isNamed = typeof hostname === 'string' && hostname !== '' && typeof subdomain === 'string' && subdomain !== '';
  return isNamed ? `${hostname}.${subdomain}` : undefined;
}

function cut(hostname: string): string {
  return hostname.length <= hostnameLengthMax ? hostname : hostname.slice(0, hostnameLengthMax).replace(/[-.]+$/, '');
}
