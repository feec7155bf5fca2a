/** The objects of a write as another version has them, and back. Mirrors apiserver admission VersionedAttributes. */
import type { JsonObject, JsonValue } from '../../../api/json.ts';
import { apiVersionOf } from '../../../api/gvk.ts';
import type { KubeObject } from '../../../api/object.ts';
import { setOwn } from '../../../schema/structural/copy-value.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { kindOf } from './match.ts';

/** As `matched`, an equivalent of the request's own resource, has it. Shares parts with `object`. @throws StatusError */
export async function versionedObject(
  { resource, subresource }: AdmissionAttributes,
  object: Readonly<KubeObject>,
  matched: ServedResource,
): Promise<JsonObject> {
  const gvk = kindOf(matched, subresource);
  const converted = isOwnKind(resource, subresource) ? await inVersion(resource, object, matched) : object;
  // Objects are plain JSON.
  return { ...converted, apiVersion: apiVersionOf(gvk), kind: gvk.kind } as unknown as JsonObject;
}

/** Makes the attributes' object what {@link versionedObject}'s has become; in place, since others look at it. @throws StatusError */
export async function writeVersioned(
  attributes: AdmissionAttributes,
  versioned: JsonObject,
  matched: ServedResource,
): Promise<void> {
  const { object } = attributes;
  if (!object) return;
  const next = await attributesForm(attributes, versioned, matched);
  for (const name of Object.keys(object)) if (!Object.hasOwn(next, name)) delete object[name];
  // What custom objects may be called, whatever that is.
  for (const [name, value] of Object.entries(next)) setOwn(object as unknown as JsonObject, name, value as JsonValue);
}

async function attributesForm(
  { resource, subresource, object }: AdmissionAttributes,
  versioned: JsonObject,
  matched: ServedResource,
): Promise<KubeObject> {
  // A kind's schema has metadata.
  const given = { metadata: {}, ...versioned } as KubeObject;
  const { apiVersion = '', kind = '' } = object ?? {};
  if (!isOwnKind(resource, subresource)) return { ...given, apiVersion, kind };
  if (resource.entryForm) return matched === resource ? given : resource.entryForm.convert(given);
  return { ...(matched.toStorage ? matched.toStorage(given) : given), apiVersion, kind };
}

function isOwnKind(resource: ServedResource, subresource: string): boolean {
  const { group, kind } = kindOf(resource, subresource);
  return group === resource.gvk.group && kind === resource.gvk.kind;
}

function inVersion(
  resource: ServedResource,
  object: Readonly<KubeObject>,
  matched: ServedResource,
): Readonly<KubeObject> | Promise<KubeObject> {
  if (matched.entryForm) {
    return matched === resource ? object : Promise.resolve(matched.entryForm.convert(structuredClone(object)));
  }
  return matched.fromStorage ? matched.fromStorage(structuredClone(object)) : object;
}
