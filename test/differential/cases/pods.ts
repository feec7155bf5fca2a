/** Pods: what may be in them, binding, eviction, graceful deletion, status. */
import { del, each, get, one, patch, post, put, type Case, type Family, type Json } from '../case.ts';

const pods = '/api/v1/namespaces/{ns}/pods';
const container = { name: 'c', image: 'example.com/i:1' };
const pod = (spec: { readonly [key: string]: Json } = {}): Json => ({
  metadata: { name: 'p', labels: { a: 'b' } },
  spec: { containers: [container], ...spec },
});
const made = post(pods, pod(), { keep: 'p' });
const bound = post(pods, pod({ nodeName: 'n' }), { keep: 'p' });
const binding = (fields: { readonly [key: string]: Json }): Json => ({ metadata: { name: 'p' }, ...fields });
const eviction = (fields: { readonly [key: string]: Json } = {}): Json => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name: 'p' },
  ...fields,
});

const invalid: Readonly<Record<string, { readonly [key: string]: Json }>> = {
  'no containers': { containers: [] },
  'a container without a name': { containers: [{ image: 'i' }] },
  'a container without an image': { containers: [{ name: 'c' }] },
  'an image with spaces': { containers: [{ name: 'c', image: ' i' }] },
  'two containers of one name': { containers: [container, container] },
  'a container with a bad name': { containers: [{ name: 'C_', image: 'i' }] },
  'an unknown restart policy': { restartPolicy: 'Sometimes' },
  'an unknown DNS policy': { dnsPolicy: 'Odd' },
  'an unknown pull policy': { containers: [{ ...container, imagePullPolicy: 'Odd' }] },
  'a port that is none': { containers: [{ ...container, ports: [{ containerPort: 0 }] }] },
  'a port beyond': { containers: [{ ...container, ports: [{ containerPort: 70000, protocol: 'ODD' }] }] },
  'a port twice by name': {
    containers: [
      {
        ...container,
        ports: [
          { name: 'a', containerPort: 1 },
          { name: 'a', containerPort: 2 },
        ],
      },
    ],
  },
  'a mount without a volume': { containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] },
  'a volume twice': {
    volumes: [
      { name: 'v', emptyDir: {} },
      { name: 'v', emptyDir: {} },
    ],
  },
  'a volume of two sources': { volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] },
  'a volume of no source': { volumes: [{ name: 'v' }] },
  'requests above limits': {
    containers: [{ ...container, resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }],
  },
  'negative requests': { containers: [{ ...container, resources: { requests: { cpu: '-1' } } }] },
  'an environment variable without a name': { containers: [{ ...container, env: [{ value: 'x' }] }] },
  'an environment variable of two sources': {
    containers: [
      { ...container, env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
    ],
  },
  'a field reference to nowhere': {
    containers: [{ ...container, env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nothing' } } }] }],
  },
  'a probe of two kinds': {
    containers: [{ ...container, livenessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 1 } } }],
  },
  'a probe of no kind': { containers: [{ ...container, livenessProbe: {} }] },
  'a negative grace period': { terminationGracePeriodSeconds: -1 },
  'a deadline of 0': { activeDeadlineSeconds: 0 },
  'a toleration without an operator for its value': { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] },
  'a bad node selector': { nodeSelector: { 'a b': 'c' } },
  'a bad node name': { nodeName: 'A_B' },
  'a bad host name': { hostname: 'A_B' },
  'host ports without the host network': {
    hostNetwork: true,
    containers: [{ ...container, ports: [{ containerPort: 80, hostPort: 81 }] }],
  },
  'an unknown service account': { serviceAccountName: 'nobody' },
  'an unknown priority class': { priorityClassName: 'nothing' },
  'an unknown runtime class': { runtimeClassName: 'nothing' },
  'a priority of its own': { priority: 5 },
  'five faults': {
    restartPolicy: 'Odd',
    dnsPolicy: 'Odd',
    containers: [
      { name: 'C', image: '' },
      { name: '', image: 'i', imagePullPolicy: 'Odd' },
    ],
  },
};

const graceful: Case = {
  name: 'a bound pod is deleted gracefully: first marked, then gone with grace period 0',
  given: [bound],
  calls: [
    del(`${pods}/p`),
    get(`${pods}/p`),
    del(`${pods}/p`, { gracePeriodSeconds: 60 }),
    del(`${pods}/p`, { gracePeriodSeconds: 5 }),
    patch('merge', `${pods}/p`, { metadata: { labels: { late: 'yes' } } }),
    patch('merge', `${pods}/p/status`, { status: { phase: 'Running' } }),
    del(`${pods}/p`, { gracePeriodSeconds: 0 }),
    get(`${pods}/p`),
  ],
};

const bind: Case = {
  name: 'a pod is bound once',
  given: [made],
  calls: [
    post(`${pods}/p/binding`, binding({ target: { kind: 'Node', name: 'n' } })),
    get(`${pods}/p`),
    post(`${pods}/p/binding`, binding({ target: { kind: 'Node', name: 'm' } })),
  ],
};

const evicted: Case = {
  name: 'an eviction deletes an unbound pod at once',
  given: [made],
  calls: [post(`${pods}/p/eviction`, eviction()), get(`${pods}/p`), post(`${pods}/p/eviction`, eviction())],
};

const status: Case = {
  name: 'status is written through its own path, and nothing else is',
  given: [made],
  calls: [
    put(`${pods}/p/status`, {
      metadata: { name: 'p', labels: { a: 'changed' } },
      spec: { containers: [{ ...container, image: 'other' }] },
      status: { phase: 'Running', podIP: '10.0.0.1' },
    }),
    put(`${pods}/p`, {
      metadata: { name: 'p', labels: { a: 'c' } },
      spec: { containers: [container] },
      status: { phase: 'Failed' },
    }),
    get(`${pods}/p/status`),
    patch('strategic', `${pods}/p/status`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
    patch('strategic', `${pods}/p/status`, { status: { conditions: [{ type: 'Other', status: 'Odd' }] } }),
    patch('merge', `${pods}/p/status`, { status: { phase: 'Odd' } }),
    get(`${pods}/p`),
  ],
};

export const podCases: Family = {
  name: 'pods',
  cases: [
    one('a plain pod', post(pods, pod())),
    one(
      'a pod with a bit of everything',
      post(
        pods,
        pod({
          volumes: [
            { name: 'v', configMap: { name: 'c' } },
            { name: 'e', emptyDir: {} },
          ],
          initContainers: [{ name: 'i', image: 'i' }],
          containers: [
            {
              ...container,
              ports: [{ containerPort: 80 }],
              resources: { limits: { cpu: '1', memory: '64Mi' } },
              env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
              livenessProbe: { httpGet: { port: 80 } },
              volumeMounts: [{ name: 'v', mountPath: '/v' }],
            },
          ],
        }),
      ),
    ),
    ...each('invalid', invalid, (spec) => post(pods, pod(spec))),
    ...each<{ readonly [key: string]: Json }>(
      'an update that changes',
      {
        'the image': { containers: [{ ...container, image: 'other' }] },
        'the command': { containers: [{ ...container, command: ['x'] }] },
        'the node': { nodeName: 'n' },
        'the restart policy': { restartPolicy: 'Never' },
        'a deadline': { activeDeadlineSeconds: 10 },
        'the number of containers': { containers: [container, { name: 'd', image: 'i' }] },
        'a toleration': { tolerations: [{ key: 'a', operator: 'Exists' }] },
      },
      (spec) => patch('merge', `${pods}/p`, { spec }),
      [made],
    ),
    one('an update without containers', put(`${pods}/p`, { metadata: { name: 'p' } }), [made]),
    graceful,
    {
      name: 'a bound pod is deleted at once when that is asked for',
      given: [bound],
      calls: [del(`${pods}/p`, { gracePeriodSeconds: 0 }), get(`${pods}/p`)],
    },
    {
      name: 'a bound pod with a finalizer',
      given: [
        post(pods, {
          metadata: { name: 'p', finalizers: ['example.com/hold'] },
          spec: { containers: [container], nodeName: 'n' },
        }),
      ],
      calls: [
        del(`${pods}/p?gracePeriodSeconds=0`),
        get(`${pods}/p`),
        patch('merge', `${pods}/p`, { metadata: { finalizers: null } }),
        get(`${pods}/p`),
      ],
    },
    { name: 'an unbound pod is deleted at once', given: [made], calls: [del(`${pods}/p`), get(`${pods}/p`)] },
    {
      name: 'a pod that has ended is deleted at once',
      given: [bound],
      calls: [
        patch('merge', `${pods}/p/status`, { status: { phase: 'Succeeded' } }),
        del(`${pods}/p`),
        get(`${pods}/p`),
      ],
    },
    {
      name: 'a negative grace period',
      given: [bound],
      calls: [del(`${pods}/p`, { gracePeriodSeconds: -1 }), get(`${pods}/p`)],
    },
    { name: 'a dry deletion of a bound pod', given: [bound], calls: [del(`${pods}/p?dryRun=All`), get(`${pods}/p`)] },
    bind,
    ...each<Json>(
      'a binding',
      {
        'without a target': binding({}),
        'to another kind': binding({ target: { kind: 'Pod', name: 'n' } }),
        'without a name of its target': binding({ target: { kind: 'Node' } }),
        'of another pod': { metadata: { name: 'q' }, target: { kind: 'Node', name: 'n' } },
        'with another uid': { metadata: { name: 'p', uid: 'other' }, target: { kind: 'Node', name: 'n' } },
        'with annotations': { metadata: { name: 'p', annotations: { a: 'b' } }, target: { kind: 'Node', name: 'n' } },
        'to a node with a bad name': binding({ target: { kind: 'Node', name: 'A/B' } }),
      },
      (body) => post(`${pods}/p/binding`, body),
      [made],
    ),
    one(
      'a binding of an unknown pod',
      post(`${pods}/nothing/binding`, { metadata: { name: 'nothing' }, target: { kind: 'Node', name: 'n' } }),
    ),
    one(
      'a binding by the old path',
      post('/api/v1/namespaces/{ns}/bindings', binding({ target: { kind: 'Node', name: 'n' } })),
      [made],
    ),
    evicted,
    {
      name: 'an eviction of a bound pod marks it',
      given: [bound],
      calls: [post(`${pods}/p/eviction`, eviction()), get(`${pods}/p`)],
    },
    ...each<Json>(
      'an eviction',
      {
        'of another name': eviction({ metadata: { name: 'q' } }),
        'of the old version': { apiVersion: 'policy/v1beta1', kind: 'Eviction', metadata: { name: 'p' } },
        'of no kind': { metadata: { name: 'p' } },
        'of another kind': { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
        'with another uid': eviction({ deleteOptions: { preconditions: { uid: 'other' } } }),
        'that is dry': eviction({ deleteOptions: { dryRun: ['All'] } }),
        'with bad options': eviction({ deleteOptions: { propagationPolicy: 'Odd' } }),
      },
      (body) => [post(`${pods}/p/eviction`, body), get(`${pods}/p`)],
      [made],
    ),
    one(
      'an eviction of an unknown pod',
      post(`${pods}/nothing/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'nothing' } }),
    ),
    one('an eviction against a budget', post(`${pods}/p/eviction`, eviction()), [
      post('/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', {
        metadata: { name: 'b' },
        spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
      }),
      bound,
      patch('merge', `${pods}/p/status`, { status: { phase: 'Running' } }),
    ]),
    status,
    one('the status of an unknown pod', put(`${pods}/nothing/status`, { metadata: { name: 'nothing' } })),
    one('the log of a pod on no node', get(`${pods}/p/log`), [made]),
    one('the log of an unknown container', get(`${pods}/p/log?container=x`), [bound]),
    one('the log with bad options', get(`${pods}/p/log?tailLines=-1`), [bound]),
    one(
      'an ephemeral container of an unknown pod',
      patch('strategic', `${pods}/nothing/ephemeralcontainers`, { spec: { ephemeralContainers: [] } }),
    ),
    {
      name: 'a list as a Table',
      given: [made],
      calls: [get(pods, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })],
    },
  ],
};
