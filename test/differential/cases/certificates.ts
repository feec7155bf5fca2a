/** Requests for certificates: what may be asked, who decides, who signs, and what each may change. */
import {
  each,
  get,
  patch,
  post,
  put,
  type Call,
  type CallOptions,
  type Case,
  type Family,
  type Json,
} from '../case.ts';
import { base64, requestPem } from '../certificate-requests.ts';

type Fields = Readonly<Record<string, Json>>;

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const jane = base64(await requestPem('CN=jane,O=developers'));
const masters = base64(await requestPem('CN=root,O=system:masters'));
const others = base64(await requestPem('CN=root,O=others,O=system:masters'));
const usages = ['client auth', 'digital signature'];
const client = 'kubernetes.io/kube-apiserver-client';
const kubelet = 'kubernetes.io/kube-apiserver-client-kubelet';
const good: Fields = { request: jane, signerName: client, usages };
const broken = (pem: string): string => {
  const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  der[der.length - 3] = (der.at(-3) ?? 0) ^ 0xff;
  return base64(`-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`);
};

const request = (spec: Fields, options: CallOptions = {}, more: Fields = {}): Call =>
  post(requests, { metadata: { name: 'csr-of-{ns}' }, spec, ...more }, options);
const one = `${requests}/csr-of-{ns}`;
/** What makes cases have a namespace, and with it a name of their own. */
const namespaced = get('/api/v1/namespaces/{ns}');

const specs: Readonly<Record<string, Fields>> = {
  good,
  nothing: {},
  'no request': { signerName: client, usages },
  'a request of no PEM': { ...good, request: base64('hello') },
  'a certificate for a request': {
    ...good,
    request: base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
  },
  'text around the request': { ...good, request: base64(`hello\n${Buffer.from(jane, 'base64').toString()}bye\n`) },
  'a request signed wrongly': { ...good, request: broken(await requestPem('CN=jane')) },
  'no usages': { ...good, usages: [] },
  'an unknown usage': { ...good, usages: ['client auth', 'magic'] },
  'a usage twice': { ...good, usages: ['client auth', 'client auth'] },
  'no signer': { request: jane, usages },
  'an unknown signer': { ...good, signerName: 'example.com/mine' },
  'the legacy signer': { ...good, signerName: 'kubernetes.io/legacy-unknown' },
  'a signer without a domain': { ...good, signerName: 'mine' },
  'a signer of a short domain': { ...good, signerName: 'io/mine' },
  'a signer with upper case': { ...good, signerName: 'example.com/Mine' },
  'a signer with two slashes': { ...good, signerName: 'example.com/a/b' },
  'a signer of dots': { ...good, signerName: 'example..com/a..b' },
  'a long signer': { ...good, signerName: `example.com/${'a'.repeat(600)}` },
  'a short time': { ...good, expirationSeconds: 599 },
  'a time': { ...good, expirationSeconds: 600 },
  'no time': { ...good, expirationSeconds: 0 },
  'another user': { ...good, username: 'root', uid: '0', groups: ['system:masters'], extra: { a: ['b'] } },
  'the masters of the API server': { ...good, request: masters },
  'the masters among others': { ...good, request: others },
  'the masters of kubelets': { ...good, request: masters, signerName: kubelet },
  'the masters of a stranger': { ...good, request: masters, signerName: 'example.com/mine' },
  'an RSA key': { ...good, request: base64(await requestPem('CN=jane', { algorithm: 'rsa' })) },
  'alternative names': {
    ...good,
    request: base64(
      await requestPem('CN=jane', {
        hosts: [
          { type: 'dns', value: 'a.b' },
          { type: 'ip', value: '1.2.3.4' },
        ],
      }),
    ),
  },
};

const approved: Fields = { type: 'Approved', status: 'True', reason: 'Because', message: 'it is so' };
const denied: Fields = { type: 'Denied', status: 'True', reason: 'Because' };
const failed: Fields = { type: 'Failed', status: 'True', reason: 'Because' };
const certificate = base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
/** What the test's authority is to nobody. */
const status = (value: Fields): Fields => ({ metadata: { name: 'csr-of-{ns}' }, spec: good, status: value });
const conditions = (...all: readonly Fields[]): Fields => status({ conditions: all });

const statuses: Readonly<Record<string, Fields>> = {
  approved: conditions(approved),
  denied: conditions(denied),
  both: conditions(approved, denied),
  failed: conditions(failed),
  'approved twice': conditions(approved, approved),
  'approved, not': conditions({ ...approved, status: 'False' }),
  'approved, without a status': conditions({ type: 'Approved' }),
  'something else': conditions({ type: 'Custom', status: 'Unknown' }),
  'something without a type': conditions({ type: '', status: 'True' }),
  'of a strange status': conditions({ type: 'Custom', status: 'Maybe' }),
  'of its own times': conditions({
    ...approved,
    lastUpdateTime: '2020-01-01T00:00:00Z',
    lastTransitionTime: '2020-01-02T00:00:00Z',
  }),
  'a certificate': status({ certificate }),
  'a certificate of no PEM': status({ certificate: base64('hello') }),
  'a key for a certificate': status({
    certificate: base64('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'),
  }),
  nothing: status({}),
  'another spec': {
    metadata: { name: 'csr-of-{ns}' },
    spec: { ...good, signerName: kubelet },
    status: { conditions: [approved] },
  },
};

const given = [namespaced, request(good)];
const doors = { '/approval': `${one}/approval`, '/status': `${one}/status`, 'the object': one };

const writes: Case[] = Object.entries(doors).flatMap(([door, path]) =>
  each(`written to ${door}:`, statuses, (body) => [put(path, body), get(one)], given),
);
const approvedFirst = [...given, put(`${one}/approval`, conditions(approved))];
const failedFirst = [...given, put(`${one}/status`, conditions(failed))];
const afterwards: Case[] = Object.entries(doors).flatMap(([door, path]) => [
  ...each(`of an approved one, written to ${door}:`, statuses, (body) => [put(path, body), get(one)], approvedFirst),
  ...each(
    `of a failed one, written to ${door}:`,
    { nothing: status({}), failed: conditions(failed) },
    (body) => [put(path, body)],
    failedFirst,
  ),
]);

/** `alice` may do what the roles that are bound to her say. */
const allow = (...rules: readonly Fields[]): Call[] => [
  post('/apis/rbac.authorization.k8s.io/v1/clusterroles', { metadata: { name: 'role-of-{ns}' }, rules: [...rules] }),
  post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'role-of-{ns}' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'role-of-{ns}' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'user-of-{ns}' }],
  }),
];
const asUser: CallOptions = { headers: { 'impersonate-user': 'user-of-{ns}' } };
const group = 'certificates.k8s.io';
const all = ['get', 'list', 'create', 'update', 'patch', 'delete'];
const rights: Readonly<Record<string, readonly Fields[]>> = {
  'the object only': [{ apiGroups: [group], resources: ['certificatesigningrequests'], verbs: all }],
  'all of its parts': [
    { apiGroups: [group], resources: ['certificatesigningrequests', 'certificatesigningrequests/*'], verbs: all },
  ],
  'approval, and to approve for another signer': [
    { apiGroups: [group], resources: ['certificatesigningrequests/approval'], verbs: all },
    {
      apiGroups: [group],
      resources: ['signers'],
      resourceNames: [kubelet, 'example.com/*'],
      verbs: ['approve', 'sign'],
    },
  ],
  'approval, and to approve for this signer': [
    {
      apiGroups: [group],
      resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
      verbs: all,
    },
    { apiGroups: [group], resources: ['signers'], resourceNames: [client], verbs: ['approve'] },
  ],
  'status, and to sign for the whole domain': [
    {
      apiGroups: [group],
      resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
      verbs: all,
    },
    { apiGroups: [group], resources: ['signers'], resourceNames: ['kubernetes.io/*'], verbs: ['sign'] },
  ],
};

export const certificates: Family = {
  name: 'certificates',
  cases: [
    ...each('a request,', specs, (spec) => request(spec), [namespaced]),
    ...each('a request that is decided already,', statuses, (body) => post(requests, { ...body, spec: good }), [
      namespaced,
    ]),
    ...each(
      'changed,',
      specs,
      (spec) => [put(one, { metadata: { name: 'csr-of-{ns}', labels: { a: 'b' } }, spec }), get(one)],
      given,
    ),
    ...writes,
    ...afterwards,
    ...Object.entries(rights).map(([name, rules]): Case => ({
      name: `who may write ${name}`,
      given: [...given, ...allow(...rules)],
      calls: [
        put(one, { metadata: { name: 'csr-of-{ns}', labels: { a: 'b' } } }, asUser),
        put(`${one}/approval`, conditions(approved), asUser),
        put(`${one}/status`, conditions(failed), asUser),
        patch('merge', `${one}/approval`, { status: { conditions: [denied] } }, asUser),
        patch('merge', `${one}/status`, { metadata: { labels: { c: 'd' } } }, asUser),
      ],
    })),
    ...each(
      'selected by',
      {
        'its signer': `spec.signerName=${client}`,
        'another signer': 'spec.signerName=x.y/z',
        'its name': 'metadata.name=csr-of-{ns}',
        'an unknown field': 'spec.username=x',
      },
      (selector) =>
        get(
          `${requests}?fieldSelector=${encodeURIComponent(selector).replaceAll('%7B', '{').replaceAll('%7D', '}')}&labelSelector=of%3D{ns}`,
        ),
      [namespaced, post(requests, { metadata: { name: 'csr-of-{ns}', labels: { of: '{ns}' } }, spec: good })],
    ),
  ],
};
