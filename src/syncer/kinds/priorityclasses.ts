/** A tenant's own priority classes. Off by default: they stand among the host's, and its account must be allowed to write there. */
import { noteOf } from '../../translate/mirrors/note.ts';
import { isSystemClass } from '../../translate/pods/classes.ts';
import { copyPriorityClass, priorityClassFields } from '../../translate/priorityclasses.ts';
import { updatedContent } from '../../translate/content.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' };

const rules: CopyRules = {
  gvr,
  // What it sees of the host is there already; those of the system say nothing on the host.
  wanted: (object) => noteOf(object) === undefined && !isSystemClass(object.metadata.name ?? ''),
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
  plan: (key, observed, view) => planCopy(rules, key, observed, view),
});
