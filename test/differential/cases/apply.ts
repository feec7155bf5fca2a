/** Server-side apply, step by step: what random sequences come by too rarely. */
import { get, patch, post, put, del, type Call, type Case, type Family, type Json } from '../case.ts';

const maps = '/api/v1/namespaces/{ns}/configmaps';
const deployments = '/apis/apps/v1/namespaces/{ns}/deployments';
const pods = '/api/v1/namespaces/{ns}/pods';
const autoscalers = (version: string): string =>
  `/apis/autoscaling/${version}/namespaces/{ns}/horizontalpodautoscalers`;
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

const configMap = (data: Json, metadata: { readonly [key: string]: Json } = {}): Json => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
});
const apply = (path: string, manager: string, body: Json | string, more = ''): Call =>
  patch('apply', `${path}?fieldManager=${manager}${more}`, body);
const map = `${maps}/a`;

const deployment = (spec: { readonly [key: string]: Json }): Json => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a' },
  spec,
});
const template = (containers: Json): Json => ({
  selector: { matchLabels: { a: 'b' } },
  template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
});
const web = { name: 'web', image: 'i:1', ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }] };
const autoscaler = (version: string, spec: { readonly [key: string]: Json }): Json => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, ...spec },
});
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: {
    containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' }, limits: { cpu: '1' } } }],
  },
};
const scale = (replicas: number): Json => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name: 'a' },
  spec: { replicas },
});

const cases: readonly Case[] = [
  {
    name: 'creates, changes and removes',
    calls: [
      apply(map, 'me', configMap({ x: '1', y: '2' }, { labels: { l: '1' } })),
      apply(map, 'me', configMap({ x: '3' })),
      apply(map, 'me', configMap({ x: '3' })),
      get(map),
    ],
  },
  {
    name: 'conflicts, one and several, and force',
    calls: [
      apply(map, 'one', configMap({ x: '1', y: '1' })),
      apply(map, 'two', configMap({ x: '2' })),
      apply(map, 'two', configMap({ x: '2', y: '2' })),
      apply(map, 'two', configMap({ x: '2' }), '&force=true'),
      apply(map, 'two', configMap({ x: '2' }), '&force=false'),
      get(map),
    ],
  },
  {
    name: 'a conflict with an update, of the object and of its scale',
    calls: [
      post(`${deployments}?fieldManager=one`, deployment({ replicas: 1, ...(template([web]) as object) })),
      apply(`${deployments}/a`, 'two', deployment({ replicas: 2 })),
      patch('merge', `${deployments}/a/scale?fieldManager=three`, { spec: { replicas: 3 } }),
      apply(`${deployments}/a`, 'two', deployment({ replicas: 2 })),
      apply(`${deployments}/a/scale`, 'two', scale(4)),
      apply(`${deployments}/a/scale`, 'two', scale(4), '&force=true'),
      put(`${deployments}/a/scale?fieldManager=four`, scale(5)),
      get(`${deployments}/a`),
      get(`${deployments}/a/scale`),
    ],
  },
  {
    name: 'items by keys with defaults, said or not',
    calls: [
      apply(`${deployments}/a`, 'one', deployment(template([web]) as { [key: string]: Json })),
      apply(`${deployments}/a`, 'two', {
        ...(deployment({
          template: {
            spec: { containers: [{ name: 'web', ports: [{ containerPort: 80, protocol: 'TCP', name: 'x' }] }] },
          },
        }) as object),
      }),
      apply(
        `${deployments}/a`,
        'one',
        deployment(template([{ name: 'web', image: 'i:1' }]) as { [key: string]: Json }),
      ),
      get(`${deployments}/a`),
    ],
  },
  {
    name: 'an item without its key',
    calls: [
      apply(`${deployments}/a`, 'one', deployment(template([{ image: 'i' }]) as { [key: string]: Json })),
      apply(`${deployments}/a`, 'one', deployment(template([null]) as { [key: string]: Json })),
      apply(`${deployments}/a`, 'one', deployment(template(['x']) as { [key: string]: Json })),
      apply(`${deployments}/a`, 'one', deployment(template({ a: 1 }) as { [key: string]: Json })),
    ],
  },
  {
    name: 'an item twice',
    calls: [
      apply(`${deployments}/a`, 'one', deployment(template([web, web]) as { [key: string]: Json })),
      apply(map, 'one', configMap({}, { finalizers: ['a.b/c', 'a.b/c'] })),
    ],
  },
  {
    name: 'values of wrong types',
    calls: [
      apply(`${deployments}/a`, 'one', deployment({ replicas: 'x' })),
      apply(`${deployments}/a`, 'one', deployment({ replicas: 1.5, ...(template([web]) as object) })),
      apply(`${deployments}/a`, 'one', deployment({ paused: 'x' })),
      apply(`${deployments}/a`, 'one', deployment({ template: 'x' })),
      apply(`${deployments}/a`, 'one', deployment({ template: [] })),
      apply(`${deployments}/a`, 'one', deployment({ strategy: { rollingUpdate: { maxSurge: true } } })),
      apply(map, 'one', configMap({ x: 1 })),
      apply(map, 'one', configMap({ x: true })),
      apply(map, 'one', configMap({ x: ['a'] })),
      apply(map, 'one', configMap({ x: { y: 'z' } })),
      apply(map, 'one', configMap('x')),
      apply(map, 'one', configMap([])),
      apply(map, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: 'x' }),
      apply(map, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 5 } }),
      apply(map, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: { a: 1 } } }),
      apply(map, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', creationTimestamp: 5 } }),
      apply(map, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', creationTimestamp: 'x' } }),
    ],
  },
  {
    name: 'nulls',
    calls: [
      apply(map, 'one', configMap({ x: '1', y: '2' }, { labels: { a: '1' } })),
      apply(map, 'one', configMap({ x: null, y: '2' }, { labels: null, annotations: null })),
      apply(map, 'one', configMap(null)),
      get(map),
    ],
  },
  {
    name: 'names, namespaces, uids and revisions',
    calls: [
      apply(map, 'one', configMap({}, { uid: '11111111-2222-3333-4444-555555555555' })),
      apply(map, 'one', configMap({}, { name: 'b' })),
      apply(map, 'one', configMap({}, { namespace: 'elsewhere' })),
      apply(map, 'one', configMap({}, { generateName: 'x-' })),
      apply(map, 'one', configMap({ x: '1' }, { resourceVersion: '1' })),
      apply(map, 'one', configMap({ x: '2' }, { resourceVersion: 'x' })),
      apply(map, 'one', configMap({ x: '2' }, { creationTimestamp: '2020-01-01T00:00:00Z' })),
      apply(map, 'one', configMap({ x: '3' }, { generation: 7 })),
      apply(map, 'one', configMap({ x: '3' }, { selfLink: '/x' })),
      get(map),
    ],
  },
  {
    name: 'another uid, and a time of deletion',
    calls: [
      apply(map, 'one', configMap({})),
      apply(map, 'one', configMap({ x: '2' }, { uid: '11111111-2222-3333-4444-555555555555' })),
      apply(map, 'one', configMap({ x: '3' }, { deletionTimestamp: '2020-01-01T00:00:00Z' })),
    ],
  },
  {
    name: 'no names at all',
    calls: [
      apply(map, 'one', { apiVersion: 'v1', kind: 'ConfigMap' }),
      apply(map, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      apply(map, 'one', { kind: 'ConfigMap', metadata: { name: 'a' } }),
      apply(map, 'one', { apiVersion: 'v1', metadata: { name: 'a' } }),
      apply(map, 'one', { apiVersion: 5, kind: 'ConfigMap', metadata: { name: 'a' } }),
      apply(map, 'one', { apiVersion: 'a/b/c', kind: 'ConfigMap', metadata: { name: 'a' } }),
    ],
  },
  {
    name: 'options',
    calls: [
      apply(map, '', configMap({})),
      apply(map, 'x'.repeat(129), configMap({})),
      apply(map, 'a%0Ab', configMap({})),
      apply(map, 'one', configMap({}), '&force=x'),
      apply(map, 'one', configMap({}), '&dryRun=None'),
      apply(map, 'one', configMap({}), '&dryRun=All'),
      apply(map, 'one', configMap({}), '&fieldValidation=Wish'),
      get(map),
    ],
  },
  {
    name: 'YAML with keys that stand twice',
    calls: ['Strict', 'Warn', 'Ignore'].map((validation) =>
      apply(
        map,
        'one',
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: "1"\n  x: "2"\n',
        `&fieldValidation=${validation}`,
      ),
    ),
  },
  {
    name: 'managed fields: switched off and on again',
    calls: [
      post(map.replace('/a', '?fieldManager=one'), configMap({ x: '1' })),
      patch('merge', `${map}?fieldManager=two`, { metadata: { managedFields: [{}] } }),
      patch('merge', `${map}?fieldManager=two`, { data: { y: '1' } }),
      apply(map, 'three', configMap({ x: '2' })),
      apply(map, 'three', configMap({ z: '2' })),
      put(`${map}?fieldManager=four`, configMap({ x: '1' }, { managedFields: [] })),
      patch('json', map, [{ op: 'add', path: '/data', value: { a: '1' } }]),
      get(map),
    ],
  },
  {
    name: 'managed fields that a create brings along',
    calls: [
      post(
        map.replace('/a', '?fieldManager=one'),
        configMap(
          { x: '1', y: '1' },
          {
            managedFields: [
              {
                manager: 'm',
                operation: 'Apply',
                apiVersion: 'v1',
                time: '2020-01-01T00:00:00Z',
                fieldsType: 'FieldsV1',
                fieldsV1: { 'f:data': { 'f:y': {}, 'f:gone': {} } },
              },
              {
                manager: 'n',
                operation: 'Update',
                apiVersion: 'v7',
                fieldsType: 'FieldsV1',
                fieldsV1: { 'f:data': { 'f:x': {} } },
              },
            ],
          },
        ),
      ),
      apply(map, 'm', configMap({})),
      get(map),
    ],
  },
  {
    name: 'client-side apply becomes server-side apply',
    calls: [
      post(
        map.replace('/a', '?fieldManager=kubectl-client-side-apply'),
        configMap({ x: '1', y: '1' }, { annotations: { [annotation]: JSON.stringify(configMap({ x: '1' })) } }),
      ),
      apply(map, 'someone', configMap({ x: '2' })),
      apply(map, 'kubectl', configMap({ x: '2', y: '2' })),
      apply(map, 'kubectl', configMap({ x: '2' })),
      apply(map, 'kubectl', configMap({ x: '2<&>' }, { annotations: { [annotation]: 'x', b: 'c' } }), '&force=true'),
      apply(map, 'kubectl', configMap({})),
      get(map),
    ],
  },
  {
    name: 'a note of client-side apply that says nothing of use',
    calls: [
      'x',
      '{}',
      JSON.stringify({ apiVersion: 'v2', kind: 'ConfigMap' }),
      JSON.stringify(configMap({ x: 5 })),
    ].flatMap((note) => [
      put(`${map}?fieldManager=one`, configMap({ x: '1' }, { annotations: { [annotation]: note } })),
      apply(map, 'kubectl', configMap({ x: '2' })),
    ]),
  },
  {
    name: 'two versions of one kind',
    calls: [
      apply(`${autoscalers('v1')}/a`, 'one', autoscaler('v1', { maxReplicas: 3, targetCPUUtilizationPercentage: 50 })),
      apply(`${autoscalers('v2')}/a`, 'two', autoscaler('v2', { maxReplicas: 5 })),
      apply(`${autoscalers('v2')}/a`, 'two', autoscaler('v2', { maxReplicas: 5 }), '&force=true'),
      apply(`${autoscalers('v1')}/a`, 'one', autoscaler('v1', {})),
      apply(`${autoscalers('v2')}/a`, 'one', autoscaler('v2', { minReplicas: 2 })),
      apply(`${autoscalers('v2')}/a`, 'one', autoscaler('v1', { minReplicas: 2 })),
      get(`${autoscalers('v1')}/a`),
      get(`${autoscalers('v2')}/a`),
    ],
  },
  {
    name: 'events of both groups',
    calls: [
      post('/api/v1/namespaces/{ns}/events?fieldManager=one', {
        metadata: { name: 'e' },
        involvedObject: { namespace: '{ns}', kind: 'Pod', name: 'p' },
        reason: 'R',
        message: 'm',
        type: 'Normal',
      }),
      patch('merge', '/apis/events.k8s.io/v1/namespaces/{ns}/events/e?fieldManager=two', { note: 'n' }),
      get('/api/v1/namespaces/{ns}/events/e'),
      get('/apis/events.k8s.io/v1/namespaces/{ns}/events/e'),
    ],
  },
  {
    name: 'subresources of a pod',
    calls: [
      post(`${pods}?fieldManager=one`, pod),
      apply(`${pods}/a/status`, 'two', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a', labels: { x: 'y' } },
        spec: { activeDeadlineSeconds: 5 },
        status: { phase: 'Running', conditions: [{ type: 'A', status: 'True' }] },
      }),
      patch('strategic', `${pods}/a/resize?fieldManager=three`, {
        metadata: { labels: { x: 'y' } },
        spec: { containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] },
      }),
      apply(
        `${pods}/a/resize`,
        'four',
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'a' },
          spec: { containers: [{ name: 'c', resources: { limits: { cpu: '3' } } }] },
        },
        '&force=true',
      ),
      patch('strategic', `${pods}/a/ephemeralcontainers?fieldManager=five`, {
        spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] },
      }),
      get(`${pods}/a`),
      del(`${pods}/a?gracePeriodSeconds=0`),
    ],
  },
  {
    name: 'subresources of what is not there',
    calls: [
      apply(`${pods}/none/status`, 'one', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'none' },
        status: { phase: 'Running' },
      }),
      apply(`${deployments}/none/scale`, 'one', { ...(scale(1) as object), metadata: { name: 'none' } }),
      apply(`${pods}/none/log`, 'one', {}),
      apply(`${pods}/none/nothing`, 'one', {}),
    ],
  },
  {
    name: 'of a namespace',
    calls: [
      apply('/api/v1/namespaces/{ns}', 'one', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: '{ns}', labels: { a: 'b' } },
      }),
      put('/api/v1/namespaces/{ns}/finalize?fieldManager=two', {
        metadata: { name: '{ns}' },
        spec: { finalizers: ['kubernetes', 'example.com/a'] },
      }),
      put('/api/v1/namespaces/{ns}/finalize?fieldManager=two', {
        metadata: { name: '{ns}' },
        spec: { finalizers: ['kubernetes'] },
      }),
      get('/api/v1/namespaces/{ns}'),
    ],
  },
  {
    name: 'what may not be applied to',
    calls: [
      patch('apply', '/api/v1/namespaces/{ns}/configmaps?fieldManager=one', configMap({})),
      patch('apply', '/api/v1/namespaces/{ns}/bindings/x?fieldManager=one', configMap({})),
      patch('apply', '/version?fieldManager=one', configMap({})),
      { ...apply(map, 'one', configMap({})), type: 'application/apply-patch+json' },
      { ...apply(map, 'one', configMap({})), type: 'application/apply-patch+yaml; charset=utf-8' },
      { ...apply(map, 'one', configMap({})), type: 'application/apply-patch+cbor' },
    ],
  },
  {
    name: 'strange names in maps',
    calls: [
      apply(
        map,
        'one',
        configMap({ 'a.b': '1', constructor: '2', '0': '3', '-': '4' }, { annotations: { 'a/b': 'c', 'A.b': 'c' } }),
      ),
      apply(map, 'two', configMap({ constructor: '5' })),
      apply(map, 'one', configMap({ '0': '3' })),
      get(map),
    ],
  },
];

export const applyCases: Family = { name: 'apply', cases };
