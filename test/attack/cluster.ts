/**
 * An API server of its own, whole, over memory, as the roles compose it; called in process by whoever a test wants to be. No controllers
 * run: what an attack gains, it gains from the API server alone.
 */
import { Buffer } from 'node:buffer';
import type { JsonValue } from '../../src/api/json.ts';
import type { Exchange } from '../../src/api/exchange.ts';
import type { User } from '../../src/api/user.ts';
import { LocalServiceAddresses } from '../../src/apiserver/registry/local-service-addresses.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { bootstrap, composeApiServer } from '../../src/main/api-server-role.ts';
import { realClock } from '../../src/main/real-clock.ts';
import { realRandom } from '../../src/main/real-random.ts';
import type { Store } from '../../src/storage/store.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { createSigningKey } from '../../src/tenancy/certificate-authority.ts';

// Tests look into whatever comes back.
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

export interface Answer {
  readonly code: number;
  readonly message: string;
  readonly body: Loose;
}

/** The API as one user sees it. */
export interface Caller {
  call(method: string, target: string, body?: JsonValue, type?: string): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body: JsonValue): Promise<Answer>;
  put(path: string, body: JsonValue): Promise<Answer>;
  patch(path: string, type: PatchType, body: JsonValue): Promise<Answer>;
  delete(path: string, body?: JsonValue): Promise<Answer>;
}

export type PatchType = 'json-patch+json' | 'merge-patch+json' | 'strategic-merge-patch+json' | 'apply-patch+yaml';

export interface Cluster {
  readonly admin: Caller;
  as(user: User): Caller;
  /** A user of this name, in `system:authenticated` and in the groups. */
  user(name: string, ...groups: readonly string[]): Caller;
  account(namespace: string, name: string): Caller;
  /** As the admin; throws when it isn't created. */
  create(path: string, body: JsonValue): Promise<void>;
  readonly store: Store;
  readonly exchange: Exchange;
  close(): Promise<void>;
}

export const rbacPath = '/apis/rbac.authorization.k8s.io/v1';
export const clusterRolesPath = `${rbacPath}/clusterroles`;
export const clusterRoleBindingsPath = `${rbacPath}/clusterrolebindings`;
export const rolesPath = (namespace: string): string => `${rbacPath}/namespaces/${namespace}/roles`;
export const roleBindingsPath = (namespace: string): string => `${rbacPath}/namespaces/${namespace}/rolebindings`;

/** Over the store of another that was left without being closed, or an empty one. */
export async function startCluster(store: Store = new MemoryStore()): Promise<Cluster> {
  const composed = composeApiServer({
    clock: realClock,
    random: realRandom,
    store,
    serviceAccountKeys: [await createSigningKey()],
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
    address: '127.0.0.1:443',
    serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: realRandom }),
    logger: silentLogger,
  });
  await bootstrap(composed);

  const as = (user: User): Caller => {
    const call = async (
      method: string,
      target: string,
      body?: JsonValue,
      type = 'application/json',
    ): Promise<Answer> => {
      const [path = '', query = ''] = target.split('?');
      const response = await composed.exchange({
        method,
        path,
        query,
        headers: { accept: 'application/json', 'content-type': type, 'user-agent': 'attack/1' },
        body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
        signal: new AbortController().signal,
        user,
      });
      if (!(response.body instanceof Uint8Array)) throw new Error(`${target} answered with a stream`);
      const text = Buffer.from(response.body).toString();
      const parsed: Loose = text.startsWith('{') ? JSON.parse(text) : {};
      return { code: response.status, message: parsed.message ?? text, body: parsed };
    };
    return {
      call,
      get: (path) => call('GET', path),
      post: (path, body) => call('POST', path, body),
      put: (path, body) => call('PUT', path, body),
      patch: (path, type, body) => call('PATCH', path, body, `application/${type}`),
      delete: (path, body) => call('DELETE', path, body),
    };
  };
  const admin = as({ name: 'root', groups: ['system:masters'] });
  return {
    admin,
    as,
    user: (name, ...groups) => as({ name, groups: [...groups, 'system:authenticated'] }),
    account: (namespace, name) =>
      as({
        name: `system:serviceaccount:${namespace}:${name}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      }),
    async create(path, body) {
      const { code, message } = await admin.post(path, body);
      if (code !== 201) throw new Error(`${path}: ${code} ${message}`);
    },
    store,
    exchange: composed.exchange,
    close: () => store.close(),
  };
}

export interface RuleFields {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** `get,list pods/log` of the core group; `get apps:deployments`; `get /healthz`. */
export function rule(text: string, ...names: readonly string[]): Loose {
  const [verbs = '', what = ''] = text.split(' ');
  if (what.startsWith('/')) return { verbs: verbs.split(','), nonResourceURLs: what.split(',') };
  const [group, resources] = what.includes(':') ? what.split(':') : ['', what];
  return {
    verbs: verbs.split(','),
    apiGroups: [group],
    resources: (resources ?? '').split(','),
    ...(names.length === 0 ? {} : { resourceNames: names }),
  };
}

export function role(name: string, ...rules: readonly Loose[]): Loose {
  return { metadata: { name }, rules };
}

/** `User jane`, `Group dev`, `ServiceAccount ns/name`. */
export function binding(
  name: string,
  roleKind: 'Role' | 'ClusterRole',
  roleName: string,
  ...subjects: string[]
): Loose {
  return {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: roleName },
    subjects: subjects.map((subject) => {
      const [kind = '', who = ''] = subject.split(' ');
      const [namespace, account] = who.split('/');
      return kind === 'ServiceAccount'
        ? { kind, name: account ?? '', namespace: namespace ?? '' }
        : { kind, name: who };
    }),
  };
}
