/**
 * Names of the tenant's API in pods that ask the host's DNS, to which `kubernetes.default` is the host's API: they stand in the pod's hosts file, behind what
 * the pod itself has there. Pure.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { serviceSpec } from '../services.ts';
import type { PodSpec } from './pod-view.ts';
import { hasIp } from './service-environment.ts';

/** Changes in place: `spec` is the caller's own copy. */
export function nameApi(spec: PodSpec, namespace: string, api: Readonly<KubeObject>, clusterDomain: string): void {
  const { metadata } = api;
  const { clusterIP = '' } = serviceSpec(api);
  if (!hasIp(api)) return;
  const inNamespace = `${metadata.name ?? ''}.${metadata.namespace ?? ''}`;
  const hostnames = [inNamespace, `${inNamespace}.svc`, `${inNamespace}.svc.${clusterDomain}`];
  if (namespace === metadata.namespace) hostnames.unshift(metadata.name ?? '');
  const aliases = Array.isArray(spec['hostAliases']) ? spec['hostAliases'] : [];
  const alias: JsonObject = { ip: clusterIP, hostnames };
  spec['hostAliases'] = [...aliases, alias];
}
