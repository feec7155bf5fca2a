/**
 * The flow schemas and priority levels that every cluster has: clients read them, and some change them. Nothing here queues by them. Mirrors
 * apiserver apis/flowcontrol/bootstrap, v1.36.
 */
import type { JsonObject } from '../../../../api/json.ts';

export interface FlowControlObject {
  readonly name: string;
  readonly spec: JsonObject;
  /** Its spec stays as it is. */
  readonly mandatory?: boolean;
}

const everything: JsonObject = {
  apiGroups: ['*'],
  clusterScope: true,
  namespaces: ['*'],
  resources: ['*'],
  verbs: ['*'],
};
const allPaths: JsonObject = { nonResourceURLs: ['*'], verbs: ['*'] };
const leases = (verbs: readonly string[]): JsonObject => ({
  apiGroups: ['coordination.k8s.io'],
  namespaces: ['*'],
  resources: ['leases'],
  verbs: [...verbs],
});

const group = (name: string): JsonObject => ({ kind: 'Group', group: { name } });
const user = (name: string): JsonObject => ({ kind: 'User', user: { name } });
const systemAccounts: JsonObject = { kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'kube-system' } };
const everybody = [group('system:unauthenticated'), group('system:authenticated')];

interface Flow {
  readonly level: string;
  readonly precedence: number;
  readonly by?: 'ByUser' | 'ByNamespace';
  readonly subjects: readonly JsonObject[];
  /** Default: everything. */
  readonly resourceRules?: readonly JsonObject[];
  readonly nonResourceRules?: readonly JsonObject[];
}

function flow(name: string, about: Flow, mandatory = false): FlowControlObject {
  const { level, precedence, by, subjects } = about;
  const limited = about.resourceRules !== undefined || about.nonResourceRules !== undefined;
  const resourceRules = limited ? about.resourceRules : [everything];
  const nonResourceRules = limited ? about.nonResourceRules : [allPaths];
  const rule: JsonObject = {
    subjects: [...subjects],
    ...(resourceRules ? { resourceRules: [...resourceRules] } : {}),
    ...(nonResourceRules ? { nonResourceRules: [...nonResourceRules] } : {}),
  };
  const spec: JsonObject = {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence: precedence,
    ...(by ? { distinguisherMethod: { type: by } } : {}),
    rules: [rule],
  };
  return { name, spec, mandatory };
}

export const flowSchemas: readonly FlowControlObject[] = [
  flow('exempt', { level: 'exempt', precedence: 1, subjects: [group('system:masters')] }, true),
  flow('catch-all', { level: 'catch-all', precedence: 10_000, by: 'ByUser', subjects: everybody }, true),
  flow('system-nodes', { level: 'system', precedence: 500, by: 'ByUser', subjects: [group('system:nodes')] }),
  flow('system-node-high', {
    level: 'node-high',
    precedence: 400,
    by: 'ByUser',
    subjects: [group('system:nodes')],
    resourceRules: [
      { apiGroups: [''], clusterScope: true, namespaces: ['*'], resources: ['nodes', 'nodes/status'], verbs: ['*'] },
      leases(['*']),
    ],
  }),
  flow('probes', {
    level: 'exempt',
    precedence: 2,
    subjects: everybody,
    nonResourceRules: [{ nonResourceURLs: ['/healthz', '/readyz', '/livez'], verbs: ['get'] }],
  }),
  flow('system-leader-election', {
    level: 'leader-election',
    precedence: 100,
    by: 'ByUser',
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), systemAccounts],
    resourceRules: [leases(['get', 'create', 'update'])],
  }),
  flow('kube-controller-manager', {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    subjects: [user('system:kube-controller-manager')],
  }),
  flow('kube-scheduler', {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    subjects: [user('system:kube-scheduler')],
  }),
  flow('kube-system-service-accounts', {
    level: 'workload-high',
    precedence: 900,
    by: 'ByNamespace',
    subjects: [systemAccounts],
  }),
  flow('service-accounts', {
    level: 'workload-low',
    precedence: 9000,
    by: 'ByUser',
    subjects: [group('system:serviceaccounts')],
  }),
  flow('global-default', { level: 'global-default', precedence: 9900, by: 'ByUser', subjects: everybody }),
];

/** `queues`: with so many of them, and hands of so many; none: what doesn't fit is refused. */
function level(name: string, shares: number, lendablePercent: number, queues = 0, handSize = 6): FlowControlObject {
  const queuing = { handSize, queueLengthLimit: 50, queues };
  const limitResponse: JsonObject = queues === 0 ? { type: 'Reject' } : { type: 'Queue', queuing };
  const limited = { nominalConcurrencyShares: shares, lendablePercent, limitResponse };
  return { name, spec: { type: 'Limited', limited }, mandatory: queues === 0 };
}

export const priorityLevels: readonly FlowControlObject[] = [
  {
    name: 'exempt',
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
    mandatory: true,
  },
  level('catch-all', 5, 0),
  level('system', 30, 33, 64),
  level('node-high', 40, 25, 64),
  level('leader-election', 10, 0, 16, 4),
  level('workload-high', 40, 50, 128),
  level('workload-low', 100, 90, 128),
  level('global-default', 20, 50, 128),
];
