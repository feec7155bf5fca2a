import { plainImage } from '../../translate/mirrors/image.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

/** Pods may use those that are seen, and only those: see `translate/pods/classes.ts`. */
export const runtimeclasses = defineMirroredKind({
  gvr: { group: 'node.k8s.io', version: 'v1', resource: 'runtimeclasses' },
  kind: 'RuntimeClass',
  image: plainImage,
});
