/** Warnings of resources that clients should turn from. Mirrors the APILifecycleDeprecated of k8s.io/api's kinds, of those that are served. */
import type { ServedResource } from '../registry/served-resource.ts';

const deprecated: Readonly<Record<string, string>> = {
  '/v1/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
  '/v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** What every answer to a request of this resource warns of. */
export function deprecationWarning({ gr, version }: Pick<ServedResource, 'gr' | 'version'>): string | undefined {
  return deprecated[`${gr.group}/${version}/${gr.resource}`];
}
