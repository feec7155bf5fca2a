import type { Mapping } from '../mirrored-kind.ts';
import { imageWithStatus } from '../../translate/mirrors/image.ts';
import { defineMirroredKind, type MirroredKind } from '../mirrored-kind.ts';
import { withHostStatus } from '../host-status.ts';

/** Any custom resource, as the host has it, with its status; with mappings: of a kind that has namespaces. */
export function customMirror(group: string, plural: string, mappings: readonly Mapping[] | undefined): MirroredKind {
  return defineMirroredKind({
    gvr: { group, version: '', resource: plural },
    kind: '',
    isDefined: true,
    isCustom: true,
    ...(mappings === undefined ? {} : { scope: 'Namespaced' }),
    image: (source) => imageWithStatus(source),
    withStatus: withHostStatus,
  });
}
