/** Group, version, kind, resource. The core group is the empty string, as upstream has it. */

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** `v1`, `apps/v1`. */
export function apiVersionOf(gv: { readonly group: string; readonly version: string }): string {
  return gv.group === '' ? gv.version : `${gv.group}/${gv.version}`;
}

/** The inverse of {@link apiVersionOf}. More than one slash: `undefined`. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } | undefined {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return undefined;
  return parts.length === 1
    ? { group: '', version: parts[0] ?? '' }
    : { group: parts[0] ?? '', version: parts[1] ?? '' };
}

/** `pods`, `deployments.apps`: as error messages name a resource. Mirrors apimachinery schema.GroupResource.String. */
export function groupResourceText(gr: GroupResource): string {
  return gr.group === '' ? gr.resource : `${gr.resource}.${gr.group}`;
}

/** `Pod`, `Deployment.apps`. Mirrors apimachinery schema.GroupKind.String. */
export function groupKindText(gk: { readonly group: string; readonly kind: string }): string {
  return gk.group === '' ? gk.kind : `${gk.kind}.${gk.group}`;
}
