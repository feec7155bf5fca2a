import { plainImage } from '../../translate/mirrors/image.ts';
import { isSystemClass } from '../../translate/pods/classes.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

/**
 * Pods may use those that are seen, and only those: see `translate/pods/classes.ts`. Those of the system are never seen: a tenant has its own, which say
 * nothing on the host.
 */
export const priorityclasses = defineMirroredKind({
  gvr: { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' },
  kind: 'PriorityClass',
  image: (source) => (isSystemClass(source.metadata.name ?? '') ? undefined : plainImage(source)),
});
