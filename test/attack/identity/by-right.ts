/** Being more than one is by a right that doesn't reach so far: impersonation, others' tokens, certificates, subresources. */
import { base64, requestPem } from '../../differential/certificate-requests.ts';
import { get, patch, post, put, type Call, type CallOptions, type Json } from '../../differential/case.ts';
import { done, expecting, type IdentityAttack, type Step } from './identity-attack.ts';

type Fields = Readonly<Record<string, Json>>;

const asEve: CallOptions = { headers: { 'impersonate-user': 'eve-of-{ns}' } };
/** Eve herself, by the word of the front proxy, with what she wants to be besides. */
const eve = (headers: Record<string, string | readonly string[]> = {}): CallOptions => ({
  as: 'front-proxy',
  headers: { 'x-remote-user': 'eve-of-{ns}', ...headers },
});

/** She may do this, and nothing else. */
function allowed(...rules: readonly Fields[]): Step[] {
  const name = 'eve-of-{ns}';
  const group = 'rbac.authorization.k8s.io';
  return done(
    post(`/apis/${group}/v1/clusterroles`, { metadata: { name }, rules: [...rules] }),
    post(`/apis/${group}/v1/clusterrolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name },
      subjects: [{ apiGroup: group, kind: 'User', name }],
    }),
  );
}

const may = (verbs: string, group: string, resources: string, names?: readonly string[]): Fields => ({
  verbs: verbs.split(','),
  apiGroups: [group],
  resources: resources.split(','),
  ...(names ? { resourceNames: [...names] } : {}),
});

const secrets = (options: CallOptions): Call => get('/api/v1/namespaces/kube-system/secrets', options);
const acting = (headers: Record<string, string | readonly string[]>): Call => secrets(eve(headers));
const bob = { 'impersonate-user': 'bob' };
const authentication = 'authentication.k8s.io';

const impersonation: IdentityAttack[] = [
  {
    name: 'acting as others without any right',
    steps: expecting(
      403,
      acting(bob),
      acting({ 'impersonate-user': 'system:admin' }),
      acting({ 'impersonate-user': 'system:anonymous' }),
    ),
  },
  {
    name: 'acting as a group by the right to act as users',
    steps: [
      ...allowed(may('impersonate', '', 'users')),
      ...expecting(
        403,
        acting({ ...bob, 'impersonate-group': 'system:masters' }),
        acting({ ...bob, 'impersonate-group': ['a', 'system:masters'] }),
      ),
      ...expecting(400, acting({ 'impersonate-group': 'system:masters' })),
    ],
  },
  {
    name: 'acting as the masters by the right to act as one group',
    steps: [
      ...allowed(may('impersonate', '', 'users'), may('impersonate', '', 'groups', ['dev'])),
      ...expecting(
        403,
        acting({ ...bob, 'impersonate-group': ['dev', 'system:masters'] }),
        acting({ ...bob, 'impersonate-group': 'dev, system:masters' }),
      ),
    ],
  },
  {
    name: 'acting as a service account by the right to act as users',
    steps: [
      ...allowed(may('impersonate', '', 'users')),
      ...expecting(403, acting({ 'impersonate-user': 'system:serviceaccount:kube-system:root' })),
    ],
  },
  {
    name: 'acting as an account elsewhere by a right for one name',
    steps: [
      ...allowed(may('impersonate', '', 'users', ['bob'])),
      ...expecting(
        403,
        acting({ 'impersonate-user': 'bobby' }),
        acting({ 'impersonate-user': 'BOB' }),
        acting({ 'impersonate-user': ['eve', 'bob'] }),
      ),
    ],
  },
  {
    name: 'acting with extra information or a uid that one has no right to',
    steps: [
      ...allowed(may('impersonate', '', 'users'), may('impersonate', authentication, 'userextras/scopes', ['view'])),
      ...expecting(
        403,
        acting({ ...bob, 'impersonate-extra-scopes': ['view', 'edit'] }),
        acting({ ...bob, 'impersonate-extra-other': 'view' }),
        acting({ ...bob, 'impersonate-uid': '0' }),
      ),
    ],
  },
  {
    name: 'acting as the masters by the narrow right, even for all groups',
    steps: [
      ...allowed(
        may('impersonate:user-info', authentication, 'users,groups'),
        may('impersonate-on:user-info:list', '', 'secrets'),
      ),
      ...expecting(
        403,
        acting({ ...bob, 'impersonate-group': 'system:masters' }),
        acting({ ...bob, 'impersonate-group': ['a', 'b', 'c', 'system:masters'] }),
      ),
    ],
  },
  {
    name: 'acting as a node by the right for user-info',
    steps: [
      ...allowed(may('impersonate:user-info', authentication, '*'), may('impersonate-on:user-info:list', '', '*')),
      ...expecting(403, acting({ 'impersonate-user': 'system:node:n1' })),
    ],
  },
];

const account = (name: string): Call => post('/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name } });
const token = (name: string): Call => post(`/api/v1/namespaces/{ns}/serviceaccounts/${name}/token`, {}, eve());

const tokens: IdentityAttack[] = [
  {
    name: "another account's token",
    steps: [
      ...done(account('mine'), account('theirs')),
      ...allowed(may('create', '', 'serviceaccounts/token', ['mine']), may('create,update,get', '', 'serviceaccounts')),
      ...expecting(201, token('mine')),
      ...expecting(
        403,
        token('theirs'),
        post('/api/v1/namespaces/kube-system/serviceaccounts/default/token', {}, eve()),
      ),
    ],
  },
  {
    name: 'a token for a pod that runs as another account',
    steps: [
      ...done(
        account('mine'),
        account('theirs'),
        post('/api/v1/namespaces/{ns}/pods', {
          metadata: { name: 'p' },
          spec: { serviceAccountName: 'theirs', containers: [{ name: 'c', image: 'i' }] },
        }),
      ),
      ...allowed(may('create', '', 'serviceaccounts/token', ['mine'])),
      ...expecting(
        400,
        post(
          '/api/v1/namespaces/{ns}/serviceaccounts/mine/token',
          { spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } } },
          eve(),
        ),
      ),
    ],
  },
];

const certificatesGroup = 'certificates.k8s.io';
const csrs = `/apis/${certificatesGroup}/v1/certificatesigningrequests`;
const mastersRequest = base64(await requestPem('CN=eve,O=system:masters'));
const eveRequest = base64(await requestPem('CN=eve'));
const signers = ['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving', 'legacy-unknown'].map(
  (name) => `kubernetes.io/${name}`,
);
const csr = (name: string, request: string, signerName: string, usages = ['client auth']): Call =>
  post(csrs, { metadata: { name }, spec: { request, signerName, usages } }, eve());
const decision = (name: string, type: string): Fields => ({
  metadata: { name },
  status: { conditions: [{ type, status: 'True', reason: 'Eve' }] },
});

const certificates: IdentityAttack[] = [
  {
    name: 'a certificate of the masters, by each signer: not by any without an approval',
    steps: [
      ...allowed(may('create,get,update,patch', certificatesGroup, 'certificatesigningrequests')),
      ...expecting(403, csr('masters-0-{ns}', mastersRequest, signers[0] ?? '')),
      ...expecting(201, csr('masters-1-{ns}', mastersRequest, signers[1] ?? '')),
      ...expecting(201, csr('masters-2-{ns}', mastersRequest, signers[2] ?? '')),
      ...expecting(422, csr('masters-3-{ns}', mastersRequest, signers[3] ?? '')),
      ...expecting(403, put(`${csrs}/masters-1-{ns}/approval`, decision('masters-1-{ns}', 'Approved'), eve())),
    ],
  },
  {
    name: "approving one's own request by the right to write requests",
    steps: [
      ...allowed(may('*', certificatesGroup, 'certificatesigningrequests')),
      ...expecting(201, csr('own-{ns}', eveRequest, signers[0] ?? '')),
      ...expecting(
        403,
        put(`${csrs}/own-{ns}/approval`, decision('own-{ns}', 'Approved'), eve()),
        patch('merge', `${csrs}/own-{ns}/approval`, decision('own-{ns}', 'Approved'), eve()),
        put(`${csrs}/own-{ns}/status`, decision('own-{ns}', 'Failed'), eve()),
      ),
    ],
  },
  {
    name: 'approving by the right for the subresource, without one for the signer',
    steps: [
      ...allowed(may('*', certificatesGroup, 'certificatesigningrequests,certificatesigningrequests/*')),
      ...expecting(201, csr('own-{ns}', eveRequest, signers[0] ?? '')),
      ...expecting(
        403,
        put(`${csrs}/own-{ns}/approval`, decision('own-{ns}', 'Approved'), eve()),
        put(`${csrs}/own-{ns}/status`, decision('own-{ns}', 'Failed'), eve()),
        patch(
          'apply',
          `${csrs}/own-{ns}/approval?fieldManager=eve`,
          {
            apiVersion: 'certificates.k8s.io/v1',
            kind: 'CertificateSigningRequest',
            ...decision('own-{ns}', 'Approved'),
          },
          eve(),
        ),
      ),
    ],
  },
  {
    name: 'approving for one signer by the right for another, with the signer exchanged on the way',
    steps: [
      ...allowed(
        may('*', certificatesGroup, 'certificatesigningrequests,certificatesigningrequests/*'),
        may('approve,sign', certificatesGroup, 'signers', ['example.com/*']),
      ),
      ...expecting(201, csr('own-{ns}', eveRequest, signers[0] ?? '')),
      ...expecting(
        403,
        put(
          `${csrs}/own-{ns}/approval`,
          {
            ...decision('own-{ns}', 'Approved'),
            spec: { request: eveRequest, signerName: 'example.com/mine', usages: ['client auth'] },
          },
          eve(),
        ),
      ),
    ],
  },
];

const subresources: IdentityAttack[] = [
  {
    name: "a namespace's end by the right to write namespaces",
    steps: [
      ...allowed(may('update,patch', '', 'namespaces')),
      ...expecting(
        403,
        put('/api/v1/namespaces/{ns}/finalize', { metadata: { name: '{ns}' }, spec: { finalizers: [] } }, eve()),
        patch('merge', '/api/v1/namespaces/{ns}/status', { status: { phase: 'Terminating' } }, eve()),
      ),
    ],
  },
  {
    name: "a pod's status by the right to write pods",
    steps: [
      ...done(
        account('default-2'),
        post('/api/v1/namespaces/{ns}/pods', {
          metadata: { name: 'p' },
          spec: { containers: [{ name: 'c', image: 'i' }] },
        }),
      ),
      ...allowed(may('update,patch,get', '', 'pods')),
      ...expecting(
        403,
        patch('merge', '/api/v1/namespaces/{ns}/pods/p/status', { status: { phase: 'Running' } }, eve()),
      ),
      ...expecting(403, post('/api/v1/namespaces/{ns}/pods/p/binding', { target: { kind: 'Node', name: 'n' } }, eve())),
    ],
  },
];

export const byRight: readonly IdentityAttack[] = [
  ...impersonation,
  ...tokens,
  ...certificates,
  ...subresources,
  { name: 'nothing of this by who may nothing', steps: expecting(403, secrets(eve()), secrets(asEve)) },
];
