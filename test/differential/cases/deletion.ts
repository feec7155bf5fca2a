/** Deletion: its options, finalizers, collections, namespaces. */
import { del, each, get, one, patch, post, put, type Case, type Family, type Json } from '../case.ts';

const configMaps = '/api/v1/namespaces/{ns}/configmaps';
const existing = [
  post(configMaps, { metadata: { name: 'a', labels: { x: '1' } } }),
  post(configMaps, { metadata: { name: 'b', labels: { x: '2' } } }),
];
const held = post(configMaps, { metadata: { name: 'h', finalizers: ['example.com/hold'] } });

const optionBodies: Readonly<Record<string, Json>> = {
  'no JSON': 'x',
  'truncated JSON': '{"kind":',
  'an array': '[]',
  null: 'null',
  'a string': '"x"',
  'an empty object': {},
  'another kind': { kind: 'ConfigMap', apiVersion: 'v1' },
  'an unknown kind': { kind: 'Thing', apiVersion: 'v1' },
  'an unknown version': { kind: 'DeleteOptions', apiVersion: 'v9' },
  'the version of another group': { kind: 'DeleteOptions', apiVersion: 'apps/v1' },
  'the version of metadata': { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' },
  'a grace period as text': { gracePeriodSeconds: 'soon' },
  'a negative grace period': { gracePeriodSeconds: -5 },
  'grace period 0': { gracePeriodSeconds: 0 },
  'an unknown policy': { propagationPolicy: 'Sometimes' },
  'a policy as a number': { propagationPolicy: 5 },
  'an empty policy': { propagationPolicy: '' },
  'both policies': { propagationPolicy: 'Orphan', orphanDependents: true },
  'orphanDependents as text': { orphanDependents: 'yes' },
  'orphanDependents true': { orphanDependents: true },
  'orphanDependents false': { orphanDependents: false },
  'policy Orphan': { propagationPolicy: 'Orphan' },
  'policy Foreground': { propagationPolicy: 'Foreground' },
  'policy Background': { propagationPolicy: 'Background' },
  'an unknown dryRun': { dryRun: ['Some'] },
  dryRun: { dryRun: ['All'] },
  'dryRun as text': { dryRun: 'All' },
  'an unknown field': { nothing: 1 },
  'preconditions as text': { preconditions: 'x' },
  'an empty uid': { preconditions: { uid: '' } },
};

const optionQueries: Readonly<Record<string, string>> = {
  'a grace period as text': 'gracePeriodSeconds=soon',
  'a negative grace period': 'gracePeriodSeconds=-1',
  'an unknown policy': 'propagationPolicy=Sometimes',
  'both policies': 'propagationPolicy=Orphan&orphanDependents=true',
  'orphanDependents as garbage': 'orphanDependents=perhaps',
  'policy Foreground': 'propagationPolicy=Foreground',
  'an unknown dryRun': 'dryRun=Some',
  dryRun: 'dryRun=All',
};

const finalizers: Case = {
  name: 'an object with a finalizer: deletion waits, changes go on, its removal ends it',
  given: [held],
  calls: [
    del(`${configMaps}/h`),
    get(`${configMaps}/h`),
    del(`${configMaps}/h`),
    patch('merge', `${configMaps}/h`, { data: { still: 'here' } }),
    patch('merge', `${configMaps}/h`, { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } }),
    put(`${configMaps}/h`, { metadata: { name: 'h', finalizers: ['example.com/hold'] } }),
    post(configMaps, { metadata: { name: 'h' } }),
    patch('merge', `${configMaps}/h`, { metadata: { finalizers: null } }),
    get(`${configMaps}/h`),
  ],
};

const collection: Case = {
  name: 'a collection is deleted by its labels, and then as a whole',
  given: [...existing, held],
  calls: [del(`${configMaps}?labelSelector=x%3D1`), get(configMaps), del(configMaps), get(configMaps), del(configMaps)],
};

const namespaces = '/api/v1/namespaces';
const terminating: Case = {
  name: 'a namespace that is being deleted takes nothing new, and goes when finalized',
  given: [post(namespaces, { metadata: { name: 'gone-{ns}' } })],
  calls: [
    del(`${namespaces}/gone-{ns}`),
    get(`${namespaces}/gone-{ns}`),
    post(`${namespaces}/gone-{ns}/configmaps`, { metadata: { name: 'late' } }),
    post(`${namespaces}/gone-{ns}/pods`, {
      metadata: { name: 'late' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    }),
    del(`${namespaces}/gone-{ns}`),
    post(namespaces, { metadata: { name: 'gone-{ns}' } }),
    put(`${namespaces}/gone-{ns}/finalize`, { metadata: { name: 'gone-{ns}' }, spec: { finalizers: [] } }),
    get(`${namespaces}/gone-{ns}`),
    post(`${namespaces}/gone-{ns}/configmaps`, { metadata: { name: 'late' } }),
  ],
};

export const deletion: Family = {
  name: 'deletion',
  cases: [
    ...each(
      'options in the body',
      optionBodies,
      (body) => [del(`${configMaps}/a`, body), get(`${configMaps}/a`)],
      existing,
    ),
    ...each(
      'options in the query',
      optionQueries,
      (query) => [del(`${configMaps}/a?${query}`), get(`${configMaps}/a`)],
      existing,
    ),
    one('of what is not there', del(`${configMaps}/nothing`)),
    one('of what is not there, with garbage', del(`${configMaps}/nothing`, '{')),
    one('with a body of another type', del(`${configMaps}/a`, '{}', { type: 'text/plain' }), existing),
    one(
      'with a body of YAML',
      del(`${configMaps}/a`, 'gracePeriodSeconds: 0\n', { type: 'application/yaml' }),
      existing,
    ),
    finalizers,
    collection,
    one('of a collection by a bad selector', del(`${configMaps}?labelSelector=a%20b`), existing),
    one('of a collection by an unknown field', del(`${configMaps}?fieldSelector=data.k%3Dv`), existing),
    one('of a collection with garbage', del(configMaps, '{'), existing),
    { name: 'of a collection, dry', given: existing, calls: [del(`${configMaps}?dryRun=All`), get(configMaps)] },
    { name: 'of a collection with a limit', given: existing, calls: [del(`${configMaps}?limit=1`), get(configMaps)] },
    one('of a collection in an unknown namespace', del('/api/v1/namespaces/nowhere/configmaps')),
    ...each(
      'of the namespace',
      {
        default: 'default',
        'kube-system': 'kube-system',
        'kube-public': 'kube-public',
        'kube-node-lease': 'kube-node-lease',
      },
      (name) => [...(name === 'kube-node-lease' ? [] : [del(`${namespaces}/${name}`)]), get(`${namespaces}/default`)],
    ),
    terminating,
    one('of an unknown namespace', del(`${namespaces}/nowhere`)),
    one('finalize of an unknown namespace', put(`${namespaces}/nowhere/finalize`, { metadata: { name: 'nowhere' } })),
    one('finalize of another namespace', put(`${namespaces}/{ns}/finalize`, { metadata: { name: 'other' } })),
    {
      name: 'a namespace keeps its finalizers over updates',
      calls: [
        put(`${namespaces}/{ns}`, { metadata: { name: '{ns}' }, spec: { finalizers: [] } }),
        patch('merge', `${namespaces}/{ns}`, { spec: { finalizers: ['a'] } }),
        patch('merge', `${namespaces}/{ns}/status`, { status: { phase: 'Odd' } }),
      ],
    },
    one(
      'a create in a namespace that is not there',
      post('/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'a' } }),
    ),
    one(
      'a create of a Deployment in a namespace that is not there',
      post('/apis/apps/v1/namespaces/nowhere/deployments', { metadata: { name: 'a' } }),
    ),
    one('a create of garbage in a namespace that is not there', post('/api/v1/namespaces/nowhere/configmaps', '{')),
    one(
      'a create of an invalid object in a namespace that is not there',
      post('/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'A' } }),
    ),
    one(
      'a dry create in a namespace that is not there',
      post('/api/v1/namespaces/nowhere/configmaps?dryRun=All', { metadata: { name: 'a' } }),
    ),
  ],
};
