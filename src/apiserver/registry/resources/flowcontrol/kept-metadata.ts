import type { KubeObject } from '../../../../api/object.ts';
import { jsonOf, takeField } from '../fields.ts';

/** A status write changes no metadata but who manages what. May mutate `object`. */
export function keepMetadata(object: KubeObject, old: Readonly<KubeObject>): void {
  const { resourceVersion, managedFields } = object.metadata;
  takeField(jsonOf(object), jsonOf(old), 'metadata');
  if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion;
  if (managedFields !== undefined) object.metadata['managedFields'] = managedFields;
}
