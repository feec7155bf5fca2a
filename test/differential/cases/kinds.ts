/** What is particular to some kinds: what never changes, what is required, addresses, scale. */
import { del, each, get, one, patch, post, put, type Call, type Family, type Json } from '../case.ts';

type Fields = { readonly [key: string]: Json };

const ns = '/api/v1/namespaces/{ns}';
const apps = '/apis/apps/v1/namespaces/{ns}';
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const workload = { selector: { matchLabels: { a: 'b' } }, template };
const made = (path: string, fields: Fields): Call => post(path, { metadata: { name: 'a' }, ...fields });

const services: Readonly<Record<string, Fields>> = {
  'no ports': { selector: { a: 'b' } },
  'an unknown type': { type: 'Odd', ports: [{ port: 80 }] },
  'port 0': { ports: [{ port: 0 }] },
  'port 70000': { ports: [{ port: 70000 }] },
  'two ports without names': { ports: [{ port: 80 }, { port: 81 }] },
  'two ports of one name': {
    ports: [
      { name: 'a', port: 80 },
      { name: 'a', port: 81 },
    ],
  },
  'a port twice': {
    ports: [
      { name: 'a', port: 80 },
      { name: 'b', port: 80 },
    ],
  },
  'an unknown protocol': { ports: [{ port: 80, protocol: 'ODD' }] },
  'a cluster IP that is none': { clusterIP: 'x', ports: [{ port: 80 }] },
  'a cluster IP out of range': { clusterIP: '192.168.0.1', ports: [{ port: 80 }] },
  'an IPv6 cluster IP': { clusterIP: 'fd00::1', ports: [{ port: 80 }] },
  'no cluster IP': { clusterIP: 'None', ports: [{ port: 80 }] },
  'a node port for a cluster IP': { ports: [{ port: 80, nodePort: 30080 }] },
  'a node port out of range': { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
  'an external name without a name': { type: 'ExternalName' },
  'an external name': { type: 'ExternalName', externalName: 'example.com' },
  'an external name with a cluster IP': { type: 'ExternalName', externalName: 'example.com', clusterIP: '10.96.0.99' },
  'a bad selector': { selector: { 'a b': 'c' }, ports: [{ port: 80 }] },
  'an unknown session affinity': { sessionAffinity: 'Odd', ports: [{ port: 80 }] },
  'a bad target port': { ports: [{ port: 80, targetPort: 'A_B' }] },
  'a bad external IP': { externalIPs: ['x'], ports: [{ port: 80 }] },
  'a cluster IP': { ports: [{ port: 80 }] },
  'a node port': { type: 'NodePort', ports: [{ port: 80 }] },
  'a load balancer': { type: 'LoadBalancer', ports: [{ port: 80 }] },
};

const required: Readonly<Record<string, readonly [string, Fields]>> = {
  'a Deployment without anything': [`${apps}/deployments`, {}],
  'a Deployment without a selector': [`${apps}/deployments`, { spec: { template } }],
  'a Deployment with an empty selector': [`${apps}/deployments`, { spec: { selector: {}, template } }],
  'a Deployment whose selector misses its pods': [
    `${apps}/deployments`,
    { spec: { selector: { matchLabels: { a: 'c' } }, template } },
  ],
  'a Deployment without containers': [
    `${apps}/deployments`,
    { spec: { ...workload, template: { metadata: { labels: { a: 'b' } } } } },
  ],
  'a Deployment with restart policy Never': [
    `${apps}/deployments`,
    { spec: { ...workload, template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } } },
  ],
  'a Deployment with negative replicas': [`${apps}/deployments`, { spec: { ...workload, replicas: -1 } }],
  'a Deployment with an unknown strategy': [
    `${apps}/deployments`,
    { spec: { ...workload, strategy: { type: 'Odd' } } },
  ],
  'a Deployment that recreates and rolls': [
    `${apps}/deployments`,
    { spec: { ...workload, strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } } },
  ],
  'a Deployment with two zeros': [
    `${apps}/deployments`,
    { spec: { ...workload, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } },
  ],
  'a Deployment with a bad percentage': [
    `${apps}/deployments`,
    { spec: { ...workload, strategy: { rollingUpdate: { maxSurge: 'x%' } } } },
  ],
  'a ReplicaSet without anything': [`${apps}/replicasets`, {}],
  'a StatefulSet without anything': [`${apps}/statefulsets`, {}],
  'a DaemonSet without anything': [`${apps}/daemonsets`, {}],
  'a Job without anything': ['/apis/batch/v1/namespaces/{ns}/jobs', {}],
  'a Job that always restarts': [
    '/apis/batch/v1/namespaces/{ns}/jobs',
    { spec: { template: { spec: template.spec } } },
  ],
  'a CronJob without anything': ['/apis/batch/v1/namespaces/{ns}/cronjobs', {}],
  'a CronJob with a bad schedule': [
    '/apis/batch/v1/namespaces/{ns}/cronjobs',
    {
      spec: {
        schedule: 'often',
        jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
      },
    },
  ],
  'a Service without anything': [`${ns}/services`, {}],
  'a claim without anything': [`${ns}/persistentvolumeclaims`, {}],
  'a claim without a size': [`${ns}/persistentvolumeclaims`, { spec: { accessModes: ['ReadWriteOnce'] } }],
  'a volume without anything': ['/api/v1/persistentvolumes', {}],
  'an Ingress without anything': ['/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses', {}],
  'a NetworkPolicy without anything': ['/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies', {}],
  'a RoleBinding without anything': ['/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings', {}],
  'a Role with an empty rule': ['/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles', { rules: [{}] }],
  'an autoscaler without anything': ['/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {}],
  'a budget without anything': ['/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', {}],
  'a budget with both bounds': [
    '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets',
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
  ],
  'an Event without anything': [`${ns}/events`, {}],
  'an Event about another namespace': [
    `${ns}/events`,
    { involvedObject: { kind: 'Pod', namespace: 'other', name: 'x' } },
  ],
  'Endpoints with a bad address': [
    `${ns}/endpoints`,
    { subsets: [{ addresses: [{ ip: 'x' }], ports: [{ port: 80 }] }] },
  ],
  'an EndpointSlice without anything': ['/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices', {}],
  'a Lease with a negative duration': [
    '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases',
    { spec: { leaseDurationSeconds: -1 } },
  ],
  'a LimitRange with an unknown type': [`${ns}/limitranges`, { spec: { limits: [{}] } }],
  'a ResourceQuota with a bad resource': [`${ns}/resourcequotas`, { spec: { hard: { 'a b': '1' } } }],
  'a TLS Secret without its keys': [`${ns}/secrets`, { type: 'kubernetes.io/tls' }],
  'a basic-auth Secret without its keys': [`${ns}/secrets`, { type: 'kubernetes.io/basic-auth' }],
  'a docker Secret without its key': [`${ns}/secrets`, { type: 'kubernetes.io/dockerconfigjson' }],
  'a docker Secret that is no JSON': [
    `${ns}/secrets`,
    { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': 'x' } },
  ],
  'a token Secret without its account': [`${ns}/secrets`, { type: 'kubernetes.io/service-account-token' }],
  'a StorageClass without a provisioner': ['/apis/storage.k8s.io/v1/storageclasses', {}],
  'a PriorityClass that is too high': ['/apis/scheduling.k8s.io/v1/priorityclasses', { value: 2_000_000_000 }],
  'a Node with a bad taint': ['/api/v1/nodes', { spec: { taints: [{ key: 'a', effect: 'Odd' }] } }],
};

const immutable: Readonly<Record<string, readonly Call[]>> = {
  'data of an immutable ConfigMap': [
    made(`${ns}/configmaps`, { immutable: true, data: { a: 'b' } }),
    patch('merge', `${ns}/configmaps/a`, { data: { a: 'c' } }),
  ],
  'immutable itself': [
    made(`${ns}/configmaps`, { immutable: true, data: { a: 'b' } }),
    patch('merge', `${ns}/configmaps/a`, { immutable: false }),
  ],
  'binary data of an immutable ConfigMap': [
    made(`${ns}/configmaps`, { immutable: true }),
    patch('merge', `${ns}/configmaps/a`, { binaryData: { a: 'YQ==' } }),
  ],
  'labels of an immutable ConfigMap': [
    made(`${ns}/configmaps`, { immutable: true }),
    patch('merge', `${ns}/configmaps/a`, { metadata: { labels: { a: 'b' } } }),
  ],
  'data of an immutable Secret': [
    made(`${ns}/secrets`, { immutable: true, stringData: { a: 'b' } }),
    patch('merge', `${ns}/secrets/a`, { stringData: { a: 'c' } }),
  ],
  'the type of a Secret': [made(`${ns}/secrets`, {}), patch('merge', `${ns}/secrets/a`, { type: 'other' })],
  'the selector of a Deployment': [
    made(`${apps}/deployments`, { spec: workload }),
    patch('merge', `${apps}/deployments/a`, {
      spec: { selector: { matchLabels: { a: 'c' } }, template: { metadata: { labels: { a: 'c' } } } },
    }),
  ],
  'the selector of a ReplicaSet': [
    made(`${apps}/replicasets`, { spec: workload }),
    patch('merge', `${apps}/replicasets/a`, {
      spec: { selector: { matchLabels: { a: 'c' } }, template: { metadata: { labels: { a: 'c' } } } },
    }),
  ],
  'the service name of a StatefulSet': [
    made(`${apps}/statefulsets`, { spec: { ...workload, serviceName: 's' } }),
    patch('merge', `${apps}/statefulsets/a`, { spec: { serviceName: 't' } }),
  ],
  'the template of a Job': [
    made('/apis/batch/v1/namespaces/{ns}/jobs', {
      spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
    }),
    patch('merge', '/apis/batch/v1/namespaces/{ns}/jobs/a', {
      spec: { template: { spec: { restartPolicy: 'OnFailure' } } },
    }),
  ],
  'the cluster IP of a Service': [
    made(`${ns}/services`, { spec: { ports: [{ port: 80 }] } }),
    patch('merge', `${ns}/services/a`, { spec: { clusterIP: '10.96.44.44', clusterIPs: ['10.96.44.44'] } }),
  ],
  'the cluster IP away from a Service': [
    made(`${ns}/services`, { spec: { ports: [{ port: 80 }] } }),
    patch('merge', `${ns}/services/a`, { spec: { clusterIP: null, clusterIPs: null } }),
  ],
  'the role of a RoleBinding': [
    made('/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    }),
    patch('merge', '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings/a', { roleRef: { name: 'admin' } }),
  ],
  'the size of a claim': [
    made(`${ns}/persistentvolumeclaims`, {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
    patch('merge', `${ns}/persistentvolumeclaims/a`, { spec: { accessModes: ['ReadOnlyMany'] } }),
  ],
};

const scale = (path: string): readonly Call[] => [
  get(`${path}/scale`),
  put(`${path}/scale`, { metadata: { name: 'a' }, spec: { replicas: 3 } }),
  patch('merge', `${path}/scale`, { spec: { replicas: 5 } }),
  put(`${path}/scale`, { metadata: { name: 'a' }, spec: { replicas: -1 } }),
  put(`${path}/scale`, { metadata: { name: 'b' }, spec: { replicas: 1 } }),
  put(`${path}/scale`, { metadata: { name: 'a', resourceVersion: '1' }, spec: { replicas: 1 } }),
  put(`${path}/scale`, { metadata: { name: 'a' }, spec: { replicas: 'x' } }),
  put(`${path}/scale`, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }),
  get(path),
];

export const kinds: Family = {
  name: 'kinds',
  cases: [
    ...each('a Service with', services, (spec) => post(`${ns}/services`, { metadata: { name: 'a' }, spec })),
    {
      name: 'a cluster IP is given once',
      calls: [
        made(`${ns}/services`, { spec: { clusterIP: '10.96.77.77', ports: [{ port: 80 }] } }),
        post(`${ns}/services`, { metadata: { name: 'b' }, spec: { clusterIP: '10.96.77.77', ports: [{ port: 80 }] } }),
        del(`${ns}/services/a`),
        post(`${ns}/services`, { metadata: { name: 'b' }, spec: { clusterIP: '10.96.77.77', ports: [{ port: 80 }] } }),
      ],
    },
    {
      name: 'a node port is given once',
      calls: [
        made(`${ns}/services`, { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 31777 }] } }),
        post(`${ns}/services`, {
          metadata: { name: 'b' },
          spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 31777 }] },
        }),
      ],
    },
    {
      name: 'a Service changes its type',
      calls: [
        made(`${ns}/services`, { spec: { ports: [{ port: 80 }] } }),
        patch('merge', `${ns}/services/a`, { spec: { type: 'NodePort' } }),
        patch('merge', `${ns}/services/a`, { spec: { type: 'ClusterIP' } }),
        patch('merge', `${ns}/services/a`, { spec: { type: 'ExternalName', externalName: 'example.com' } }),
      ],
    },
    ...each('required', required, ([path, fields]) => made(path, fields)),
    ...each('immutable', immutable, (calls) => calls),
    {
      name: 'the scale of a Deployment',
      given: [made(`${apps}/deployments`, { spec: workload })],
      calls: scale(`${apps}/deployments/a`),
    },
    {
      name: 'the scale of a StatefulSet',
      given: [made(`${apps}/statefulsets`, { spec: workload })],
      calls: scale(`${apps}/statefulsets/a`),
    },
    one(
      'the scale of an unknown Deployment',
      put(`${apps}/deployments/x/scale`, { metadata: { name: 'x' }, spec: { replicas: 1 } }),
    ),
    {
      name: 'the status of a Deployment',
      given: [made(`${apps}/deployments`, { spec: workload })],
      calls: [
        put(`${apps}/deployments/a/status`, {
          metadata: { name: 'a' },
          spec: { replicas: 9 },
          status: { replicas: 2, readyReplicas: 1 },
        }),
        patch('merge', `${apps}/deployments/a/status`, { status: { readyReplicas: 5 } }),
        patch('merge', `${apps}/deployments/a`, { spec: { replicas: 2 }, status: { replicas: 7 } }),
        get(`${apps}/deployments/a`),
      ],
    },
    {
      name: 'generation counts changes of the spec only',
      given: [made(`${apps}/deployments`, { spec: workload })],
      calls: [
        patch('merge', `${apps}/deployments/a`, { metadata: { labels: { a: 'b' } } }),
        patch('merge', `${apps}/deployments/a`, { spec: { paused: true } }),
        patch('merge', `${apps}/deployments/a/status`, { status: { observedGeneration: 2 } }),
      ],
    },
    {
      name: 'a Secret shows its stringData as data',
      calls: [
        made(`${ns}/secrets`, { stringData: { a: 'b' }, data: { a: 'eA==', c: 'eQ==' } }),
        get(`${ns}/secrets/a`),
      ],
    },
    {
      name: 'a ConfigMap in all its steps',
      calls: [
        made(`${ns}/configmaps`, { data: { a: 'b' }, binaryData: { c: 'AAEC' } }),
        get(`${ns}/configmaps/a`),
        put(`${ns}/configmaps/a`, { metadata: { name: 'a', annotations: { x: 'y' } }, data: { a: 'c' } }),
        get(`${ns}/configmaps`),
        del(`${ns}/configmaps/a`),
        get(`${ns}/configmaps/a`),
        get(`${ns}/configmaps`),
      ],
    },
    {
      name: 'a token for a service account',
      calls: [
        post(`${ns}/serviceaccounts/default/token`, { spec: { expirationSeconds: 5 } }),
        post(`${ns}/serviceaccounts/nobody/token`, { spec: {} }),
        post(`${ns}/serviceaccounts/default/token`, {
          spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'nothing' } },
        }),
        post(`${ns}/serviceaccounts/default/token`, { metadata: { name: 'other' }, spec: {} }),
      ],
    },
    one(
      'a review of oneself without a question',
      post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} }),
    ),
    one(
      'a review of oneself',
      post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
      }),
    ),
    one(
      'a review of oneself with two questions',
      post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        spec: {
          resourceAttributes: { verb: 'get', resource: 'pods' },
          nonResourceAttributes: { path: '/x', verb: 'get' },
        },
      }),
    ),
    one(
      'a review of nobody',
      post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
      }),
    ),
    one('a token review without a token', post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: {} })),
    one(
      'a token review of a wrong token',
      post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'wrong' } }),
    ),
    one('who am I', post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {})),
  ],
};
