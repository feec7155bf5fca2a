/** The admission of pods by the Pod Security Standards that labels of namespaces name. */
import { patch, post, put, type Call, type Case, type Family, type Json } from '../case.ts';

type Labels = Readonly<Record<string, string>>;

const label = 'pod-security.kubernetes.io';
/** Of the case's own, beside the one that it has: upstream reads the labels of one that it doesn't know yet, and those of others late. */
const own = '{ns}-own';
const namespace = `/api/v1/namespaces/${own}`;
const container = { name: 'c', image: 'example.com/i:1' };
const podOf = (
  spec: { readonly [key: string]: Json } = {},
  metadata: { readonly [key: string]: Json } = { name: 'p' },
): Json => ({
  metadata,
  spec: { containers: [container], ...spec },
});
const namespaceOf = (labels: Labels): Json => ({ metadata: { name: own, labels } });
const labelled = (labels: Labels): Call => put(namespace, namespaceOf(labels));
const made = (labels: Labels): readonly Call[] => [
  post('/api/v1/namespaces', namespaceOf(labels)),
  post(`${namespace}/serviceaccounts`, { metadata: { name: 'default' } }),
];
const create = (pod: Json): Call => post(`${namespace}/pods?dryRun=All`, pod);
const enforced = (level: string, more: Labels = {}): Labels => ({ [`${label}/enforce`]: level, ...more });
const template = (spec: { readonly [key: string]: Json }): Json => ({
  metadata: { labels: { a: 'b' } },
  spec: { containers: [container], ...spec },
});
const deployment = (spec: { readonly [key: string]: Json }): Json => ({
  metadata: { name: 'd' },
  spec: { selector: { matchLabels: { a: 'b' } }, template: template(spec) },
});
const kept = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ ...container, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
};

const pods: Readonly<Record<string, { readonly [key: string]: Json }>> = {
  'that keeps to all': kept,
  'that says nothing': {},
  'on the host’s network with a port': {
    hostNetwork: true,
    containers: [{ ...container, ports: [{ containerPort: 80 }] }],
  },
  'with privileges': { containers: [{ ...container, securityContext: { privileged: true } }] },
  'with capabilities and a folder of the host': {
    volumes: [{ name: 'v', hostPath: { path: '/' } }],
    containers: [{ ...container, securityContext: { capabilities: { add: ['NET_ADMIN'] } } }],
  },
  'of many faults': {
    hostPID: true,
    hostIPC: true,
    securityContext: {
      runAsUser: 0,
      sysctls: [{ name: 'kernel.msgmax', value: '1' }],
      seccompProfile: { type: 'Unconfined' },
    },
    initContainers: [
      { ...container, name: 'i', securityContext: { procMount: 'Default', seLinuxOptions: { user: 'u' } } },
    ],
    volumes: [{ name: 'n', nfs: { server: 's', path: '/p' } }],
  },
};

const asked = (name: string, labels: Labels, calls: readonly Call[], given: readonly Call[] = []): Case => ({
  name,
  given: [...made(labels), ...given],
  calls,
});
const older = enforced('restricted', { [`${label}/enforce-version`]: 'v1.18' });
const levels: readonly Case[] = Object.entries(pods).flatMap(([title, spec]) => [
  asked(`baseline: a pod ${title}`, enforced('baseline'), [create(podOf(spec))]),
  asked(`restricted: a pod ${title}`, enforced('restricted'), [create(podOf(spec))]),
  asked(`an older standard: a pod ${title}`, older, [create(podOf(spec))]),
]);

const controllers = `/apis/apps/v1/namespaces/${own}/deployments?dryRun=All`;
const jobs = `/apis/batch/v1/namespaces/${own}/jobs?dryRun=All`;
const job = { metadata: { name: 'j' }, spec: { template: template({ restartPolicy: 'Never' }) } };
const others: readonly Case[] = [
  asked('warnings alone', { [`${label}/warn`]: 'restricted', [`${label}/warn-version`]: 'v1.30' }, [
    create(podOf({ hostPID: true })),
    post(controllers, deployment({})),
    post(jobs, job),
    post(`${namespace}/podtemplates?dryRun=All`, { metadata: { name: 't' }, template: template({}) }),
  ]),
  asked('what is enforced on pods is told of their controllers', enforced('baseline'), [
    post(controllers, deployment({ hostNetwork: true })),
    post(controllers, deployment({})),
  ]),
  asked('labels that can’t be read', {}, [
    labelled(enforced('strict')),
    labelled({ [`${label}/enforce-version`]: '1.2', [`${label}/warn`]: '', [`${label}/audit-version`]: 'v2.0' }),
  ]),
  asked(
    'a level for pods that are there already',
    {},
    [labelled(enforced('baseline')), labelled(enforced('restricted')), labelled(enforced('baseline')), labelled({})],
    [
      post(`${namespace}/pods`, podOf({ hostPID: true })),
      post(`${namespace}/pods`, podOf({ hostPID: true }, { name: 'q' })),
      post(`${namespace}/pods`, podOf({ hostNetwork: true }, { name: 'r' })),
      post(`${namespace}/pods`, podOf(kept, { name: 's' })),
    ],
  ),
  {
    name: 'updates of a pod that was there before',
    given: [
      ...made({}),
      post(`${namespace}/pods`, podOf({ hostPID: true, nodeName: 'n' })),
      labelled(enforced('restricted')),
    ],
    until: { call: create(podOf({ hostPID: true }, { name: 'asked' })), status: 403 },
    calls: [
      patch('merge', `${namespace}/pods/p`, { metadata: { labels: { x: 'y' } } }),
      patch('strategic', `${namespace}/pods/p`, { spec: { containers: [{ name: 'c', image: 'example.com/i:2' }] } }),
      patch('strategic', `${namespace}/pods/p/ephemeralcontainers`, {
        spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] },
      }),
      patch('merge', `${namespace}/pods/p/status`, { status: { phase: 'Running' } }),
    ],
  },
];

export const podSecurity: Family = { name: 'pod security', cases: [...levels, ...others] };
