/** The discovery documents of old: one for each group and version. Mirrors apiserver endpoints/discovery. */
import { apiVersionOf } from '../../api/gvk.ts';
import type { JsonObject } from '../../api/json.ts';
import type { CatalogGroup, CatalogVersion, DiscoveredResource } from './resource-catalog.ts';

/** `/api`. `address`: `10.0.0.1:443`. */
export function apiVersionsDocument(core: CatalogGroup | undefined, address: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: (core?.versions ?? []).map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** `/apis` */
export function groupListDocument(groups: readonly CatalogGroup[]): JsonObject {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupBody) };
}

/** `/apis/<group>` */
export function groupDocument(group: CatalogGroup): JsonObject {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group) };
}

/** `/api/v1`, `/apis/<group>/<version>` */
export function resourceListDocument(group: string, { version, resources }: CatalogVersion): JsonObject {
  return {
    kind: 'APIResourceList',
    // Upstream leaves it out of the core group's, for clients of old.
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap(resourceEntries),
  };
}

function groupBody({ name, versions }: CatalogGroup): JsonObject {
  const entries = versions.map(({ version }) => ({ groupVersion: apiVersionOf({ group: name, version }), version }));
  const [preferred] = entries;
  return { name, versions: entries, ...(preferred ? { preferredVersion: { ...preferred } } : {}) };
}

/** The resource and its subresources. */
function resourceEntries(resource: DiscoveredResource): JsonObject[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, storageVersionHash } = resource;
  const entry: JsonObject = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...verbs],
    ...(shortNames.length > 0 ? { shortNames: [...shortNames] } : {}),
    ...(categories.length > 0 ? { categories: [...categories] } : {}),
    ...(storageVersionHash === '' ? {} : { storageVersionHash }),
  };
  const subresources = resource.subresources.map(({ name, gvk, verbs }): JsonObject => {
    const same = gvk.group === resource.group && gvk.version === resource.version;
    return {
      name: `${plural}/${name}`,
      singularName: '',
      namespaced,
      ...(same ? {} : { group: gvk.group, version: gvk.version }),
      kind: gvk.kind,
      verbs: [...verbs],
    };
  });
  return [entry, ...subresources];
}
