/**
 * What simulated pods and nodes use: what a pod's annotations say (`simulation.sublet.dev/cpu: 250m`, `…/memory: 64Mi`: of each container), else a
 * tenth of the CPU that it requests and half of the memory, else next to nothing.
 */
import type { KubeObject } from '../../api/object.ts';
import { addQuantities, canonicalQuantity, parseQuantity, quantityText, type Quantity } from '../../api/quantity.ts';
import { usageApiVersion, type NodeUsage, type PodUsage, type UsageReader } from '../../api/usage.ts';
import { timestamp, type Clock } from '../../lib/clock.ts';
import { viewPod, type Container } from './pod-view.ts';
import { simulationAnnotation } from './script.ts';

/** Reads the objects of the cluster whose pods are simulated; `namespace` empty: all. */
export type PodLister = (namespace: string) => Promise<readonly Readonly<KubeObject>[]>;

const window = '15s';
const idle = { cpu: '1m', memory: '8Mi' } as const;
type Amount = keyof typeof idle;

export function createSimulatedUsage(pods: PodLister, clock: Clock): UsageReader {
  const measured = async (namespace: string): Promise<readonly { node: string; metrics: KubeObject & PodUsage }[]> =>
    (await pods(namespace)).flatMap((pod) => {
      const running = runningContainers(pod);
      if (running.length === 0) return [];
      return [{ node: viewPod(pod).spec.nodeName ?? '', metrics: podMetrics(pod, running, clock.now()) }];
    });
  return {
    pods: async (namespace, name) =>
      (await measured(namespace))
        .map(({ metrics }) => metrics)
        .filter(({ metadata }) => name === undefined || metadata.name === name),
    nodes: async () => {
      const byNode = Map.groupBy(await measured(''), ({ node }) => node);
      return [...byNode].map(([name, on]) =>
        nodeMetrics(
          name,
          on.map(({ metrics }) => metrics),
          clock.now(),
        ),
      );
    },
  };
}

function runningContainers(pod: Readonly<KubeObject>): readonly Container[] {
  const { spec, status } = viewPod(pod);
  const running = new Set(
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
      .filter(({ state }) => state?.running !== undefined)
      .map(({ name }) => name),
  );
  return [...(spec.initContainers ?? []), ...spec.containers].filter(({ name }) => running.has(name));
}

function podMetrics(pod: Readonly<KubeObject>, running: readonly Container[], now: number): KubeObject & PodUsage {
  const { name = '', namespace = '', labels = {} } = pod.metadata;
  return {
    apiVersion: usageApiVersion,
    kind: 'PodMetrics',
    metadata: { name, namespace, labels, creationTimestamp: timestamp(now) },
    timestamp: timestamp(now),
    window,
    containers: running.map((container) => ({
      name: container.name,
      usage: { cpu: amountOf(pod, container, 'cpu'), memory: amountOf(pod, container, 'memory') },
    })),
  };
}

function nodeMetrics(name: string, pods: readonly PodUsage[], now: number): KubeObject & NodeUsage {
  const used = pods.flatMap(({ containers }) => containers.map(({ usage }) => usage));
  const sum = (amount: Amount): string =>
    quantityText(used.map((usage) => parseQuantity(usage[amount] ?? '0')).reduce(addQuantities, parseQuantity('0')));
  return {
    apiVersion: usageApiVersion,
    kind: 'NodeMetrics',
    metadata: { name, creationTimestamp: timestamp(now) },
    timestamp: timestamp(now),
    window,
    usage: { cpu: sum('cpu'), memory: sum('memory') },
  };
}

function amountOf(pod: Readonly<KubeObject>, container: Container, amount: Amount): string {
  const said = simulationAnnotation(pod, amount);
  const asSaid = said === undefined ? undefined : canonicalQuantity(said);
  if (asSaid && 'text' in asSaid) return asSaid.text;
  const requested = container.resources?.requests?.[amount];
  if (requested === undefined) return idle[amount];
  const share = partOf(parseQuantity(requested), amount === 'cpu' ? 10n : 2n);
  return share.mantissa === 0n ? idle[amount] : quantityText(share);
}

/** Rounded down, to milli of CPU and bytes of memory. */
function partOf({ mantissa, exponent, format }: Quantity, divisor: bigint): Quantity {
  return { mantissa: (mantissa * 1000n) / divisor, exponent: exponent - 3, format };
}
