/** A tenant's own storage classes, with the Secrets that they name. Off by default, as all that stands among the host's. */
import { noteOf } from '../../translate/mirrors/note.ts';
import { updatedContent } from '../../translate/content.ts';
import {
  copyStorageClass,
  namedByStorageClass,
  storageClassFields,
  storageClassObstacle,
} from '../../translate/storageclasses.ts';
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' };
/** Upstream lets nobody change them. */
const unchangeable = ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'];

const rules: CopyRules = {
  gvr,
  wanted: (object) => noteOf(object) === undefined && storageClassObstacle(object) === undefined,
  copy: (object, view) => copyStorageClass(view.place, object),
  updated: (current, wanted) => updatedContent(storageClassFields, current, wanted),
  mustBeReplaced: (current, wanted) => unchangeable.some((field) => !sameField(current, wanted, field)),
};

export const storageclasses = defineSyncedKind({
  gvr,
  kind: 'StorageClass',
  scope: 'Cluster',
  byDefault: false,
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  names: (object) => (noteOf(object) === undefined ? namedByStorageClass(object) : []),
  plan: (key, observed, view) => {
    const plan = planCopy(rules, key, observed, view);
    const { tenant } = observed;
    if (!tenant || noteOf(tenant) !== undefined) return plan;
    const refusal = storageClassObstacle(tenant);
    return refusal === undefined ? plan : { ...plan, refusal };
  },
});

function sameField(left: Readonly<KubeObject>, right: Readonly<KubeObject>, field: string): boolean {
  // Plain JSON; only `metadata` is an ObjectMeta.
  return equalJson((left[field] ?? null) as JsonValue, (right[field] ?? null) as JsonValue);
}
