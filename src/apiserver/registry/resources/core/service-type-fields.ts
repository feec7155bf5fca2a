/**
 * A Service that changes its type loses what its old type alone had, unless the user changes that as well (then validation
 * speaks). Mirrors pkg/registry/core/service dropTypeDependentFields, v1.36.
 */
import { equalJson, type JsonObject } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { objectAt, objectsAt, textAt } from '../../../../api/json-fields.ts';
import { jsonOf } from '../fields.ts';

/** May mutate `service`. */
export function clearFieldsOfOldType(service: KubeObject, old: Readonly<KubeObject>): void {
  const spec = objectAt(jsonOf(service), 'spec');
  const before = objectAt(jsonOf(old), 'spec');
  if (!spec || !before) return;
  if (needsClusterIp(before) && !needsClusterIp(spec)) {
    clearUnchanged(spec, before, ['clusterIP', 'clusterIPs']);
    clearUnchanged(spec, before, ['ipFamilies']);
    clearUnchanged(spec, before, ['ipFamilyPolicy']);
    clearUnchanged(spec, before, ['internalTrafficPolicy']);
  }
  if (needsNodePort(before) && !needsNodePort(spec) && sameNodePorts(spec, before)) {
    for (const port of objectsAt(spec, 'ports')) delete port['nodePort'];
  }
  if (needsHealthPort(before) && !needsHealthPort(spec)) clearUnchanged(spec, before, ['healthCheckNodePort']);
  if (textAt(before, 'type') === 'LoadBalancer' && textAt(spec, 'type') !== 'LoadBalancer') {
    clearUnchanged(spec, before, ['allocateLoadBalancerNodePorts']);
    clearUnchanged(spec, before, ['loadBalancerClass']);
  }
  if (isReachable(before) && !isReachable(spec)) clearUnchanged(spec, before, ['externalTrafficPolicy']);
  const status = objectAt(jsonOf(service), 'status');
  if (status && textAt(spec, 'type') !== 'LoadBalancer') status['loadBalancer'] = {};
}

function clearUnchanged(spec: JsonObject, before: JsonObject, names: readonly string[]): void {
  if (!names.every((name) => equalJson(spec[name], before[name]))) return;
  for (const name of names) delete spec[name];
}

function needsClusterIp(spec: JsonObject): boolean {
  return textAt(spec, 'type') !== 'ExternalName';
}

function needsNodePort(spec: JsonObject): boolean {
  return textAt(spec, 'type') === 'NodePort' || textAt(spec, 'type') === 'LoadBalancer';
}

function needsHealthPort(spec: JsonObject): boolean {
  return textAt(spec, 'type') === 'LoadBalancer' && textAt(spec, 'externalTrafficPolicy') === 'Local';
}

function isReachable(spec: JsonObject): boolean {
  const type = textAt(spec, 'type');
  const external = spec['externalIPs'];
  return needsNodePort(spec) || (type === 'ClusterIP' && Array.isArray(external) && external.length > 0);
}

function sameNodePorts(spec: JsonObject, before: JsonObject): boolean {
  const now = nodePorts(spec);
  const was = nodePorts(before);
  return now.size === was.size && [...now].every((port) => was.has(port));
}

function nodePorts(spec: JsonObject): ReadonlySet<unknown> {
  return new Set(objectsAt(spec, 'ports').flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])));
}
