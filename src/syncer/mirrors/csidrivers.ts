import { plainImage } from '../../translate/mirrors/image.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

export const csidrivers = defineMirroredKind({
  gvr: { group: 'storage.k8s.io', version: 'v1', resource: 'csidrivers' },
  kind: 'CSIDriver',
  image: plainImage,
});
