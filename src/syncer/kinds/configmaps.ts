import { copyConfigMap, updatedConfigurationCopy } from '../../translate/configuration.ts';
import { isReferenced } from '../referenced.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: '', version: 'v1', resource: 'configmaps' };

const rules: CopyRules = {
  gvr,
  wanted: (configMap, view) => isReferenced('configmaps', configMap, view),
  copy: (configMap, view) => copyConfigMap(view.place, configMap),
  updated: updatedConfigurationCopy,
  // An immutable one was deleted and made again in the tenant: then its UID differs. Should the flag itself be taken away, the copy starts anew.
  mustBeReplaced: (current, wanted) => current['immutable'] === true && wanted['immutable'] !== true,
};

export const configmaps = defineSyncedKind({
  gvr,
  kind: 'ConfigMap',
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  referencedBy: 'configmaps',
  plan: (key, observed, view) => planCopy(rules, key, observed, view),
});
