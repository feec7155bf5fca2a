/** Between the form in which objects are stored and the version that a request speaks. Mostly they are the same. */
import { escapeHtml } from '../../api/codec/escape-html.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { decodeObject } from '../../schema/decode.ts';
import { StoredObject } from '../registry/stored-object.ts';

/** For answers. The same object where there is no conversion; nothing is decoded then. */
export function servedObject(resource: ServedResource, stored: StoredObject): StoredObject {
  if (!resource.fromStorage) return stored;
  const object = resource.fromStorage(stored.decode());
  // What the other version leaves out, this one may always write.
  return new StoredObject(encode(decodeWhole(resource, object)), stored.revision);
}

export function servedObjects(resource: ServedResource, items: readonly StoredObject[]): readonly StoredObject[] {
  return resource.fromStorage ? items.map((item) => servedObject(resource, item)) : items;
}

/** One's own copy as the request's version has it, to be patched. */
export function servedCopy(resource: ServedResource, stored: StoredObject): KubeObject {
  const object = stored.decode();
  return resource.fromStorage ? resource.fromStorage(object) : object;
}

/** The same, shared: read only. */
export function servedLive(resource: ServedResource, stored: StoredObject): Readonly<KubeObject> {
  return resource.fromStorage ? resource.fromStorage(stored.decode()) : stored.object;
}

/** An object in stored form as the request's version has it: what managed fields are counted in. */
export function versionedForm(resource: ServedResource, object: KubeObject): KubeObject {
  return resource.fromStorage ? resource.fromStorage(object) : object;
}

/** An object as the client sent it (decoded and defaulted), in stored form. */
export function storedForm(resource: ServedResource, object: KubeObject): KubeObject {
  return resource.toStorage ? resource.toStorage(object) : object;
}

function decodeWhole(resource: ServedResource, object: KubeObject): KubeObject {
  const { object: whole } = decodeObject(resource.schema, object as JsonObject);
  // A kind's schema has these.
  return { metadata: object.metadata, ...whole, apiVersion: resource.apiVersion, kind: resource.kind };
}

function encode({ kind, apiVersion, metadata, ...rest }: KubeObject): Uint8Array {
  return Buffer.from(escapeHtml(JSON.stringify({ kind, apiVersion, metadata, ...rest })));
}
