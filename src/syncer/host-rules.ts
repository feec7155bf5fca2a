/** What a tenant's account may do on its host: derived from the synced kinds and from those that it sees of its host, nothing more. */
import type { JsonObject } from '../api/json.ts';
import { nodeUsage, usageGroup } from '../api/usage.ts';
import { parseMapping } from '../translate/mirrors/mapping.ts';
import { mirrorName, type FromHost, type MirroredKind } from './mirrored-kind.ts';
import { definitions } from './custom/defined-kind.ts';
import type { SyncedKind } from './synced-kind.ts';

export interface HostRule extends JsonObject {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  /** Absent: of any name. */
  resourceNames?: string[];
}

/** What a kind says of what it needs. */
export type Rights = Pick<SyncedKind, 'gvr' | 'kind' | 'scope' | 'hostVerbs'>;

const reading = ['get', 'list', 'watch'];
const verbOrder = [...reading, 'create', 'update', 'patch', 'delete', ''];

/**
 * What all tenants need, whatever is switched on: to tell their users what happened to their pods, to know which node is whose, and to get
 * Services their addresses before they are stored.
 */
const commonRules: readonly HostRule[] = [
  { apiGroups: [''], resources: ['events'], verbs: reading },
  { apiGroups: [''], resources: ['pods'], verbs: reading },
  { apiGroups: [''], resources: ['secrets'], verbs: reading },
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'create', 'update', 'delete'] },
];

/** What they use is told under their names. */
const usageRule: HostRule = { apiGroups: [usageGroup], resources: ['pods'], verbs: ['get', 'list'] };
const nodeUsageRule: HostRule = { apiGroups: [usageGroup], resources: ['nodes'], verbs: ['list'] };

/** Pods bring their tokens with them. */
const tokenRule: HostRule = { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'update', 'delete'] };

/** Of its Role in the host namespace: for the kinds that are switched on, each resource once. */
export function hostRules(kinds: readonly Rights[]): readonly HostRule[] {
  const ofKinds = kinds.filter(({ scope }) => scope !== 'Cluster').flatMap(rulesOf);
  return joinedRules([
    ...ofKinds,
    ...commonRules,
    ...(kinds.some(({ kind }) => kind === 'Pod') ? [tokenRule, usageRule] : []),
  ]);
}

function rulesOf({ gvr, hostVerbs }: Rights): readonly HostRule[] {
  return Object.entries(hostVerbs).map(([subresource, verbs]) => ({
    apiGroups: [gvr.group],
    resources: [subresource === '' ? gvr.resource : `${gvr.resource}/${subresource}`],
    verbs: [...verbs],
  }));
}

/** Each resource once. */
function joinedRules(rules: readonly HostRule[]): readonly HostRule[] {
  return Map.groupBy(rules, ({ apiGroups, resources, resourceNames = [] }) =>
    [apiGroups, resources, resourceNames].map((names) => names.join()).join('/'),
  )
    .values()
    .map(joined)
    .toArray();
}

/** Of its Roles in other namespaces of the host, by namespace: to read what it is to see there, by name where names are said. */
export function rulesElsewhere(
  kinds: readonly MirroredKind[],
  fromHost: FromHost,
): ReadonlyMap<string, readonly HostRule[]> {
  const rules = kinds.flatMap((kind) => {
    const mappings = kind.scope === 'Namespaced' ? (fromHost[mirrorName(kind)]?.mappings ?? []) : [];
    return mappings.map((mapping) => {
      const { namespace, name } = parseMapping(mapping).from;
      const { group, resource } = kind.gvr;
      const rule: HostRule = { apiGroups: [group], resources: [resource], verbs: reading };
      return { namespace, rule: name === undefined ? rule : { ...rule, resourceNames: [name] } };
    });
  });
  return new Map(
    Array.from(
      Map.groupBy(rules, ({ namespace }) => namespace),
      ([namespace, found]) => [namespace, joinedRules(found.map(({ rule }) => rule))],
    ),
  );
}

/** Of its ClusterRole, too: to read these definitions of custom resources, and no others. */
export function definitionRules(names: readonly string[]): readonly HostRule[] {
  if (names.length === 0) return [];
  const { group, resource } = definitions;
  return [{ apiGroups: [group], resources: [resource], resourceNames: [...names].toSorted(), verbs: reading }];
}

/** Of one resource. */
function joined(rules: readonly HostRule[]): HostRule {
  const [first = { apiGroups: [], resources: [] }] = rules;
  return { ...first, verbs: verbOrder.filter((verb) => rules.some(({ verbs }) => verbs.includes(verb))) };
}

/**
 * Of its ClusterRole: to read what it is to see, to write copies that have no namespace, of the kinds that are switched on, and nothing else. None: it needs
 * no ClusterRole.
 */
export function clusterRules(
  kinds: readonly MirroredKind[],
  fromHost: FromHost,
  synced: readonly Rights[] = [],
): readonly HostRule[] {
  const seen = kinds
    .filter((kind) => kind.scope !== 'Namespaced' && Object.hasOwn(fromHost, mirrorName(kind)))
    .map(({ gvr }) => ({ apiGroups: [gvr.group], resources: [gvr.resource], verbs: reading }));
  const usage = Object.hasOwn(fromHost, nodeUsage.resource) ? [nodeUsageRule] : [];
  return joinedRules([...seen, ...usage, ...synced.filter(({ scope }) => scope === 'Cluster').flatMap(rulesOf)]);
}
