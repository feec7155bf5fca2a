/**
 * Typed looks at stored objects, for the files of this room. The one door: what is stored has been decoded against its schema, so a partial
 * interface that agrees with the schema is true.
 */
import type { KubeObject, ObjectMeta } from '../../../api/object.ts';

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the door's very purpose
export function viewAs<T extends { readonly metadata?: ObjectMeta }>(object: Readonly<KubeObject>): T {
  return object as unknown as T;
}
