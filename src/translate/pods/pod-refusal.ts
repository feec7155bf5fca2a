/**
 * Pods whose owner chose the node. A tenant's choice does not pass by the host's scheduler; where that finds no room on the node, the pod is refused, as
 * the node itself would refuse it in any cluster. Pure.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { viewPod } from './pod-view.ts';

const noPorts = "node(s) didn't have free ports for the requested pod ports";

/** The fields of the tenant pod's status that say so; `undefined`: it is not refused. Mirrors kubelet lifecycle/predicate.go. */
export function refusalOf(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): JsonObject | undefined {
  const view = viewPod(copy);
  if (!viewPod(pod).spec.nodeName || view.spec.nodeName) return undefined;
  const scheduled = view.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled['reason'] !== 'Unschedulable') return undefined;
  const said = typeof scheduled['message'] === 'string' ? scheduled['message'] : '';
  if (said.includes(noPorts)) return failed('NodePorts', `Predicate NodePorts failed: ${noPorts}`);
  const [insufficient, resource = 'pods'] = /Insufficient ([^\s,.]+(?:\.[^\s,.]+)*)|Too many pods/.exec(said) ?? [];
  if (insufficient === undefined) return undefined;
  return failed(`OutOf${resource}`, `Node didn't have enough resource: ${resource}`);
}

function failed(reason: string, message: string): JsonObject {
  return { phase: 'Failed', reason, message: `Pod was rejected: ${message}` };
}
