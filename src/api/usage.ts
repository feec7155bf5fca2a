/** What pods and nodes use of CPU and memory, as the group metrics.k8s.io tells it. */
import type { GroupVersionResource } from './gvk.ts';
import type { KubeObject } from './object.ts';

export interface UsageReader {
  /**
   * PodMetrics, as they are to be shown; of a namespace, or of all (`''`), or only the one of that name. Who isn't measured yet isn't there.
   *
   * @throws StatusError when nothing can be told at all
   */
  pods(namespace: string, name?: string): Promise<readonly KubeObject[]>;
  /** NodeMetrics. @throws StatusError */
  nodes(): Promise<readonly KubeObject[]>;
}

export const usageGroup = 'metrics.k8s.io';
export const usageVersion = 'v1beta1';
export const usageApiVersion = `${usageGroup}/${usageVersion}`;
export const podUsage: GroupVersionResource = { group: usageGroup, version: usageVersion, resource: 'pods' };
export const nodeUsage: GroupVersionResource = { group: usageGroup, version: usageVersion, resource: 'nodes' };

/** A typed look at PodMetrics. */
export interface PodUsage {
  readonly timestamp: string;
  readonly window: string;
  readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[];
}

/** A typed look at NodeMetrics. */
export interface NodeUsage {
  readonly timestamp: string;
  readonly window: string;
  readonly usage: Readonly<Record<string, string>>;
}
