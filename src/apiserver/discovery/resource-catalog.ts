/** What is served, as discovery tells it: built-in resources, and what joins them later (custom resources, aggregated services). */
import type { ResourceFacts } from '../../schema/resource-facts.ts';
import type { JsonObject } from '../../api/json.ts';
import { compareVersions, defaultPriority, type Priority } from './group-priority.ts';

/** What discovery says of a resource. */
export type DiscoveredResource = Omit<ResourceFacts, 'schema'>;

export interface CatalogVersion {
  readonly version: string;
  /** By name. */
  readonly resources: readonly DiscoveredResource[];
  /** Present: another server serves it, and `resources` is empty. */
  readonly remote?: RemoteVersion;
  /** Served here unless another server does, and registered by nobody. */
  readonly standIn?: true;
  /** There is an APIService for it and nothing else: the documents of old name it. */
  readonly unserved?: true;
}

/** A group version as another server tells of it. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  /** As in aggregated discovery (APIResourceDiscovery). */
  readonly resources: readonly JsonObject[];
  /** `false`: that server couldn't be asked. */
  readonly fresh: boolean;
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
  /** With those of which there is nothing but an APIService. */
  registeredGroups(): readonly CatalogGroup[];
  group(name: string): CatalogGroup | undefined;
  version(group: string, version: string): CatalogVersion | undefined;
  /** `source` names who says so (a CRD, an APIService): its earlier resources are replaced; none: it is gone. */
  setResources(source: string, resources: readonly DiscoveredResource[]): void;
  /** Serves these as well, without anybody's registering them: an APIService of their group version comes before them. */
  standIn(resources: readonly DiscoveredResource[]): void;
  /** A group version that another server serves; `undefined`: none does any more. `name`: of its APIService. */
  setRemote(name: string, remote: RemoteVersion | undefined): void;
  /** What APIServices say, by their names. */
  setPriorities(priorities: ReadonlyMap<string, Priority>): void;
  /** Of the sources that joined, whatever others say of these group versions. */
  joinedVersions(): readonly { readonly group: string; readonly version: string }[];
  /** `changed` is called after each change of {@link setResources}. */
  onResources(changed: () => void): void;
}

export function createResourceCatalog(builtin: readonly DiscoveredResource[]): ResourceCatalog {
  const sources = new Map<string, readonly DiscoveredResource[]>([['', builtin]]);
  const remotes = new Map<string, RemoteVersion>();
  const standIns: DiscoveredResource[] = [];
  const listeners: (() => void)[] = [];
  let priorities: ReadonlyMap<string, Priority> = new Map();
  let generation = 1;
  let groups = new Map<string, CatalogGroup>();
  let made = 0;
  function current(): Map<string, CatalogGroup> {
    if (made !== generation)
      groups = groupsOf([...sources.values()].flat(), standIns, [...remotes.values()], priorities);
    made = generation;
    return groups;
  }
  return {
    get generation() {
      return generation;
    },
    groups: () => [...current().values()].flatMap((group) => servedPart(group) ?? []),
    registeredGroups: () => [...current().values()],
    group: (name) => servedPart(current().get(name)),
    version: (group, version) =>
      current()
        .get(group)
        ?.versions.find((one) => one.version === version && !one.unserved),
    setResources(source, resources) {
      if (source === '') throw new Error('the built-in resources stay');
      generation++;
      if (resources.length === 0) sources.delete(source);
      else sources.set(source, resources);
      for (const listener of listeners) listener();
    },
    standIn(resources) {
      generation++;
      standIns.push(...resources);
    },
    setRemote(name, remote) {
      generation++;
      if (remote) remotes.set(name, remote);
      else remotes.delete(name);
    },
    setPriorities(now) {
      generation++;
      priorities = now;
    },
    joinedVersions() {
      const joined = [...sources].flatMap(([source, resources]) => (source === '' ? [] : resources));
      return [...new Map(joined.map((one) => [`${one.version}.${one.group}`, one])).values()];
    },
    onResources(changed) {
      listeners.push(changed);
    },
  };
}

function groupsOf(
  resources: readonly DiscoveredResource[],
  standIns: readonly DiscoveredResource[],
  remotes: readonly RemoteVersion[],
  priorities: ReadonlyMap<string, Priority>,
): Map<string, CatalogGroup> {
  const byGroup = new Map<string, Map<string, CatalogVersion>>();
  const versionsOf = (group: string): Map<string, CatalogVersion> => {
    const versions = byGroup.get(group) ?? new Map<string, CatalogVersion>();
    byGroup.set(group, versions);
    return versions;
  };
  const put = (all: readonly DiscoveredResource[], how: Pick<CatalogVersion, 'standIn'>): void => {
    for (const [group, members] of Map.groupBy(all, ({ group }) => group)) {
      for (const [version, of] of Map.groupBy(members, ({ version }) => version)) {
        versionsOf(group).set(version, { version, resources: sorted(of), ...how });
      }
    }
  };
  put(standIns, { standIn: true });
  put(resources, {});
  for (const remote of remotes) {
    const { group, version } = remote;
    versionsOf(group).set(version, { version, resources: [], remote });
  }
  for (const name of priorities.keys()) {
    const dot = name.indexOf('.');
    const versions = versionsOf(name.slice(dot + 1));
    const version = name.slice(0, dot);
    if (!versions.has(version)) versions.set(version, { version, resources: [], unserved: true });
  }
  const priorityOf = (group: string, version: string): Priority =>
    priorities.get(`${version}.${group}`) ?? defaultPriority(group, version);
  const ordered = [...byGroup].map(([name, members]) => {
    const versions = [...members.values()].toSorted(
      (left, right) =>
        priorityOf(name, right.version).version - priorityOf(name, left.version).version ||
        compareVersions(left.version, right.version),
    );
    const priority = Math.max(...versions.map(({ version }) => priorityOf(name, version).group));
    return { name, versions, priority };
  });
  ordered.sort((left, right) => right.priority - left.priority || (left.name < right.name ? -1 : 1));
  return new Map(ordered.map(({ name, versions }) => [name, { name, versions }]));
}

function servedPart(group: CatalogGroup | undefined): CatalogGroup | undefined {
  if (!group?.versions.some(({ unserved }) => unserved)) return group;
  const versions = group.versions.filter(({ unserved }) => !unserved);
  return versions.length > 0 ? { ...group, versions } : undefined;
}

function sorted(resources: readonly DiscoveredResource[]): readonly DiscoveredResource[] {
  return resources.toSorted((left, right) => (left.plural < right.plural ? -1 : left.plural > right.plural ? 1 : 0));
}
