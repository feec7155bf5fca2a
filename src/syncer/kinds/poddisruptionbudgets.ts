/**
 * PodDisruptionBudgets: who empties a node of the host minds them. Off by default, since a tenant could hold a node for ever. Their status is the tenant's
 * own controller's to write: it knows what the pods belong to.
 */
import { copyDisruptionBudget, neededPods, updatedBudgetCopy } from '../../translate/disruptionbudgets.ts';
import { nothingToDo } from '../action.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' };

const rules: CopyRules = {
  gvr,
  copy: (budget, view) => copyDisruptionBudget(view.place, budget),
  updated: updatedBudgetCopy,
};

export const poddisruptionbudgets = defineSyncedKind({
  gvr,
  kind: 'PodDisruptionBudget',
  byDefault: false,
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  plan: (key, observed, view) => {
    const { tenant, origin } = observed;
    const isOfBefore = origin !== undefined && origin.uid !== tenant?.metadata.uid;
    // Its copy stays as it is until the number is known.
    if (tenant && !isOfBefore && neededPods(tenant) === undefined) return nothingToDo;
    return planCopy(rules, key, observed, view);
  },
});
