/** Snapshots of a tenant's own volumes. What is in one, the host says: a snapshot that could name its content would get at what others have left. */
import { isJsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { parseFieldPath } from '../../translate/custom/field-path.ts';
import { noRules } from '../../translate/custom/rules.ts';
import type { DefinedKind } from '../custom/defined-kind.ts';

const group = 'snapshot.storage.k8s.io';
const classes = { group, version: 'v1', resource: 'volumesnapshotclasses' };

export const volumesnapshots: DefinedKind = {
  group,
  plural: 'volumesnapshots',
  rules: {
    ...noRules,
    references: [{ path: parseFieldPath('spec.source.persistentVolumeClaimName'), kind: 'persistentvolumeclaims' }],
  },
  follows: [{ gvr: classes, ifSeenFromHost: true, namedBy: (snapshot) => [classOf(snapshot) ?? ''] }],
  obstacle: ({ spec = null, ...snapshot }, view) => {
    const source = isJsonObject(spec) ? spec['source'] : undefined;
    if (isJsonObject(source) && source['volumeSnapshotContentName'] !== undefined)
      return "the content is none of the host's; name a claim in its source, and the host makes one";
    const name = classOf({ ...snapshot, spec });
    return name !== undefined && view.seenFromHost('volumesnapshotclasses', name) === false
      ? `the host has no volume snapshot class ${name} for this tenant`
      : undefined;
  },
};

function classOf({ spec = null }: Readonly<KubeObject>): string | undefined {
  const name = isJsonObject(spec) ? spec['volumeSnapshotClassName'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
