/** Services: their Endpoints and EndpointSlices are the ready pods, when all is quiet. */
import type { KubeObject } from '../../../../src/api/object.ts';
import { asPod, isPodReady, isPodTerminal } from '../../../../src/controller/pod.ts';
import type { Truth } from '../truth.ts';
import { specOf, textOf, type Check } from './check.ts';

interface Spec {
  readonly selector: Readonly<Record<string, string>>;
  readonly publishNotReadyAddresses: boolean;
  readonly type: string;
}

interface Slice {
  readonly endpoints?: readonly { readonly addresses: readonly string[]; readonly conditions?: { ready?: boolean } }[];
}

export const endpointsCheck: Check = {
  whenQuiet: ({ truth }) => truth.list('services').flatMap((service) => converged(truth, service)),
};

function converged(truth: Truth, service: KubeObject): string[] {
  const { selector, publishNotReadyAddresses = false } = specOf<Spec>(service);
  if (!selector || Object.keys(selector).length === 0) return [];
  const { namespace = '', name = '' } = service.metadata;
  const wanted = truth
    .list('pods')
    .filter(({ metadata }) => metadata.namespace === namespace)
    .filter(({ metadata }) => Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value))
    .map(asPod)
    .filter((pod) => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined)
    .filter((pod) => isPodReady(pod) || publishNotReadyAddresses)
    .flatMap((pod) => pod.status?.podIP ?? []);
  const slices = truth
    .list('endpointslices')
    .filter(({ metadata }) => metadata.namespace === namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name) as unknown as readonly Slice[];
  const sliced = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses);
  const { subsets = [] } = (truth.get('endpoints', namespace, name) ?? {}) as unknown as {
    subsets?: { addresses?: { ip: string }[] }[];
  };
  const listed = subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
  const sorted = (addresses: readonly string[]): string => addresses.toSorted().join();
  const wrong: string[] = [];
  if (sorted(sliced) !== sorted(wanted)) wrong.push(`its slices have ${sorted(sliced)} instead of ${sorted(wanted)}`);
  if (sorted(listed) !== sorted(wanted))
    wrong.push(`its Endpoints have ${sorted(listed)} instead of ${sorted(wanted)}`);
  return wrong.map((text) => `${textOf(service)}: ${text}`);
}
