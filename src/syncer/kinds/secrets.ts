import { copySecret, updatedConfigurationCopy } from '../../translate/configuration.ts';
import { isReferenced } from '../referenced.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const gvr = { group: '', version: 'v1', resource: 'secrets' };

const rules: CopyRules = {
  gvr,
  wanted: (secret, view) => isReferenced('secrets', secret, view),
  copy: (secret, view) => copySecret(view.place, secret),
  updated: updatedConfigurationCopy,
  mustBeReplaced: (current, wanted) =>
    current['type'] !== (wanted['type'] ?? 'Opaque') || (current['immutable'] === true && wanted['immutable'] !== true),
};

export const secrets = defineSyncedKind({
  gvr,
  kind: 'Secret',
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  referencedBy: 'secrets',
  plan: (key, observed, view) => planCopy(rules, key, observed, view),
});
