/** Flow schemas and priority levels: what may be written, and what of the server's own may be changed. */
import { each, get, patch, post, put, type Family, type Json } from '../case.ts';

type Fields = Readonly<Record<string, Json>>;

const base = '/apis/flowcontrol.apiserver.k8s.io/v1';
const flows = `${base}/flowschemas`;
const levels = `${base}/prioritylevelconfigurations`;
const namespaced = get('/api/v1/namespaces/{ns}');
const metadata: Fields = { name: 'of-{ns}' };

const subject: Fields = { kind: 'User', user: { name: 'jane' } };
const resourceRule: Fields = { verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['a'] };
const otherRule: Fields = { verbs: ['get'], nonResourceURLs: ['/healthz'] };
const rule: Fields = { subjects: [subject], resourceRules: [resourceRule] };
const flow: Fields = { priorityLevelConfiguration: { name: 'exempt' }, matchingPrecedence: 100, rules: [rule] };
const withRule = (changes: Fields): Fields => ({ ...flow, rules: [{ ...rule, ...changes }] });
const withSubject = (given: Fields): Fields => withRule({ subjects: [given] });
const withResources = (changes: Fields): Fields => withRule({ resourceRules: [{ ...resourceRule, ...changes }] });
const withPaths = (changes: Fields): Fields => withRule({ nonResourceRules: [{ ...otherRule, ...changes }] });

const flowSpecs: Readonly<Record<string, Fields>> = {
  good: flow,
  nothing: {},
  'no rules': { ...flow, rules: [] },
  'no precedence': { priorityLevelConfiguration: { name: 'exempt' } },
  'a precedence below zero': { ...flow, matchingPrecedence: -1 },
  'a precedence too high': { ...flow, matchingPrecedence: 10001 },
  'the first precedence': { ...flow, matchingPrecedence: 1 },
  'no level': { matchingPrecedence: 100 },
  'a bad level': { ...flow, priorityLevelConfiguration: { name: 'No Name' } },
  'an unknown level': { ...flow, priorityLevelConfiguration: { name: 'nothing' } },
  'a distinguisher': { ...flow, distinguisherMethod: { type: 'ByUser' } },
  'an unknown distinguisher': { ...flow, distinguisherMethod: { type: 'ByMood' } },
  'no subjects': withRule({ subjects: [] }),
  'no rules in a rule': withRule({ resourceRules: [] }),
  'an unknown subject': withSubject({ kind: 'Thing' }),
  'a user without a name': withSubject({ kind: 'User', user: { name: '' } }),
  'a user without a user': withSubject({ kind: 'User' }),
  'a group as a user': withSubject({
    kind: 'User',
    user: { name: 'a' },
    group: { name: 'b' },
    serviceAccount: { name: 'c', namespace: 'd' },
  }),
  'a group without a group': withSubject({ kind: 'Group' }),
  'a user as a group': withSubject({
    kind: 'Group',
    group: { name: 'a' },
    user: { name: 'b' },
    serviceAccount: { name: 'c', namespace: 'd' },
  }),
  'an account without an account': withSubject({ kind: 'ServiceAccount' }),
  'an account with everything': withSubject({
    kind: 'ServiceAccount',
    serviceAccount: { name: '*', namespace: 'a' },
    user: { name: 'b' },
    group: { name: 'c' },
  }),
  'an account with bad names': withSubject({
    kind: 'ServiceAccount',
    serviceAccount: { name: 'A_B', namespace: 'C_D' },
  }),
  'an account without names': withSubject({ kind: 'ServiceAccount', serviceAccount: { name: '', namespace: '' } }),
  'no verbs': withResources({ verbs: [] }),
  'an unknown verb': withResources({ verbs: ['get', 'fly'] }),
  'all verbs and one': withResources({ verbs: ['*', 'get'] }),
  'no groups': withResources({ apiGroups: [] }),
  'all groups and one': withResources({ apiGroups: ['*', 'apps'] }),
  'no resources': withResources({ resources: [] }),
  'all resources and one': withResources({ resources: ['*', 'pods'] }),
  'no namespaces': withResources({ namespaces: [] }),
  'no namespaces of the cluster': withResources({ namespaces: [], clusterScope: true }),
  'all namespaces and one': withResources({ namespaces: ['*', 'a'] }),
  'a bad namespace': withResources({ namespaces: ['a', 'B_C'] }),
  paths: withPaths({}),
  'no paths': withPaths({ nonResourceURLs: [] }),
  'all paths and one': withPaths({ nonResourceURLs: ['*', '/a'] }),
  'bad paths': withPaths({ nonResourceURLs: ['', 'a', '/a b', '/a//b', '/a*', '/*/*', '/a/*', '/'] }),
};

/** The others get a condition from upstream, sooner or later. */
const fine = new Set([
  'no precedence',
  'good',
  'no rules',
  'an unknown level',
  'a distinguisher',
  'no namespaces of the cluster',
  'paths',
]);
const wrongFlows = Object.fromEntries(Object.entries(flowSpecs).filter(([name]) => !fine.has(name)));

const queue = (queuing: Fields | null, more: Fields = {}): Fields => ({
  type: 'Limited',
  limited: { limitResponse: { type: 'Queue', queuing }, ...more },
});
const reject: Fields = { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } };
const levelSpecs: Readonly<Record<string, Fields>> = {
  rejecting: reject,
  queuing: queue({}),
  'queuing of its own': queue({ queues: 10, handSize: 2, queueLengthLimit: 5 }),
  nothing: {},
  'an unknown type': { type: 'Strange' },
  'exempt under another name': { type: 'Exempt' },
  'limited without limits': { type: 'Limited' },
  'limited and exempt': { ...reject, exempt: {} },
  'no response': { type: 'Limited', limited: {} },
  'an unknown response': { type: 'Limited', limited: { limitResponse: { type: 'Strange' } } },
  'rejecting with queues': { type: 'Limited', limited: { limitResponse: { type: 'Reject', queuing: {} } } },
  'queuing without queues': queue(null),
  'shares below zero': queue({}, { nominalConcurrencyShares: -1 }),
  'no shares': queue({}, { nominalConcurrencyShares: 0 }),
  'too much to lend': queue({}, { lendablePercent: 101 }),
  'less than nothing to lend': queue({}, { lendablePercent: -1 }),
  'less than nothing to borrow': queue({}, { borrowingLimitPercent: -1 }),
  'queues below zero': queue({ queues: -1, handSize: -1, queueLengthLimit: -1 }),
  'too many queues': queue({ queues: 10_000_001, handSize: 1 }),
  'a hand of more than all': queue({ queues: 4, handSize: 5 }),
  'a hand of too much chance': queue({ queues: 512, handSize: 10 }),
};

const statuses: Readonly<Record<string, Fields>> = {
  'a condition': { conditions: [{ type: 'Dangling', status: 'False', reason: 'a', message: 'b' }] },
  'a condition twice': {
    conditions: [
      { type: 'A', status: 'True' },
      { type: 'A', status: 'True' },
    ],
  },
  'a condition without a type': { conditions: [{ type: '', status: 'True' }] },
  nothing: {},
};

export const flowControl: Family = {
  name: 'flow control',
  cases: [
    ...each('a flow schema:', flowSpecs, (spec) => post(flows, { metadata, spec }), [namespaced]),
    ...each('a flow schema, changed:', wrongFlows, (spec) => put(`${flows}/of-{ns}`, { metadata, spec }), [
      namespaced,
      post(flows, { metadata, spec: flow }),
    ]),
    ...each('a priority level:', levelSpecs, (spec) => post(levels, { metadata, spec }), [namespaced]),
    ...each('a priority level, changed:', levelSpecs, (spec) => put(`${levels}/of-{ns}`, { metadata, spec }), [
      namespaced,
      post(levels, { metadata, spec: reject }),
    ]),
    ...each(
      'the status of a priority level:',
      statuses,
      (status) => [
        put(`${levels}/of-{ns}/status`, { metadata: { ...metadata, labels: { a: 'b' } }, spec: queue({}), status }),
      ],
      [namespaced, post(levels, { metadata, spec: reject })],
    ),
    ...each(
      'of the server itself, changed:',
      {
        'the exempt flow': `${flows}/exempt`,
        'the last flow': `${flows}/catch-all`,
      },
      (path) => patch('merge', `${path}?dryRun=All`, { spec: { matchingPrecedence: 5 } }),
    ),
    ...each<readonly [string, Json]>(
      'of the server itself, changed but little:',
      {
        'the exempt level': [`${levels}/exempt`, { spec: { exempt: { lendablePercent: 50 } } }],
        'the last level': [`${levels}/catch-all`, { spec: { limited: { nominalConcurrencyShares: 6 } } }],
        'a level that was suggested': [
          `${levels}/workload-low`,
          { spec: { limited: { nominalConcurrencyShares: 6 } } },
        ],
      },
      ([path, body]) => patch('merge', `${path}?dryRun=All`, body),
    ),
    ...each<Fields>('an exempt level with', { limits: { limited: {} }, 'another type': { type: 'Limited' } }, (spec) =>
      patch('merge', `${levels}/exempt?dryRun=All`, { spec }),
    ),
  ],
};
