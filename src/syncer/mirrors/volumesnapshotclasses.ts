import { plainImage } from '../../translate/mirrors/image.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

export const volumesnapshotclasses = defineMirroredKind({
  gvr: { group: 'snapshot.storage.k8s.io', version: 'v1', resource: 'volumesnapshotclasses' },
  kind: 'VolumeSnapshotClass',
  isDefined: true,
  image: (source) => {
    const image = plainImage(source);
    const { parameters: _, ...fields } = image.fields;
    return { ...image, fields };
  },
});
