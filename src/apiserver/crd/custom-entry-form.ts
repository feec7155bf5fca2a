/**
 * Custom objects on their way from the store to one served version, and back in the storage version. Mirrors the codec of
 * apiextensions-apiserver customresource_handler.go crdConversionRESTOptionsGetter: what is read is pruned and defaulted by the version it
 * was written in, converted, and pruned by the version that is served.
 */
import { parseJsonBytes } from '../../api/codec/parse-json.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { encodeForStorage } from '../../api/resource-version.ts';
import { newInternalError } from '../../api/status.ts';
import { DecodeError } from '../../schema/decode.ts';
import { applySchemaDefaults } from '../../schema/structural/default-values.ts';
import type { EntryForm } from '../registry/entry-form.ts';
import type { Converter } from './converter.ts';
import type { DefinitionSchemas } from './definition-schemas.ts';

export interface CustomEntryFormOptions {
  readonly group: string;
  /** Served. */
  readonly version: string;
  readonly storageVersion: string;
  readonly schemas: DefinitionSchemas;
  readonly converter: Converter;
}

export class CustomEntryForm implements EntryForm {
  readonly #options: CustomEntryFormOptions;

  constructor(options: CustomEntryFormOptions) {
    this.#options = options;
  }

  convert(object: KubeObject): KubeObject | Promise<KubeObject> {
    const { group, version, converter } = this.#options;
    // Objects are plain JSON, and whatever a webhook made of one, it has metadata.
    const converted = converter.convert([structuredClone(object) as JsonObject], `${group}/${version}`);
    const first = ([one]: readonly JsonObject[]): KubeObject => ({ metadata: {}, ...one }) as KubeObject;
    return converted instanceof Promise ? converted.then(first) : first(converted);
  }

  read(values: readonly Uint8Array[]): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
    if (values.length === 0) return values;
    const { schemas, version } = this.#options;
    if (!schemas.loaded) return schemas.load().then(() => this.read(values));
    const objects = values.map((value) => this.#readStored(value));
    const converted = this.#convert(objects, version);
    const encode = (all: readonly JsonObject[]): readonly Uint8Array[] => all.map(encoded);
    return converted instanceof Promise ? converted.then(encode) : encode(converted);
  }

  write(object: KubeObject): Uint8Array | Promise<Uint8Array> {
    const { schemas, storageVersion } = this.#options;
    if (!schemas.loaded) return schemas.load().then(() => this.write(object));
    // Objects are plain JSON.
    const converted = this.#convert([object as JsonObject], storageVersion);
    const encode = ([first]: readonly JsonObject[]): Uint8Array => encoded(first ?? {});
    return converted instanceof Promise ? converted.then(encode) : encode(converted);
  }

  #readStored(value: Uint8Array): JsonObject {
    const { group, schemas } = this.#options;
    // Our own bytes, or upstream's: an object's JSON.
    const object = parseJsonBytes(value) as JsonObject;
    const version = versionIn(object, group);
    const { decoder, structural } = schemas.version(version);
    const decoded = decoder.decodeStored(object);
    applySchemaDefaults(decoded, structural);
    return decoded;
  }

  #convert(objects: readonly JsonObject[], version: string): readonly JsonObject[] | Promise<readonly JsonObject[]> {
    const { group, converter } = this.#options;
    const apiVersion = `${group}/${version}`;
    const others = objects.filter((object) => object['apiVersion'] !== apiVersion);
    if (others.length === 0) return objects;
    const converted = converter.convert(others, apiVersion);
    const merge = (all: readonly JsonObject[]): readonly JsonObject[] => {
      let at = 0;
      return objects.map((object) =>
        object['apiVersion'] === apiVersion ? object : this.#coerced(all[at++] ?? {}, version),
      );
    };
    return converted instanceof Promise ? converted.then(merge) : merge(converted);
  }

  #coerced(object: JsonObject, version: string): JsonObject {
    try {
      return this.#options.schemas.version(version).decoder.decode(object).object;
    } catch (error) {
      if (error instanceof DecodeError) throw newInternalError(error.message, error);
      throw error;
    }
  }
}

function versionIn(object: JsonObject, group: string): string {
  const apiVersion = object['apiVersion'];
  return typeof apiVersion === 'string' && apiVersion.startsWith(`${group}/`) ? apiVersion.slice(group.length + 1) : '';
}

function encoded(object: JsonObject): Uint8Array {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  // Whatever a webhook made of it, it has these.
  return encodeForStorage({ ...object, metadata } as KubeObject);
}
