/** CustomResourceDefinitions: what both sides serve of one, and the copy of the host's that a tenant gets where it has none. Pure. */
import { cloneJson, equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { GroupVersionResource } from '../../api/gvk.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import type { Image } from '../mirrors/image.ts';
import { mirroredMetadata, noteOf } from '../mirrors/note.ts';

/** A custom resource as both sides serve it. */
export interface ServedResource {
  readonly gvr: GroupVersionResource;
  readonly kind: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** In the tenant, its status is written apart. */
  readonly hasStatus: boolean;
}

interface DefinitionVersion extends JsonObject {
  name: string;
  served: boolean;
  storage: boolean;
}

interface DefinitionSpec extends JsonObject {
  group: string;
  names: JsonObject & { plural: string; kind: string };
  scope: string;
  versions: DefinitionVersion[];
}

/** Of groups that are Kubernetes' own, API servers ask for it. */
const approval = 'api-approved.kubernetes.io';

/** `undefined`: not both serve it (yet). `version`: the one that is wanted; absent: the host's newest, as far as the tenant has it. */
export function servedOnBoth(
  host: On<'host', KubeObject> | undefined,
  tenant: On<'tenant', KubeObject> | undefined,
  version: string | undefined,
): ServedResource | undefined {
  if (!host || !tenant || !isEstablished(host) || !isEstablished(tenant)) return undefined;
  const [there, here] = [specOf(host), specOf(tenant)];
  if (there.scope !== here.scope) return undefined;
  const common = there.versions.filter(
    ({ name, served }) => served && here.versions.some((own) => own.name === name && own.served),
  );
  const chosen =
    version === undefined
      ? (common.find(({ storage }) => storage) ?? common[0])
      : common.find(({ name }) => name === version);
  const own = here.versions.find(({ name }) => name === chosen?.name);
  if (!chosen || !own) return undefined;
  return {
    gvr: { group: here.group, version: chosen.name, resource: here.names.plural },
    kind: here.names.kind,
    scope: here.scope === 'Cluster' ? 'Cluster' : 'Namespaced',
    hasStatus: isJsonObject(own['subresources']) && isJsonObject(own['subresources']['status']),
  };
}

/** The tenant's definition after the host's; `current` itself: it is up to date, or the tenant's own. */
export function definitionAfterHost(
  host: On<'host', KubeObject>,
  current: On<'tenant', KubeObject> | undefined,
): On<'tenant', KubeObject> {
  if (current && (!noteOf(current) || current.metadata.deletionTimestamp !== undefined)) return current;
  const image = definitionImage(host);
  const { spec = null } = image.fields;
  if (current && equalJson(current['spec'] as JsonValue, spec)) return current;
  return markOn('tenant', {
    ...(current ?? { apiVersion: image.apiVersion, kind: image.kind }),
    metadata: mirroredMetadata(current, image, {}),
    spec,
  });
}

/** Webhooks of the host don't convert what tenants send. */
function definitionImage(host: On<'host', KubeObject>): Image {
  const { name = '', uid, annotations = {} } = host.metadata;
  const approved = annotations[approval];
  const spec = cloneJson(specOf(host));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name,
    uid,
    labels: {},
    annotations: approved === undefined ? {} : { [approval]: approved },
    fields: { spec: { ...spec, conversion: { strategy: 'None' } } },
  };
}

function isEstablished({ status = null, metadata }: Readonly<KubeObject>): boolean {
  const conditions = isJsonObject(status) ? status['conditions'] : undefined;
  if (metadata.deletionTimestamp !== undefined || !Array.isArray(conditions)) return false;
  return conditions.some((one) => isJsonObject(one) && one['type'] === 'Established' && one['status'] === 'True');
}

/** The typed look. A door: its API server has checked it. */
function specOf(definition: Readonly<KubeObject>): DefinitionSpec {
  return (definition['spec'] ?? {
    group: '',
    names: { plural: '', kind: '' },
    scope: '',
    versions: [],
  }) as DefinitionSpec;
}
