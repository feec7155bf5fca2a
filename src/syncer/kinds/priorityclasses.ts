/** A tenant's own priority classes. Off by default: they stand among the host's, and its account must be allowed to write there. */
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { noteOf } from '../../translate/mirrors/note.ts';
import { isSystemClass } from '../../translate/pods/classes.ts';
import { copyPriorityClass, priorityClassFields } from '../../translate/priorityclasses.ts';
import { updatedContent } from '../../translate/content.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind, type View } from '../synced-kind.ts';

const gvr = { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' };

const rules: CopyRules = {
  gvr,
  wanted: (object, view) => isOwn(object) && !isTooHigh(object, view),
  copy: (object, view) => copyPriorityClass(view.place, object),
  updated: (current, wanted) => updatedContent(priorityClassFields, current, wanted),
  mustBeReplaced: (current, wanted) => current['value'] !== wanted['value'],
};

export const priorityclasses = defineSyncedKind({
  gvr,
  kind: 'PriorityClass',
  scope: 'Cluster',
  byDefault: false,
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  plan: (key, observed, view) => {
    const plan = planCopy(rules, key, observed, view);
    const { tenant } = observed;
    if (!tenant || !isOwn(tenant) || !isTooHigh(tenant, view)) return plan;
    const most = view.isolation?.priorityClasses?.valueMax;
    return { ...plan, refusal: `value: the operator's policy allows ${most} at most` };
  },
});

/** What it sees of the host is there already; those of the system say nothing on the host. */
function isOwn(object: On<'tenant', KubeObject>): boolean {
  return noteOf(object) === undefined && !isSystemClass(object.metadata.name ?? '');
}

function isTooHigh({ value }: On<'tenant', KubeObject>, { isolation }: View): boolean {
  const most = isolation?.priorityClasses?.valueMax;
  return most !== undefined && !(typeof value === 'number' && value <= most);
}
