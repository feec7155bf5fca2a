/** What is served, as discovery tells it: built-in resources, and what joins them later (custom resources, aggregated services). */
import type { ResourceFacts } from '../../schema/resource-facts.ts';
import { compareGroups, compareVersions } from './group-priority.ts';

/** What discovery says of a resource. */
export type DiscoveredResource = Omit<ResourceFacts, 'schema'>;

export interface CatalogVersion {
  readonly version: string;
  /** By name. */
  readonly resources: readonly DiscoveredResource[];
}

export interface CatalogGroup {
  /** Empty: the core group. */
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly CatalogVersion[];
}

export interface ResourceCatalog {
  /** Grows with each change. */
  readonly generation: number;
  /** In upstream's order. */
  groups(): readonly CatalogGroup[];
  group(name: string): CatalogGroup | undefined;
  version(group: string, version: string): CatalogVersion | undefined;
  /** `source` names who says so (a CRD, an APIService): its earlier resources are replaced; none: it is gone. */
  setResources(source: string, resources: readonly DiscoveredResource[]): void;
}

export function createResourceCatalog(builtin: readonly DiscoveredResource[]): ResourceCatalog {
  const sources = new Map<string, readonly DiscoveredResource[]>([['', builtin]]);
  let generation = 1;
  let groups = new Map<string, CatalogGroup>();
  let made = 0;
  function current(): Map<string, CatalogGroup> {
    if (made !== generation) groups = groupsOf([...sources.values()].flat());
    made = generation;
    return groups;
  }
  return {
    get generation() {
      return generation;
    },
    groups: () => [...current().values()],
    group: (name) => current().get(name),
    version: (group, version) =>
      current()
        .get(group)
        ?.versions.find((one) => one.version === version),
    setResources(source, resources) {
      if (source === '') throw new Error('the built-in resources stay');
      generation++;
      if (resources.length === 0) sources.delete(source);
      else sources.set(source, resources);
    },
  };
}

function groupsOf(resources: readonly DiscoveredResource[]): Map<string, CatalogGroup> {
  const byGroup = Map.groupBy(resources, ({ group }) => group);
  const names = [...byGroup.keys()].toSorted(compareGroups);
  return new Map(
    names.map((name) => {
      const byVersion = Map.groupBy(byGroup.get(name) ?? [], ({ version }) => version);
      const versions = [...byVersion].toSorted(([left], [right]) => compareVersions(left, right));
      return [name, { name, versions: versions.map(([version, of]) => ({ version, resources: sorted(of) })) }];
    }),
  );
}

function sorted(resources: readonly DiscoveredResource[]): readonly DiscoveredResource[] {
  return resources.toSorted((left, right) => (left.plural < right.plural ? -1 : left.plural > right.plural ? 1 : 0));
}
