/**
 * What a node's kubelet would tell of the pods on it, as far as metrics.k8s.io and the pods themselves say it: the summary of its statistics, and
 * its metrics. Pure. Mirrors k8s.io/kubelet/pkg/apis/stats/v1alpha1 and kubernetes pkg/kubelet/metrics, v1.36: sums over time, disks and networks
 * are left out, since nobody here knows them.
 */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { parseQuantity, quantityValue } from '../../api/quantity.ts';
import type { NodeUsage, PodUsage } from '../../api/usage.ts';
import type { Metric, Sample } from '../../lib/metrics/metric-text.ts';
import { viewAs } from '../registry/resources/view.ts';

/** What is known of a node. */
export interface NodeFacts {
  readonly node: Readonly<KubeObject>;
  /** Those that are on it. */
  readonly pods: readonly Readonly<KubeObject>[];
  /** NodeMetrics; absent: it isn't measured yet. */
  readonly nodeUsage: Readonly<KubeObject> | undefined;
  /** PodMetrics of those pods. */
  readonly podUsage: readonly Readonly<KubeObject>[];
}

interface PodView {
  readonly metadata: ObjectMeta;
  readonly status?: {
    readonly startTime?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: unknown;
    readonly terminated?: unknown;
  };
}

interface Measured {
  readonly pod: PodView;
  readonly usage: PodUsage;
}

/** `/stats/summary`. */
export function summaryOf(facts: NodeFacts): JsonObject {
  const { node, nodeUsage } = facts;
  return {
    node: {
      nodeName: node.metadata.name ?? '',
      startTime: node.metadata.creationTimestamp ?? null,
      ...(nodeUsage ? statistics(viewAs<KubeObject & NodeUsage>(nodeUsage)) : {}),
    },
    pods: measuredPods(facts).map(({ pod, usage }) => {
      const { name = '', namespace = '', uid = '' } = pod.metadata;
      const containers = usage.containers.map((container) => ({
        name: container.name,
        startTime: startOf(pod, container.name) ?? null,
        ...statistics({ timestamp: usage.timestamp, usage: container.usage }),
      }));
      const total = (figure: (usage: Amounts) => bigint): bigint =>
        usage.containers.reduce((sum, container) => sum + figure(container.usage), 0n);
      return {
        podRef: { name, namespace, uid },
        startTime: pod.status?.startTime ?? null,
        containers,
        cpu: { time: usage.timestamp, usageNanoCores: Number(total(nanoCores)) },
        memory: { time: usage.timestamp, workingSetBytes: Number(total(bytes)) },
      };
    }),
  };
}

/** `/metrics/resource`. */
export function resourceMetrics(facts: NodeFacts): readonly Metric[] {
  const measured = measuredPods(facts);
  const { nodeUsage } = facts;
  const labelsOf = ({ metadata: { name = '', namespace = '' } }: PodView) => ({ namespace, pod: name });
  const containers = measured.flatMap(({ pod, usage }) =>
    usage.containers.map((container) => ({ pod, container, labels: { container: container.name, ...labelsOf(pod) } })),
  );
  const memory = containers.map(({ container, labels }) => ({ labels, value: Number(bytes(container.usage)) }));
  const starts = containers.flatMap(({ pod, container, labels }) => {
    const started = startOf(pod, container.name);
    return started === undefined ? [] : [{ labels, value: Date.parse(started) / 1000 }];
  });
  const ofNode = nodeUsage ? [{ value: Number(bytes(viewAs<KubeObject & NodeUsage>(nodeUsage).usage)) }] : [];
  const ofPods = measured.map(({ pod, usage }) => ({
    labels: labelsOf(pod),
    value: Number(usage.containers.reduce((sum, container) => sum + bytes(container.usage), 0n)),
  }));
  const failed = '1 if there was an error while getting container metrics, 0 otherwise';
  return [
    gauge('container_memory_working_set_bytes', 'Current working set of the container in bytes', memory),
    gauge('container_start_time_seconds', 'Start time of the container since unix epoch in seconds', starts),
    gauge('node_memory_working_set_bytes', 'Current working set of the node in bytes', ofNode),
    gauge('pod_memory_working_set_bytes', 'Current working set of the pod in bytes', ofPods),
    gauge('resource_scrape_error', failed, [{ value: 0 }]),
  ];
}

/** `/metrics`. */
export function nodeMetrics({ node, pods }: NodeFacts): readonly Metric[] {
  const states = pods.flatMap((pod) => {
    const { status } = viewAs<KubeObject & PodView>(pod);
    return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(stateOf);
  });
  const running = pods.filter((pod) =>
    viewAs<KubeObject & PodView>(pod).status?.containerStatuses?.some((one) => stateOf(one) === 'running'),
  );
  return [
    gauge('kubelet_node_name', "The node's name. The count is always 1.", [
      { labels: { node: node.metadata.name ?? '' }, value: 1 },
    ]),
    gauge(
      'kubelet_running_containers',
      'Number of containers currently running',
      [...Map.groupBy(states, (state) => state)].map(([state, of]) => ({
        labels: { container_state: state },
        value: of.length,
      })),
    ),
    gauge('kubelet_running_pods', 'Number of pods that have a running pod sandbox', [{ value: running.length }]),
  ];
}

type Amounts = Readonly<Record<string, string>>;

/** Pods that are there and measured: what was measured of an earlier one of that name counts as this one's. */
function measuredPods({ pods, podUsage }: NodeFacts): readonly Measured[] {
  const byName = new Map(podUsage.map((usage) => [placeOf(usage), viewAs<KubeObject & PodUsage>(usage)]));
  return pods.flatMap((pod) => {
    const usage = byName.get(placeOf(pod));
    return usage ? [{ pod: viewAs<KubeObject & PodView>(pod), usage }] : [];
  });
}

function placeOf({ metadata: { namespace = '', name = '' } }: Readonly<KubeObject>): string {
  return `${namespace}/${name}`;
}

function statistics({ timestamp, usage }: { readonly timestamp: string; readonly usage: Amounts }): JsonObject {
  return {
    cpu: { time: timestamp, usageNanoCores: Number(nanoCores(usage)) },
    memory: { time: timestamp, workingSetBytes: Number(bytes(usage)) },
  };
}

function nanoCores(usage: Amounts): bigint {
  return quantityValue(parseQuantity(usage['cpu'] ?? '0'), -9);
}

function bytes(usage: Amounts): bigint {
  return quantityValue(parseQuantity(usage['memory'] ?? '0'));
}

function startOf({ status }: PodView, container: string): string | undefined {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.find(({ name }) => name === container)?.state?.running?.startedAt;
}

function stateOf({ state }: ContainerStatus): 'running' | 'exited' | 'created' {
  if (state?.running) return 'running';
  return state?.terminated ? 'exited' : 'created';
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: 'gauge', samples };
}
