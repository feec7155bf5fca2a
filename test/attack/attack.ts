/**
 * Attacks as data: what the admin has prepared, what the attacker tries, and what each try must be answered. They are run against us
 * alone, and beside a real kube-apiserver, which must answer the same.
 *
 * `{x}` in any text is replaced by something of the attack's own: names of cluster-scoped objects and of users begin with it, and it is
 * the attack's namespace.
 */
import { rbacPath, role, rule, type Loose, type PatchType } from './cluster.ts';

export interface Try {
  /** `root`, or a user. */
  readonly as: 'root' | Attacker;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Loose;
  readonly type?: PatchType;
  /** The code of the answer. */
  readonly expect: number;
}

export interface Attacker {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface Attack {
  readonly name: string;
  readonly tries: readonly Try[];
}

export interface Family {
  readonly name: string;
  readonly attacks: readonly Attack[];
}

export const mallory: Attacker = { name: '{x}-mallory', groups: ['system:authenticated'] };

export const paths = {
  clusterRoles: `${rbacPath}/clusterroles`,
  clusterRoleBindings: `${rbacPath}/clusterrolebindings`,
  roles: `${rbacPath}/namespaces/{x}/roles`,
  roleBindings: `${rbacPath}/namespaces/{x}/rolebindings`,
} as const;

/** Every verb on every kind of rights, but for `bind` and `escalate`. */
const allOfRbac = rule(
  'get,list,watch,create,update,patch,delete,deletecollection rbac.authorization.k8s.io:roles,rolebindings,clusterroles,clusterrolebindings',
);

/** The attacker may write roles and bindings, everywhere, and has these rules. */
export function given(...rules: readonly Loose[]): Try[] {
  return [
    byRoot('POST', paths.clusterRoles, role('{x}-own', allOfRbac, ...rules), 201),
    byRoot('POST', paths.clusterRoleBindings, boundTo('{x}-own', 'ClusterRole', '{x}-own'), 201),
  ];
}

export function byRoot(method: Try['method'], path: string, body: Loose, expect: number): Try {
  return { as: 'root', method, path, body, expect };
}

export function tried(method: Try['method'], path: string, body: Loose, expect: number): Try {
  return { as: mallory, method, path, ...(body === undefined ? {} : { body }), expect };
}

export function patched(path: string, type: PatchType, body: Loose, expect: number): Try {
  return { as: mallory, method: 'PATCH', path, body, type, expect };
}

/** A binding that gives a role to the attacker. */
export function boundTo(name: string, roleKind: 'Role' | 'ClusterRole', roleName: string): Loose {
  return {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: roleName },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: '{x}-mallory' }],
  };
}

/** That a step of the attack has its own text, whatever stands in it. */
export function withOwnTexts<T>(value: T, own: string): T {
  // A door: texts are replaced by texts.
  return JSON.parse(JSON.stringify(value).replaceAll('{x}', own)) as T;
}
