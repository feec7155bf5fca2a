/** Pods' subresources that are a part of them: ephemeral containers, and sizes. */
import { each, get, one, patch, post, put, type Call, type Family, type Json } from '../case.ts';

type Fields = { readonly [key: string]: Json };

const pods = '/api/v1/namespaces/{ns}/pods';
const small = { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } };
const container = { name: 'c', image: 'example.com/i:1', resources: small };
const sidecar = { name: 's', image: 'example.com/s:1', restartPolicy: 'Always', resources: small };
const setup = { name: 'i', image: 'example.com/j:1', resources: small };
const pod = (spec: Fields = {}, metadata: Fields = {}): Json => ({
  metadata: { name: 'p', ...metadata },
  spec: { containers: [container], initContainers: [setup, sidecar], ...spec },
});
const made = post(pods, pod({ volumes: [{ name: 'v', emptyDir: {} }] }), { keep: 'p' });
const mirror = post(pods, pod({ nodeName: 'n' }, { annotations: { 'kubernetes.io/config.mirror': 'x' } }));

const debug = (containers: readonly Json[]): Call =>
  patch('strategic', `${pods}/p/ephemeralcontainers`, { spec: { ephemeralContainers: containers } });
const shell = { name: 'shell', image: 'busybox' };

const debuggers: Readonly<Record<string, readonly Json[]>> = {
  plain: [shell],
  'with a target': [{ ...shell, targetContainerName: 'c', stdin: true, tty: true }],
  'with a target that is a sidecar': [{ ...shell, targetContainerName: 's' }],
  'with an unknown target': [{ ...shell, targetContainerName: 'x' }],
  'with a target that is ephemeral': [shell, { ...shell, name: 'other', targetContainerName: 'shell' }],
  'with the name of a container': [{ ...shell, name: 'c' }],
  'with the name of an init container': [{ ...shell, name: 'i' }],
  'without an image': [{ name: 'shell' }],
  'an image with spaces': [{ name: 'shell', image: ' i' }],
  'a bad name': [{ ...shell, name: 'S_' }],
  'with ports': [{ ...shell, ports: [{ containerPort: 1 }] }],
  'with resources': [{ ...shell, resources: small }],
  'with probes': [
    { ...shell, livenessProbe: { exec: { command: ['a'] } }, readinessProbe: { exec: { command: ['a'] } } },
  ],
  'with a startup probe': [{ ...shell, startupProbe: { exec: { command: ['a'] } } }],
  'with a lifecycle': [{ ...shell, lifecycle: { preStop: { exec: { command: ['a'] } } } }],
  'with a resize policy': [{ ...shell, resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] }],
  'with a restart policy': [{ ...shell, restartPolicy: 'Always' }],
  'with a mount': [{ ...shell, volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
  'with a mount without a volume': [{ ...shell, volumeMounts: [{ name: 'w', mountPath: '/v' }] }],
  'with a part of a volume': [{ ...shell, volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }] }],
  'with an expression': [{ ...shell, volumeMounts: [{ name: 'v', mountPath: '/v', subPathExpr: '$(A)' }] }],
  'with all that it may have': [
    {
      ...shell,
      args: ['a'],
      command: ['b'],
      env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      envFrom: [{ secretRef: { name: 's' } }],
      imagePullPolicy: 'Never',
      securityContext: { privileged: true },
      stdinOnce: true,
      terminationMessagePath: '/x',
      terminationMessagePolicy: 'File',
      workingDir: '/y',
    },
  ],
};

const resize = (spec: Json): Call => patch('strategic', `${pods}/p/resize`, { spec });
const sized = (resources: Json, more: Fields = {}): Json => ({ containers: [{ name: 'c', resources, ...more }] });

const resizes: Readonly<Record<string, Json>> = {
  'more of both': sized({ requests: { cpu: '200m', memory: '100Mi' }, limits: { memory: '256Mi' } }),
  'less of one': sized({ limits: { memory: '64Mi' } }),
  'a limit more': sized({ limits: { cpu: '1' } }),
  'a request taken away': sized({ requests: { cpu: null } }),
  'a limit taken away': sized({ limits: { memory: null } }),
  'a request above its limit': sized({ requests: { memory: '1Gi' } }),
  negative: sized({ requests: { cpu: '-1' } }),
  'another resource': sized({ requests: { 'ephemeral-storage': '1Gi' } }),
  'to another quality': sized({ requests: { cpu: '1', memory: '128Mi' }, limits: { cpu: '1' } }),
  'a policy beside it': sized(
    { requests: { cpu: '200m' } },
    { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] },
  ),
  'an image beside it': sized({ requests: { cpu: '200m' } }, { image: 'example.com/other:1' }),
  'a new container': { containers: [{ name: 'new', image: 'i' }] },
  'a sidecar': { initContainers: [{ name: 's', resources: { requests: { cpu: '200m' } } }] },
  'an init container': { initContainers: [{ name: 'i', resources: { requests: { cpu: '200m' } } }] },
  'what of a pod is not sized': { containers: [{ name: 'c' }], activeDeadlineSeconds: 5, hostNetwork: true },
  'resources of the pod': { resources: { requests: { cpu: '1', memory: '1Gi' } } },
  nothing: {},
};

const whole = { resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } } };
const podResizes: Readonly<Record<string, Json>> = {
  more: { resources: { requests: { cpu: '2' } } },
  'a request taken away': { resources: { requests: { cpu: null } } },
  'all taken away': { resources: null },
  'below its containers': { resources: { requests: { cpu: '10m' } } },
  'huge pages': { resources: { limits: { 'hugepages-2Mi': '2Mi' }, requests: { 'hugepages-2Mi': '2Mi' } } },
};

const runningOn = (resources: Json): Call =>
  patch('merge', `${pods}/p/status`, {
    status: {
      containerStatuses: [
        {
          name: 'c',
          image: 'i',
          imageID: 'x',
          ready: true,
          restartCount: 0,
          state: { running: {} },
          ...(resources as Fields),
        },
      ],
    },
  });

export const podParts: Family = {
  name: 'parts of pods',
  cases: [
    ...each('an ephemeral container', debuggers, debug, [made]),
    {
      name: 'ephemeral containers one after the other',
      given: [made],
      calls: [
        debug([shell]),
        debug([{ ...shell, name: 'two' }]),
        get(`${pods}/p/ephemeralcontainers`),
        patch('strategic', `${pods}/p/ephemeralcontainers`, {
          spec: { ephemeralContainers: [{ $patch: 'delete', name: 'two' }] },
        }),
        patch('merge', `${pods}/p/ephemeralcontainers`, { spec: { ephemeralContainers: null } }),
        patch('merge', `${pods}/p/ephemeralcontainers`, {
          metadata: { labels: { no: 'label' } },
          spec: { activeDeadlineSeconds: 5 },
        }),
      ],
    },
    one('an ephemeral container of a pod of the node’s own', debug([shell]), [mirror]),
    one(
      'ephemeral containers beside the object',
      patch('strategic', `${pods}/p`, { spec: { ephemeralContainers: [shell] } }),
      [made],
    ),
    one(
      'ephemeral containers, put',
      put(`${pods}/p/ephemeralcontainers`, {
        metadata: { name: 'p' },
        spec: { containers: [container], ephemeralContainers: [shell] },
      }),
      [made],
    ),
    ...each('resize', resizes, (spec) => [resize(spec), get(`${pods}/p`)], [made]),
    ...each('resize of a pod with resources of its own', podResizes, resize, [post(pods, pod(whole))]),
    one('resize of a pod of the node’s own', resize(resizes['more of both'] ?? {}), [mirror]),
    one('resize on Windows', resize(resizes['more of both'] ?? {}), [post(pods, pod({ os: { name: 'windows' } }))]),
    one('resize on a node that can’t', resize(resizes['more of both'] ?? {}), [made, runningOn({})]),
    one('resize on a node that can', resize(resizes['more of both'] ?? {}), [made, runningOn({ resources: small })]),
    one(
      'resize, put',
      put(`${pods}/p/resize`, { metadata: { name: 'p' }, spec: { containers: [{ ...container, resources: {} }] } }),
      [made],
    ),
    one('resize of an unknown pod', patch('strategic', `${pods}/nothing/resize`, {})),
  ],
};
