/** URLs of the Kubernetes API. Mirrors client-go rest.Request.URL. */
import type { GroupVersionResource } from '../api/gvk.ts';

/** `/apis/apps/v1/namespaces/default/deployments/web/scale`. */
export function resourcePath(
  gvr: GroupVersionResource,
  namespace: string | undefined,
  name?: string,
  subresource?: string,
): string {
  const parts = [gvr.group === '' ? '/api' : `/apis/${gvr.group}`, gvr.version];
  if (namespace !== undefined && namespace !== '') parts.push('namespaces', encodeURIComponent(namespace));
  parts.push(gvr.resource);
  if (name !== undefined) parts.push(encodeURIComponent(name));
  if (subresource !== undefined) parts.push(subresource);
  return parts.join('/');
}

/** The query of those values that are there; booleans only when true. */
export function queryText(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== false && value !== '') query.set(name, String(value));
  }
  return query.toString();
}
