/** What expressions see of a write. Mirrors apiserver pkg/admission/plugin/cel CreateAdmissionRequest and CreateNamespaceObject. */
import type { GroupVersionKind } from '../../../api/gvk.ts';
import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { dynValue } from '../../../schema/cel/json-value.ts';
import type { AdmissionValues } from '../../../schema/cel/admission/admission-evaluation.ts';
import { AuthorizerValue, ResourceCheckValue, type AskAccess } from '../../../schema/cel/library/authorizer.ts';
import type { Value } from '../../../schema/cel/value.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { kindOf } from './match.ts';

export interface SeenObjects {
  readonly attributes: AdmissionAttributes;
  /** As which the write is looked at. */
  readonly matched: ServedResource;
  /** Null: there is none. */
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly params: JsonObject | null;
  readonly namespaceObject: JsonObject | null;
}

/** Made when they are needed. `ask` absent: there is no `authorizer`. */
export function admissionValues(seen: SeenObjects, ask: AskAccess | undefined): AdmissionValues {
  const known = new Map<string, Value | undefined>();
  const make = (name: string): Value | undefined => {
    switch (name) {
      case 'object':
      case 'oldObject':
      case 'params':
      case 'namespaceObject':
        return dynValue(seen[name]);
      case 'request':
        return dynValue(admissionRequest(seen));
      case 'authorizer':
        return ask && new AuthorizerValue(seen.attributes.user, ask);
      case 'authorizer.requestResource':
        return ask && requestResource(seen.attributes, ask);
      default:
        return undefined;
    }
  };
  return (name) => {
    if (!known.has(name)) known.set(name, make(name));
    return known.get(name);
  };
}

/** Of a namespace's metadata. */
const shown: ReadonlySet<string> = new Set([
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'finalizers',
]);

/** What expressions see of a namespace. */
export function namespaceValue({ metadata, ...rest }: Readonly<KubeObject>): JsonObject {
  const kept = Object.entries(metadata).filter(([name]) => shown.has(name));
  // Objects are plain JSON.
  const { spec = {}, status = {} } = rest as { readonly [name: string]: JsonValue };
  return { metadata: Object.fromEntries(kept) as JsonObject, spec, status };
}

/** Without the objects themselves. */
export function admissionRequest({ attributes, matched }: Pick<SeenObjects, 'attributes' | 'matched'>): JsonObject {
  const { resource, subresource, name, namespace, operation, user, dryRun, options } = attributes;
  const { uid = '', groups, extra = {} } = user;
  const sub = subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource };
  const lists = Object.entries(extra).map(([key, values]) => [key, [...values]] as [string, string[]]);
  return {
    kind: kindJson(kindOf(matched, subresource)),
    resource: { group: matched.gr.group, version: matched.version, resource: matched.gr.resource },
    requestKind: kindJson(kindOf(resource, subresource)),
    requestResource: { group: resource.gr.group, version: resource.version, resource: resource.gr.resource },
    ...sub,
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      ...(user.name === '' ? {} : { username: user.name }),
      ...(uid === '' ? {} : { uid }),
      ...(groups.length === 0 ? {} : { groups: [...groups] }),
      ...(lists.length === 0 ? {} : { extra: Object.fromEntries(lists) }),
    },
    dryRun,
    options: options?.() ?? null,
  };
}

function kindJson({ group, version, kind }: GroupVersionKind): JsonObject {
  return { group, version, kind };
}

function requestResource(attributes: AdmissionAttributes, ask: AskAccess): ResourceCheckValue {
  const { resource, subresource, namespace, name, user } = attributes;
  const { group, resource: plural } = resource.gr;
  return new ResourceCheckValue(new AuthorizerValue(user, ask), {
    group,
    resource: plural,
    subresource,
    namespace,
    name,
  });
}
