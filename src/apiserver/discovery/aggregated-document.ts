/** All of discovery in one document: `APIGroupDiscoveryList`. Mirrors apiserver endpoints/discovery/aggregated. */
import type { GroupVersionKind } from '../../api/gvk.ts';
import type { JsonObject } from '../../api/json.ts';
import type { CatalogGroup, DiscoveredResource, RemoteVersion } from './resource-catalog.ts';

/** `apiVersion`: `apidiscovery.k8s.io/v2`. */
export function aggregatedDocument(groups: readonly CatalogGroup[], apiVersion: string): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map(({ version, resources, remote }) => ({
        version,
        ...(remote ? remoteEntries(remote) : { resources: resources.map(resourceEntry) }),
        freshness: remote?.fresh === false ? 'Stale' : 'Current',
      })),
    })),
  };
}

/** Upstream leaves the list out where nothing is known. */
function remoteEntries({ resources }: RemoteVersion): JsonObject {
  return resources.length > 0 ? { resources: [...resources] } : {};
}

function resourceEntry(resource: DiscoveredResource): JsonObject {
  const { group, version, kind, plural, singular, namespaced, verbs, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: responseKind(resource, { group, version, kind }),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: [...verbs],
    ...(shortNames.length > 0 ? { shortNames: [...shortNames] } : {}),
    ...(categories.length > 0 ? { categories: [...categories] } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map(({ name, gvk, verbs }) => ({
            subresource: name,
            responseKind: responseKind(resource, gvk),
            verbs: [...verbs],
          })),
        }
      : {}),
  };
}

/** Group and version are empty where they are the resource's own. */
function responseKind(resource: DiscoveredResource, gvk: GroupVersionKind): JsonObject {
  const same = gvk.group === resource.group && gvk.version === resource.version;
  return same ? { group: '', version: '', kind: gvk.kind } : { group: gvk.group, version: gvk.version, kind: gvk.kind };
}
