/** Mirrors pkg/apis/rbac/v1 and pkg/apis/authentication/v1 defaults.go. */
import type { JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { ensureObject } from '../../../api/json-fields.ts';
import { setIfEmpty, setIfNil } from './go-fields.ts';

const group = 'rbac.authorization.k8s.io';

export const rbacDefaults: TypeDefaults = {
  'io.k8s.api.rbac.v1.ClusterRoleBinding': defaultRoleRef,
  'io.k8s.api.rbac.v1.RoleBinding': defaultRoleRef,
  'io.k8s.api.rbac.v1.Subject': (subject) => {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') setIfEmpty(subject, 'apiGroup', group);
  },
  'io.k8s.api.authentication.v1.TokenRequestSpec': (spec) => setIfNil(spec, 'expirationSeconds', 3600),
};

function defaultRoleRef(binding: JsonObject): void {
  setIfEmpty(ensureObject(binding, 'roleRef'), 'apiGroup', group);
}
