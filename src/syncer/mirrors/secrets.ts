import { plainImage } from '../../translate/mirrors/image.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

/** Those that are named, or selected. Tokens for the host's own API are never seen. */
export const secrets = defineMirroredKind({
  gvr: { group: '', version: 'v1', resource: 'secrets' },
  kind: 'Secret',
  scope: 'Namespaced',
  mustBeChosen: true,
  image: (source) =>
    source['type'] === 'kubernetes.io/service-account-token' || source['type'] === 'bootstrap.kubernetes.io/token'
      ? undefined
      : plainImage(source),
});
