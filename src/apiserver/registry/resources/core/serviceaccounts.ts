import type { KubeObject } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable } from '../columns.ts';
import { objectsAt } from '../../../../api/json-fields.ts';
import { jsonOf, takeField } from '../fields.ts';

/** Mirrors pkg/registry/core/serviceaccount. */
export const serviceaccounts = defineResource({
  group: '',
  resource: 'serviceaccounts',
  strategy: { prepareForCreate: keepSecretNames, prepareForUpdate: keepSecretNames },
  table: namedTable([], () => []),
});

/** Of the secrets only their names are kept. May mutate. */
function keepSecretNames(account: KubeObject): void {
  const secrets = objectsAt(jsonOf(account), 'secrets');
  if (secrets.length === 0) return;
  account['secrets'] = secrets.map((secret) => {
    const kept = {};
    takeField(kept, secret, 'name');
    return kept;
  });
}
