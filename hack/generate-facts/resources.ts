/** Which resources there are: writes the table that `src/schema/builtin/catalog.ts` reads. */
import type { ResourceRow } from '../../src/schema/builtin/facts.ts';
import type { DiscoveredGroupVersion, DiscoveredResource } from './openapi-inputs.ts';

/** `schemaOf` gives the short definition name of a kind. */
export function writeResources(
  groupVersions: readonly DiscoveredGroupVersion[],
  schemaOf: (gvk: { group: string; version: string; kind: string }) => string,
): ResourceRow[] {
  return groupVersions.flatMap(({ group, version, resources }) =>
    resources
      .filter(({ name }) => !name.includes('/'))
      .map((resource) => ({
        group,
        version,
        plural: resource.name,
        singular: resource.singularName,
        kind: resource.kind,
        namespaced: resource.namespaced,
        ...(resource.shortNames ? { shortNames: resource.shortNames } : {}),
        ...(resource.categories ? { categories: resource.categories } : {}),
        verbs: resource.verbs.join(' '),
        schema: schemaOf({ group, version, kind: resource.kind }),
        ...(resource.storageVersionHash ? { hash: resource.storageVersionHash } : {}),
        ...subresourcesOf(resource.name, group, version, resources),
      })),
  );
}

function subresourcesOf(
  plural: string,
  group: string,
  version: string,
  resources: readonly DiscoveredResource[],
): Pick<ResourceRow, 'subresources'> {
  const rows = resources
    .filter(({ name }) => name.startsWith(`${plural}/`))
    .map((resource) => ({
      name: resource.name.slice(plural.length + 1),
      group: resource.version ? (resource.group ?? '') : group,
      version: resource.version ?? version,
      kind: resource.kind,
      verbs: resource.verbs.join(' '),
    }));
  return rows.length > 0 ? { subresources: rows } : {};
}
