import { plainImage } from '../../translate/mirrors/image.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

export const ingressclasses = defineMirroredKind({
  gvr: { group: 'networking.k8s.io', version: 'v1', resource: 'ingressclasses' },
  kind: 'IngressClass',
  image: plainImage,
});
