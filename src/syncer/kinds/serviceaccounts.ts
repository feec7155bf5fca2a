/** A tenant's service accounts, and then its pods are these on the host. Off by default: what such an account may do there, clouds decide by its annotations. */
import {
  copyServiceAccount,
  namedByServiceAccount,
  updatedServiceAccountCopy,
} from '../../translate/serviceaccounts.ts';
import { planCopy, type CopyRules } from '../copy-plan.ts';
import { defineSyncedKind } from '../synced-kind.ts';

const rules: CopyRules = {
  gvr: { group: '', version: 'v1', resource: 'serviceaccounts' },
  copy: (account, view) => copyServiceAccount(view.place, account),
  updated: updatedServiceAccountCopy,
};

export const serviceaccounts = defineSyncedKind({
  gvr: rules.gvr,
  kind: 'ServiceAccount',
  byDefault: false,
  hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  names: namedByServiceAccount,
  plan: (key, observed, view) => planCopy(rules, key, observed, view),
});
