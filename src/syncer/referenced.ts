import type { KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import type { ReferencedKind } from '../translate/pods/references.ts';
import type { View } from './synced-kind.ts';

/** Whether a pod names the object: only then is it copied. */
export function isReferenced(kind: ReferencedKind, object: On<'tenant', KubeObject>, view: View): boolean {
  const { namespace = '', name = '' } = object.metadata;
  return view.isReferenced(kind, namespace, name);
}
