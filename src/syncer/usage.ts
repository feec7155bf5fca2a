/** What the tenant's pods and nodes use, as the host's metrics tell it: under the tenant's names, and of nobody else's pods. Nothing is kept. */
import type { KubeObject } from '../api/object.ts';
import { addQuantities, parseQuantity, quantityText } from '../api/quantity.ts';
import type { On } from '../api/side.ts';
import { newServiceUnavailable, StatusError } from '../api/status.ts';
import { nodeUsage, podUsage, usageApiVersion, type NodeUsage, type PodUsage, type UsageReader } from '../api/usage.ts';
import type { Client } from '../client/client.ts';
import type { Informer } from '../client/informer.ts';
import { unlessNotFound } from '../controller/status-cause.ts';
import { refOfKey } from '../translate/identity.ts';
import { hostName } from '../translate/names.ts';
import { originOfCopy, tenantSelector, type Place } from '../translate/marks.ts';
import { nodeNameOf } from '../translate/pods/pod-node.ts';
import { viewPod } from '../translate/pods/pod-view.ts';

export interface UsageOptions {
  readonly place: Place;
  readonly host: Client<'host'>;
  readonly hostPods: Informer<'host'>;
  readonly tenantPods: Informer<'tenant'>;
  readonly tenantNodes: Informer<'tenant'>;
  /** The tenant sees its host's own nodes, and may know what they use. */
  readonly realNodes: boolean;
}

type Measured<T> = KubeObject & T;

export function createUsageReader(options: UsageOptions): UsageReader {
  const { place, host, tenantNodes, realNodes } = options;
  const hostPodUsage = host.resource(podUsage, place.hostNamespace);
  const pods = async (namespace: string, name?: string): Promise<Measured<PodUsage>[]> => {
    const told =
      name === undefined
        ? (await hostPodUsage.list({ labelSelector: tenantSelector(place.tenant) })).items
        : [await unlessNotFound(hostPodUsage.get(hostNameOf(place, namespace, name)))];
    return told
      .flatMap((usage) => (usage ? (podUsageOf(options, usage) ?? []) : []))
      .filter(({ metadata }) => namespace === '' || metadata.namespace === namespace);
  };
  return {
    pods: (namespace, name) => told(() => pods(namespace, name)),
    nodes: () =>
      told(async () => {
        if (!realNodes) return sumsByNode(options, await pods(''));
        const { items } = await host.resource(nodeUsage).list();
        return items.flatMap((usage) => {
          const node = tenantNodes.get(usage.metadata.name ?? '');
          return node ? [nodeUsageOf(node, viewNodeUsage(usage))] : [];
        });
      }),
  };
}

function hostNameOf({ tenant }: Place, namespace: string, name: string): string {
  const ref = refOfKey(`${namespace}/${name}`);
  return hostName(tenant, ref.namespace, ref.name);
}

/** `undefined`: it is of no pod of the tenant's. */
function podUsageOf(
  { place, hostPods, tenantPods }: UsageOptions,
  usage: On<'host', KubeObject>,
): Measured<PodUsage> | undefined {
  const copy = hostPods.get(`${place.hostNamespace}/${usage.metadata.name ?? ''}`);
  const origin = copy && originOfCopy(place, copy);
  const pod = origin && tenantPods.get(`${origin.namespace}/${origin.name}`);
  if (!pod || pod.metadata.uid !== origin.uid) return undefined;
  const { spec } = viewPod(pod);
  const own = new Set([...(spec.initContainers ?? []), ...spec.containers].map(({ name }) => name));
  const { timestamp, window, containers } = viewPodUsage(usage);
  return {
    ...heading('PodMetrics', pod, usage),
    timestamp,
    window,
    // What the host has put beside them is none of the tenant's.
    containers: containers.filter(({ name }) => own.has(name)).map(({ name, usage: used }) => ({ name, usage: used })),
  };
}

function nodeUsageOf(node: On<'tenant', KubeObject>, { timestamp, window, usage }: NodeUsage): Measured<NodeUsage> {
  return { ...heading('NodeMetrics', node), timestamp, window, usage };
}

/** Where the host's nodes are not to be seen, a node uses what the tenant's pods use on it. */
function sumsByNode(
  { tenantPods, tenantNodes }: UsageOptions,
  pods: readonly Measured<PodUsage>[],
): Measured<NodeUsage>[] {
  const byNode = Map.groupBy(pods, ({ metadata: { namespace = '', name = '' } }) => {
    const pod = tenantPods.get(`${namespace}/${name}`);
    return pod ? nodeNameOf(pod) : '';
  });
  return tenantNodes.list().flatMap((node) => {
    const on = byNode.get(node.metadata.name ?? '') ?? [];
    const [first] = on;
    if (!first) return [];
    const used = on.flatMap(({ containers }) => containers.map(({ usage }) => usage));
    const { timestamp } = on.reduce((oldest, one) => (one.timestamp < oldest.timestamp ? one : oldest), first);
    return [
      nodeUsageOf(node, {
        timestamp,
        window: first.window,
        usage: { cpu: sum(used, 'cpu'), memory: sum(used, 'memory') },
      }),
    ];
  });
}

function sum(used: readonly Readonly<Record<string, string>>[], resource: string): string {
  const amounts = used.map((usage) => parseQuantity(usage[resource] ?? '0'));
  return quantityText(amounts.reduce(addQuantities, parseQuantity('0')));
}

function heading(kind: string, of: Readonly<KubeObject>, told?: Readonly<KubeObject>): KubeObject {
  const { name, namespace, labels } = of.metadata;
  const { creationTimestamp } = told?.metadata ?? {};
  return {
    apiVersion: usageApiVersion,
    kind,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
  };
}

/** The typed look. A door: the host's API has checked its types. */
function viewPodUsage(usage: Readonly<KubeObject>): PodUsage {
  return usage as unknown as PodUsage;
}

/** The typed look. A door, too. */
function viewNodeUsage(usage: Readonly<KubeObject>): NodeUsage {
  return usage as unknown as NodeUsage;
}

/** What the host answers is no business of who asked; that nothing can be told is. */
async function told<T>(reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    const code = error instanceof StatusError ? error.status.code : undefined;
    if (code === 404)
      throw newServiceUnavailable('the host of this cluster measures nothing: it has no metrics server');
    if (code === 403) throw newServiceUnavailable('the host of this cluster does not tell what pods and nodes use');
    throw newServiceUnavailable('the host of this cluster does not tell just now what pods and nodes use');
  }
}
