/** A typed look at the parts of nodes that translation reads and writes. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';

export interface Taint extends JsonObject {
  key: string;
  effect: string;
}

export interface NodeSpec extends JsonObject {
  taints?: Taint[];
  unschedulable?: boolean;
  providerID?: string;
}

export interface NodeCondition extends JsonObject {
  type: string;
  status: string;
}

export interface NodeStatus extends JsonObject {
  conditions?: NodeCondition[];
}

/** The typed look. A door: the object's own API server has checked its types. */
export function nodeSpec(node: Readonly<KubeObject>): NodeSpec {
  return (node['spec'] ?? {}) as NodeSpec;
}

/** The typed look. A door: the object's own API server has checked its types. */
export function nodeStatus(node: Readonly<KubeObject>): NodeStatus {
  return (node['status'] ?? {}) as NodeStatus;
}

/** No two taints of a node have the same. */
export function taintKey({ key, effect }: Taint): string {
  return `${key}:${effect}`;
}
