/** What pods use of a quota. Mirrors kubernetes pkg/quota/v1/evaluator/core/pods.go. Pure. */
import type { KubeObject, ObjectMeta } from '../object.ts';
import { qualityOfService, type PodWithResources } from '../pod-quality.ts';
import { addAmounts, type Amounts } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';
import { podAmounts, type QuotaContainer, type QuotaPodSpec } from './pod-amounts.ts';
import { valuesMatch, type ScopeRequirement } from './quota.ts';
import { resizedSpec, type ResizedStatus } from './resized-pod.ts';

interface AffinityTerm {
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: object;
}

interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly AffinityTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly podAffinityTerm?: AffinityTerm }[];
}

interface QuotaPod {
  readonly metadata: Readonly<ObjectMeta>;
  readonly spec: QuotaPodSpec & {
    readonly activeDeadlineSeconds?: number;
    readonly priorityClassName?: string;
    readonly affinity?: { readonly podAffinity?: PodAffinity; readonly podAntiAffinity?: PodAffinity };
  };
  readonly status?: ResizedStatus & { readonly phase?: string };
}

const computed = ['cpu', 'memory', 'ephemeral-storage'];
const named = new Set([
  'count/pods',
  'pods',
  ...computed.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);
/** A container must say how much of these it wants, where they are limited. */
const demanded = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

export const podEvaluator: Evaluator = {
  handles(operation, subresource, object, old) {
    if (subresource === 'resize') return operation === 'UPDATE';
    if (subresource !== '') return false;
    return operation === 'CREATE' || (old !== undefined && isTerminating(asPod(object)) !== isTerminating(asPod(old)));
  },
  matching: (names) => names.filter((name) => named.has(name) || isHugePages(name) || isExtended(name)),
  matchesScope,
  usage(object, now) {
    const pod = asPod(object);
    const counted: Amounts = { 'count/pods': '1' };
    if (!isCharged(pod, now)) return counted;
    const spec = resizedSpec(pod.spec, pod.status);
    return addAmounts(counted, usageOf(podAmounts(spec, 'requests'), podAmounts(spec, 'limits')));
  },
  changesAt(object, now) {
    const end = chargedUntil(asPod(object));
    return end >= now && Number.isFinite(end) ? end + 1 : undefined;
  },
  missing(names, object) {
    const { spec } = asPod(object);
    if (spec.resources && Object.keys({ ...spec.resources.requests, ...spec.resources.limits }).length > 0)
      return undefined;
    const wanted = names.filter((name) => demanded.has(name)).toSorted();
    const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
    const texts = wanted.flatMap((name) => {
      const silent = containers.filter((container) => !says(container, name)).map((container) => container.name);
      return silent.length === 0 ? [] : [`${name} for: ${[...new Set(silent)].toSorted().join(',')}`];
    });
    return texts.length === 0 ? undefined : `must specify ${texts.join('; ')}`;
  },
};

function asPod(object: Readonly<KubeObject>): QuotaPod {
  return object as unknown as QuotaPod;
}

function usageOf(requests: Amounts, limits: Amounts): Amounts {
  const usage: Record<string, string> = { pods: '1' };
  for (const name of computed) {
    const request = requests[name];
    const limit = limits[name];
    if (request !== undefined) Object.assign(usage, { [name]: request, [`requests.${name}`]: request });
    if (limit !== undefined) usage[`limits.${name}`] = limit;
  }
  for (const [name, request] of Object.entries(requests)) {
    if (name.startsWith('hugepages-')) Object.assign(usage, { [name]: request, [`requests.${name}`]: request });
    // Extended resources are limited by their requests only.
    if (isExtended(`requests.${name}`)) usage[`requests.${name}`] = request;
  }
  return usage;
}

function says({ resources = {} }: QuotaContainer, name: string): boolean {
  return Object.hasOwn(usageOf(resources.requests ?? {}, resources.limits ?? {}), name);
}

/** Neither ended, nor past the time by which it should have been gone. */
function isCharged(pod: QuotaPod, now: number): boolean {
  return now <= chargedUntil(pod);
}

function chargedUntil({ metadata, status }: QuotaPod): number {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return Number.NEGATIVE_INFINITY;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return Number.POSITIVE_INFINITY;
  return Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function matchesScope(scope: ScopeRequirement, object: Readonly<KubeObject>): boolean {
  const pod = asPod(object);
  const { priorityClassName = '' } = pod.spec;
  // The API server has made its quantities good.
  const bestEffort = (): boolean => qualityOfService(object as unknown as PodWithResources) === 'BestEffort';
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return bestEffort();
    case 'NotBestEffort':
      return !bestEffort();
    case 'PriorityClass':
      return valuesMatch(scope, priorityClassName === '' ? [] : [priorityClassName]);
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(pod);
    default:
      return false;
  }
}

function isTerminating({ spec }: QuotaPod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

function reachesOtherNamespaces({ spec: { affinity = {} } }: QuotaPod): boolean {
  const terms = [affinity.podAffinity, affinity.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm = {} }) => podAffinityTerm),
  ]);
  return terms.some(
    ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
  );
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

/** By its name in a quota. Those that a device class stands for are Kubernetes' own, and count as well. */
function isExtended(name: string): boolean {
  if (name.startsWith('requests.deviceclass.resource.kubernetes.io/')) return true;
  return name.startsWith('requests.') && name.includes('/') && !name.includes('kubernetes.io/');
}
