/** As what an object is written: in which version, through which subresource. Mirrors what NewDefaultFieldManager is given. */
import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '../../../api/gvk.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { VersionConverter } from '../../../patch/apply/updater.ts';
import { decodeObject } from '../../../schema/decode.ts';
import type { ObjectSchema } from '../../../schema/schema.ts';
import type { EntryForm } from '../entry-form.ts';
import { resetFieldsOf } from './reset-fields.ts';
import type { ResourceRegistry } from '../resource-registry.ts';
import type { ServedResource } from '../served-resource.ts';

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

/**
 * What works on managed fields, run again whenever a webhook has converted one more value that it asked for. Throws what `action` and
 * conversions throw.
 */
export async function withConversions<T>(action: () => T): Promise<T> {
  for (let tries = 0; tries < conversionsMax; tries++) {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof PendingConversion)) throw error;
      await error.done;
    }
  }
  throw new Error('conversions of managed fields come to no end');
}

/** Of one write: a few for each version that somebody manages fields in. */
const conversionsMax = 200;

/** A value is not there yet in another version. */
class PendingConversion extends Error {
  override readonly name = 'PendingConversion';
  readonly done: Promise<void>;

  constructor(done: Promise<void>) {
    super('a conversion is under way');
    this.done = done;
  }
}

type Converted = ReturnType<VersionConverter['convert']>;

/** The versions in which one kind is served. */
class ServedVersions implements VersionConverter {
  readonly #resources: Pick<ResourceRegistry, 'find'>;
  readonly #resource: ServedResource;
  readonly #subresource: string;
  /** What webhooks have converted, by version and value. */
  readonly #converted = new Map<string, JsonValue>();

  constructor(resources: Pick<ResourceRegistry, 'find'>, resource: ServedResource, subresource: string) {
    this.#resources = resources;
    this.#resource = resource;
    this.#subresource = subresource;
  }

  schemaOf(apiVersion: string): ObjectSchema | undefined {
    return this.#versionOf(apiVersion)?.schema;
  }

  convert(value: Parameters<VersionConverter['convert']>[0], apiVersion: string): Converted {
    const [from, to] = [this.#versionOf(value.apiVersion), this.#versionOf(apiVersion)];
    if (!from || !to) throw new Error(`${value.apiVersion} or ${apiVersion} is not served`);
    if (from === to) return value;
    if (to.entryForm) {
      const given: KubeObject = {
        metadata: {},
        ...objectOf(value.value),
        apiVersion: from.apiVersion,
        kind: from.kind,
      };
      return { apiVersion, schema: to.schema, value: this.#custom(to.entryForm, given, apiVersion) };
    }
    const object = kubeObjectOf(from, value.value);
    const hub = from.toStorage ? from.toStorage(object) : object;
    const converted = to.fromStorage ? to.fromStorage(hub) : hub;
    // Objects are plain JSON.
    return { apiVersion, schema: to.schema, value: { ...converted, apiVersion, kind: to.kind } as JsonValue };
  }

  resetFields(): ReturnType<VersionConverter['resetFields']> {
    return resetFieldsOf(this.#resource, this.#subresource);
  }

  #custom(form: EntryForm, object: KubeObject, apiVersion: string): JsonValue {
    const key = `${apiVersion} ${JSON.stringify(object)}`;
    const known = this.#converted.get(key);
    if (known !== undefined) return known;
    const converted = form.convert(object);
    // Objects are plain JSON.
    if (!(converted instanceof Promise)) return converted as JsonValue;
    throw new PendingConversion(converted.then((value) => void this.#converted.set(key, value as JsonValue)));
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
  const { object } = decodeObject(resource.schema, objectOf(value));
  // A kind's schema has these.
  return { metadata: {}, ...object, apiVersion: resource.apiVersion, kind: resource.kind };
}

function objectOf(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
