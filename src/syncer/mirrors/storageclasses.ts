import { plainImage } from '../../translate/mirrors/image.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

export const storageclasses = defineMirroredKind({
  gvr: { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' },
  kind: 'StorageClass',
  image: plainImage,
});
