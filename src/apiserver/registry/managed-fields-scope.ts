/** As what an object is written: in which version, through which subresource. Mirrors what NewDefaultFieldManager is given. */
import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '../../api/gvk.ts';
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { VersionConverter } from '../../patch/apply/updater.ts';
import { decodeObject } from '../../schema/decode.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import { resetFieldsOf } from './reset-fields.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import type { ServedResource } from './served-resource.ts';

export interface ManagedScope {
  readonly gvk: GroupVersionKind;
  readonly apiVersion: string;
  readonly schema: ObjectSchema;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly converter: VersionConverter;
}

/** Of an object, or of a subresource that is a part of it. */
export function managedScope(
  resources: Pick<ResourceRegistry, 'find'>,
  resource: ServedResource,
  subresource: string,
): ManagedScope {
  const { gvk, apiVersion, schema } = resource;
  return { gvk, apiVersion, schema, subresource, converter: new ServedVersions(resources, resource, subresource) };
}

/** Of a subresource with a type of its own, in one version. */
export function separateScope(gvk: GroupVersionKind, schema: ObjectSchema, subresource: string): ManagedScope {
  const apiVersion = apiVersionOf(gvk);
  const converter: VersionConverter = {
    schemaOf: (version) => (version === apiVersion ? schema : undefined),
    convert: (value) => value,
    resetFields: () => undefined,
  };
  return { gvk, apiVersion, schema, subresource, converter };
}

/** The versions in which one kind is served. */
class ServedVersions implements VersionConverter {
  readonly #resources: Pick<ResourceRegistry, 'find'>;
  readonly #resource: ServedResource;
  readonly #subresource: string;

  constructor(resources: Pick<ResourceRegistry, 'find'>, resource: ServedResource, subresource: string) {
    this.#resources = resources;
    this.#resource = resource;
    this.#subresource = subresource;
  }

  schemaOf(apiVersion: string): ObjectSchema | undefined {
    return this.#versionOf(apiVersion)?.schema;
  }

  convert(
    value: Parameters<VersionConverter['convert']>[0],
    apiVersion: string,
  ): ReturnType<VersionConverter['convert']> {
    const [from, to] = [this.#versionOf(value.apiVersion), this.#versionOf(apiVersion)];
    if (!from || !to) throw new Error(`${value.apiVersion} or ${apiVersion} is not served`);
    if (from === to) return value;
    const stored = kubeObjectOf(from, value.value);
    const hub = from.toStorage ? from.toStorage(stored) : stored;
    const converted = to.fromStorage ? to.fromStorage(hub) : hub;
    // Objects are plain JSON.
    return { apiVersion, schema: to.schema, value: { ...converted, apiVersion, kind: to.kind } as JsonValue };
  }

  resetFields(apiVersion: string): ReturnType<VersionConverter['resetFields']> {
    return resetFieldsOf(this.#resource, this.#subresource, apiVersion);
  }

  #versionOf(apiVersion: string): ServedResource | undefined {
    if (apiVersion === this.#resource.apiVersion) return this.#resource;
    const parsed = parseApiVersion(apiVersion);
    const found = parsed && this.#resources.find(parsed.group, parsed.version, this.#resource.gr.resource);
    return found?.storagePrefix === this.#resource.storagePrefix ? found : undefined;
  }
}

/** What was pruned has nulls where conversions expect nothing. */
function kubeObjectOf(resource: ServedResource, value: JsonValue): KubeObject {
  const { object } = decodeObject(resource.schema, isJsonObject(value) ? value : {});
  // A kind's schema has these.
  return { metadata: {}, ...object, apiVersion: resource.apiVersion, kind: resource.kind };
}
