/** A tenant's object that shows an image. Pure. */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import type { Image } from './image.ts';
import { mirroredMetadata } from './note.ts';

/** The tenant's object, as it is made or brought up to date, its status apart; `current` itself when nothing is to be done. */
export function mirrorOf(current: On<'tenant', KubeObject> | undefined, image: Image): On<'tenant', KubeObject> {
  const { apiVersion, kind, fields } = image;
  const status = current?.['status'];
  const wanted: KubeObject = {
    apiVersion,
    kind,
    metadata: mirroredMetadata(current, image, {}),
    ...(status === undefined ? {} : { status }),
    ...fields,
  };
  return current && sameJson(current, wanted) ? current : markOn('tenant', wanted);
}

/** In which something is to be seen. */
export function tenantNamespace(name: string): On<'tenant', KubeObject> {
  return markOn('tenant', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** Equal as JSON. */
export function sameJson(left: Readonly<KubeObject>, right: Readonly<KubeObject>): boolean {
  // Objects of the API are plain JSON all through.
  return equalJson(left as JsonValue, right as JsonValue);
}
