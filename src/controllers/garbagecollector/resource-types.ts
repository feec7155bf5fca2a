/** The resources that can own and be owned, by what owner references say of them. */
import { apiVersionOf, parseApiVersion, type GroupVersionResource } from '../../api/gvk.ts';
import type { ServedResource } from '../../controller/discovery.ts';

/** Shared by all nodes of a resource. */
export interface ResourceType {
  readonly gvr: GroupVersionResource;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const ignored: ReadonlySet<string> = new Set(['/events', 'events.k8s.io/events']);

export function typeKey({ group, resource }: { readonly group: string; readonly resource: string }): string {
  return `${group}/${resource}`;
}

/** Those that can be listed, watched and deleted, but for Events. */
export function collectableTypes(resources: readonly ServedResource[]): ReadonlyMap<string, ResourceType> {
  const types = new Map<string, ResourceType>();
  for (const { gvr, kind, namespaced, verbs } of resources) {
    const collectable = ['delete', 'list', 'watch'].every((verb) => verbs.includes(verb));
    if (!collectable || ignored.has(typeKey(gvr))) continue;
    types.set(typeKey(gvr), { gvr, apiVersion: apiVersionOf(gvr), kind, namespaced });
  }
  return types;
}

/**
 * What a reference's apiVersion and kind mean. A version that isn't served means nothing, as for upstream's mapper: of its objects nothing can be
 * said.
 */
export function findType(
  versions: readonly ServedResource[],
  apiVersion: string,
  kind: string,
): { readonly gvr: GroupVersionResource; readonly namespaced: boolean } | undefined {
  const { group, version } = parseApiVersion(apiVersion) ?? {};
  return versions.find(({ gvr, kind: served }) => gvr.group === group && gvr.version === version && served === kind);
}
