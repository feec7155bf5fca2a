/** Pods and claims keep within their namespace's limits, and get what they don't say from them. Mirrors kubernetes plugin/pkg/admission/limitranger. */
import { ensureObject, objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Amounts } from '../../api/quota/amounts.ts';
import { podAmounts, type QuotaPodSpec, type Requirements } from '../../api/quota/pod-amounts.ts';
import { jsonOf } from '../registry/resources/fields.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { admissionForbidden, isCore } from './forbidden.ts';
import { limitProblems, type Limit } from './limits.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

const annotation = 'kubernetes.io/limit-ranger';

interface Claim {
  readonly spec?: { readonly resources?: Requirements };
}

export function limitRanges(cluster: ClusterReader): AdmissionPlugin {
  const limitsOf = async (namespace: string): Promise<readonly (readonly Limit[])[]> => {
    const ranges = await cluster.list('', 'limitranges', namespace);
    return ranges.map((range) => ((range['spec'] ?? {}) as { readonly limits?: readonly Limit[] }).limits ?? []);
  };
  return {
    name: 'LimitRanger',
    handles: (attributes) => isLimited(attributes) && attributes.old?.metadata.deletionTimestamp === undefined,
    async mutate({ object, resource, namespace }) {
      if (!object || resource.gr.resource !== 'pods') return;
      for (const limits of await limitsOf(namespace)) addDefaults(object, limits);
    },
    async validate(attributes) {
      const { object, resource, namespace } = attributes;
      if (!object) return;
      for (const limits of await limitsOf(namespace)) {
        const problems = resource.gr.resource === 'pods' ? podProblems(object, limits) : claimProblems(object, limits);
        if (problems.length === 0) continue;
        const text = problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
        throw admissionForbidden(attributes, text);
      }
    },
  };
}

function isLimited(attributes: AdmissionAttributes): boolean {
  const { operation, subresource, resource } = attributes;
  const isPod = resource.gr.group === '' && resource.gr.resource === 'pods';
  if (isPod && subresource === 'resize') return operation === 'UPDATE';
  if (operation === 'CREATE') return isCore(attributes, 'pods') || isCore(attributes, 'persistentvolumeclaims');
  return operation === 'UPDATE' && isCore(attributes, 'persistentvolumeclaims');
}

/** May mutate. */
function addDefaults(pod: KubeObject, limits: readonly Limit[]): void {
  const requests: Record<string, string> = {};
  const most: Record<string, string> = {};
  for (const { type, defaultRequest, default: byDefault } of limits) {
    if (type !== 'Container') continue;
    Object.assign(requests, defaultRequest);
    Object.assign(most, byDefault);
  }
  const spec = objectAt(jsonOf(pod), 'spec');
  const told = [
    ...objectsAt(spec, 'containers').flatMap((container) => fill(container, 'container', requests, most)),
    ...objectsAt(spec, 'initContainers').flatMap((container) => fill(container, 'init container', requests, most)),
  ];
  if (told.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${told.join('; ')}`,
  };
}

/** Says what it has set. May mutate. */
function fill(container: JsonObject, what: string, requests: Amounts, limits: Amounts): string[] {
  const set = (field: 'requests' | 'limits', defaults: Amounts): string[] => {
    const present = objectAt(objectAt(container, 'resources'), field) ?? {};
    const missing = Object.keys(defaults).filter((name) => present[name] === undefined);
    if (missing.length === 0) return [];
    const amounts = ensureObject(ensureObject(container, 'resources'), field);
    for (const name of missing) amounts[name] = defaults[name] ?? '';
    return [`${missing.toSorted().join(', ')} ${field.slice(0, -1)} for ${what} ${textAt(container, 'name')}`];
  };
  return [...set('requests', requests), ...set('limits', limits)];
}

function podProblems(pod: Readonly<KubeObject>, limits: readonly Limit[]): string[] {
  if (!isJsonObject(pod['spec'])) return [];
  // Decoded against its schema.
  const { overhead: _overhead, ...spec } = pod['spec'] as unknown as QuotaPodSpec;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  return limits.flatMap((limit) => {
    if (limit.type === 'Container') return containers.flatMap(({ resources = {} }) => limitProblems(limit, resources));
    if (limit.type !== 'Pod') return [];
    return limitProblems(limit, { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') });
  });
}

/** Claims have no limits. */
function claimProblems(claim: Readonly<KubeObject>, limits: readonly Limit[]): string[] {
  const { requests = {} } = (claim as unknown as Claim).spec?.resources ?? {};
  return limits.flatMap((limit) =>
    limit.type === 'PersistentVolumeClaim' ? limitProblems(limit, { requests }, 'request') : [],
  );
}
