/** Roles, bindings and questions from a seed: small vocabularies, so that they meet often, with all that is odd among them. */
import type { User } from '../../../src/api/user.ts';
import { seededRandom } from '../../../src/client/fake-clock.test-double.ts';
import { clusterRoleBindingsPath, clusterRolesPath, rbacPath, type Loose } from '../../attack/cluster.ts';

export interface Generated {
  /** In the order in which they are to be created: path and object. */
  readonly objects: readonly (readonly [path: string, object: Loose])[];
  readonly namespaces: readonly string[];
  readonly users: readonly User[];
  /** Specs of SubjectAccessReviews. */
  readonly questions: readonly Loose[];
  /** Roles and bindings that users try to write, who may write such objects. */
  readonly grants: readonly Grant[];
}

export interface Grant {
  readonly user: User;
  readonly path: string;
  readonly object: Loose;
}

const verbs = ['get', 'get', 'list', 'list', 'watch', 'create', 'update', 'delete', '*', '*', 'Get', 'bind', 'ge*'];
const groups = ['', '', '', 'apps', 'apps', '*', 'example.com', 'app*'];
const resources = [
  'pods',
  'pods',
  'pods/log',
  'services',
  '*',
  '*/log',
  '*/scale',
  'pods/*',
  'deployments',
  'deployments/scale',
  '*/*',
  'Pods',
];
const names = ['a', 'b', '*', ''];
const urls = ['/healthz', '/healthz/*', '/api/*', '/a*', '*', '/apis/**', '/metrics', '/a*/b', '/', '/HEALTHZ'];
const paths = [
  '/healthz',
  '/healthz/',
  '/healthz/etcd',
  '/api',
  '/api/v1',
  '/apis/',
  '/metrics',
  '/a',
  '/a*/b',
  '/a/b',
  '',
  '/',
  '*',
  '/healthz/*',
];
const askedVerbs = [
  'get',
  'get',
  'get',
  'list',
  'list',
  'list',
  'watch',
  'create',
  'update',
  'delete',
  '*',
  'Get',
  'bind',
  '',
];
const askedResources = ['pods', 'pods', 'pods', 'services', 'deployments', '*', 'Pods', ''];
const subresources = ['', '', '', 'log', 'scale', '*', 'status'];
const questionsOfSeed = 120;
const grantsOfSeed = 40;

export function generate(seed: number): Generated {
  const random = seededRandom(seed);
  const own = `s${seed}`;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
  const some = <T>(list: readonly T[], most: number): T[] =>
    Array.from({ length: 1 + Math.floor(random.next() * most) }, () => pick(list));
  const chance = (share: number): boolean => random.next() < share;

  const namespaces = [`${own}-a`, `${own}-b`];
  const userNames = ['u0', 'u1', 'u2'].map((name) => `${own}-${name}`);
  const groupNames = ['g0', 'g1'].map((name) => `${own}-${name}`);
  const accounts = namespaces.flatMap((namespace) => ['x', 'y'].map((name) => ({ namespace, name })));
  const roleNames = ['r0', 'r1', 'r2', 'r3'].map((name) => `${own}-${name}`);

  const resourceRule = (): Loose => ({
    verbs: some(verbs, 3),
    apiGroups: some(groups, 2),
    resources: some(resources, 3),
    ...(chance(0.3) ? { resourceNames: some(names, 2) } : {}),
  });
  const rules = (clusterWide: boolean): Loose[] =>
    Array.from({ length: 1 + Math.floor(random.next() * 5) }, () =>
      clusterWide && chance(0.25) ? { verbs: some(verbs, 2), nonResourceURLs: some(urls, 2) } : resourceRule(),
    );
  const subject = (namespace: string): Loose => {
    if (chance(0.4)) return { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: pick(userNames) };
    if (chance(0.5)) return { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: pick(groupNames) };
    const account = pick(accounts);
    // Without a namespace it is the binding's own.
    if (namespace !== '' && chance(0.5)) return { kind: 'ServiceAccount', name: account.name };
    return { kind: 'ServiceAccount', ...account };
  };
  const binding = (name: string, namespace: string): Loose => ({
    metadata: { name },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: namespace !== '' && chance(0.5) ? 'Role' : 'ClusterRole',
      // Some aren't there.
      name: chance(0.1) ? `${own}-nothing` : pick(roleNames),
    },
    subjects: Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => subject(namespace)),
  });
  const objects: [string, Loose][] = [];
  for (const namespace of namespaces) objects.push(['/api/v1/namespaces', { metadata: { name: namespace } }]);
  for (const name of roleNames) objects.push([clusterRolesPath, { metadata: { name }, rules: rules(true) }]);
  for (const namespace of namespaces) {
    for (const name of roleNames.slice(1)) {
      objects.push([`${rbacPath}/namespaces/${namespace}/roles`, { metadata: { name }, rules: rules(false) }]);
    }
    for (const index of [0, 1, 2, 3, 4]) {
      objects.push([`${rbacPath}/namespaces/${namespace}/rolebindings`, binding(`b${index}`, namespace)]);
    }
  }
  for (const index of [0, 1, 2, 3]) objects.push([clusterRoleBindingsPath, binding(`${own}-b${index}`, '')]);

  const users: User[] = [
    ...userNames.map((name) => ({ name, groups: chance(0.5) ? some(groupNames, 2) : [] })),
    ...accounts.map(({ namespace, name }) => ({
      name: `system:serviceaccount:${namespace}:${name}`,
      groups: chance(0.3) ? [pick(groupNames)] : [],
    })),
    { name: `${own}-nobody`, groups: ['system:authenticated', pick(groupNames)] },
    { name: 'system:anonymous', groups: ['system:unauthenticated'] },
  ];
  const question = (): Loose => {
    const { name: user, groups: userGroups } = pick(users);
    const who = { user, ...(userGroups.length > 0 ? { groups: [...userGroups] } : {}) };
    if (chance(0.25)) return { ...who, nonResourceAttributes: { path: pick(paths), verb: pick(askedVerbs) } };
    const subresource = pick(subresources);
    const name = pick(['', '', ...names]);
    const namespace = pick(['', ...namespaces, `${own}-c`]);
    return {
      ...who,
      resourceAttributes: {
        verb: pick(askedVerbs),
        group: pick(groups),
        resource: pick(askedResources),
        ...(namespace === '' ? {} : { namespace }),
        ...(subresource === '' ? {} : { subresource }),
        ...(name === '' ? {} : { name }),
      },
    };
  };
  const writer = `${own}-writer`;
  objects.push([clusterRolesPath, { metadata: { name: writer }, rules: [writing] }]);
  objects.push([
    clusterRoleBindingsPath,
    {
      metadata: { name: writer },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: writer },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: writer }],
    },
  ]);
  const grant = (index: number): Grant => {
    const { name, groups: userGroups } = pick(users);
    const user = { name, groups: [...userGroups, writer] };
    const namespace = pick(['', ...namespaces]);
    const base = namespace === '' ? rbacPath : `${rbacPath}/namespaces/${namespace}`;
    const prefix = namespace === '' ? 'cluster' : '';
    const isRole = chance(0.5);
    const path = `${base}/${prefix}${isRole ? 'roles' : 'rolebindings'}`;
    const named = `${own}-new${index}`;
    return {
      user,
      path,
      object: isRole ? { metadata: { name: named }, rules: rules(namespace === '') } : binding(named, namespace),
    };
  };
  return {
    objects,
    namespaces,
    users,
    questions: Array.from({ length: questionsOfSeed }, question),
    grants: Array.from({ length: grantsOfSeed }, (_, index) => grant(index)),
  };
}

const writing: Loose = {
  verbs: ['create'],
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
};
