/** Being somebody by a bad proof: certificates, tokens, and headers that only a front proxy may send. */
import { del, get, post, type Call, type Identity } from '../../differential/case.ts';
import {
  byPublicKey,
  byStranger,
  forgedToken,
  withoutSignature,
  type TokenChanges,
} from '../../differential/forged-tokens.ts';
import { done, expecting, type IdentityAttack } from './identity-attack.ts';

const secrets = '/api/v1/namespaces/kube-system/secrets';
const account = post('/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name: 'robot' } }, { keep: 'account' });
const askedBy = (as: Identity, headers: Record<string, string | readonly string[]> = {}): Call =>
  get(secrets, { as, headers });

const certificates: IdentityAttack[] = (
  [
    'expired-certificate',
    'future-certificate',
    'stranger-certificate',
    'server-certificate',
    'admin-by-proxies-authority',
    'front-proxy',
    'front-proxy-of-another-name',
    'front-proxy-expired',
    'front-proxy-as-server',
  ] as const
).map((as) => ({ name: `a certificate: ${as}`, steps: expecting(401, askedBy(as)) }));

const masters = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' };

const vouchers: IdentityAttack[] = (
  [
    ['nobody', 403],
    ['user', 403],
    ['no-name', 401],
    ['front-proxy-by-users-authority', 403],
    ['front-proxy-of-another-name', 401],
    ['front-proxy-expired', 401],
    ['front-proxy-as-server', 401],
    ['stranger-certificate', 401],
    ['admin-by-proxies-authority', 401],
  ] as const
).map(([as, expect]) => ({
  name: `headers of a front proxy from: ${as}`,
  steps: expecting(expect, askedBy(as, masters)),
}));

/** The proxy is good; who stands behind it tries to be more. */
const spellings: IdentityAttack[] = Object.entries({
  'one group with a comma': { 'x-remote-user': 'eve', 'x-remote-group': 'dev, system:masters' },
  'one group with a line': { 'x-remote-user': 'eve', 'x-remote-group': 'dev\tsystem:masters' },
  'two users': { 'x-remote-user': ['eve', 'root'] },
  'a user of a group': { 'x-remote-user': 'eve\tO=system:masters' },
  underscores: { 'x-remote-user': 'eve', x_remote_group: 'system:masters', x_remote_user: 'root' },
  'a group in extra information': { 'x-remote-user': 'eve', 'x-remote-extra-groups': 'system:masters' },
  'a percent in a name': { 'x-remote-user': 'eve', 'x-remote-%67roup': 'system:masters' },
  'names that begin alike': {
    'x-remote-user': 'eve',
    'x-remote-groups': 'system:masters',
    'x-remote-group-2': 'system:masters',
  },
  'prototypes in extra information': {
    'x-remote-user': 'eve',
    'x-remote-extra-__proto__': 'system:masters',
    'x-remote-extra-constructor': 'x',
  },
}).map(([name, headers]) => ({
  name: `spelled through a good proxy: ${name}`,
  steps: expecting(403, askedBy('front-proxy', headers)),
}));

const alone: IdentityAttack[] = [
  {
    name: 'a group without a user through a good proxy',
    steps: expecting(401, askedBy('front-proxy', { 'x-remote-group': 'system:masters' })),
  },
  {
    name: 'an empty user through a good proxy',
    steps: expecting(401, askedBy('front-proxy', { ...masters, 'x-remote-user': '' })),
  },
];

const forgeries: Readonly<Record<string, TokenChanges>> = {
  'alg: none': { header: { alg: 'none' }, sign: () => Buffer.alloc(0) },
  'alg: None': { header: { alg: 'None' }, sign: () => Buffer.alloc(0) },
  'no signature': { whole: withoutSignature },
  'HS256 by the public key': { header: { alg: 'HS256' }, sign: byPublicKey },
  "a stranger's key": { sign: byStranger },
  "a stranger's key under no name": { header: { kid: '' }, sign: byStranger },
  'a wrong kid': { header: { kid: 'x' } },
  'a path for a kid': { header: { kid: '../../../dev/null' } },
  'a key that it brings along': { header: { jwk: { kty: 'oct', k: 'AA' } }, sign: byStranger },
  'a place to fetch its key from': { header: { jku: 'https://127.0.0.1:1/jwks', kid: '' }, sign: byStranger },
  expired: { claims: (now, good) => ({ ...good, exp: now - 120 }) },
  'without an end': { claims: (_, { exp: _exp, ...good }) => good },
  'not valid yet': { claims: (now, good) => ({ ...good, nbf: now + 120 }) },
  'issued tomorrow': { claims: (now, good) => ({ ...good, iat: now + 86_400 }) },
  'for another audience': { claims: (_, good) => ({ ...good, aud: ['vault'] }) },
  'for no audience of a good name': { claims: (_, good) => ({ ...good, aud: [good['iss'] ?? '', '/'].slice(1) }) },
  'of another issuer': { claims: (_, good) => ({ ...good, iss: 'https://elsewhere' }) },
  'of a prototype': { claims: (_, good) => ({ ...good, iss: '__proto__' }) },
  'of an account that is not there': {
    claims: (_, good) => ({
      ...good,
      'kubernetes.io': { namespace: 'kube-system', serviceaccount: { name: 'root', uid: 'x' } },
    }),
  },
  'of an account elsewhere': {
    claims: (_, good) => ({
      ...good,
      'kubernetes.io': { ...(good['kubernetes.io'] as object), namespace: 'kube-system' },
    }),
  },
  'of an account before it was made anew': {
    claims: (_, good) => ({
      ...good,
      'kubernetes.io': { ...(good['kubernetes.io'] as object), serviceaccount: { name: 'robot', uid: 'old' } },
    }),
  },
  'bound to a pod that is not there': {
    claims: (_, good) => ({
      ...good,
      'kubernetes.io': { ...(good['kubernetes.io'] as object), pod: { name: 'x', uid: 'x' } },
    }),
  },
  'of a Secret that is not there': {
    claims: (_, good) => ({
      iss: 'kubernetes/serviceaccount',
      sub: good['sub'] ?? '',
      'kubernetes.io/serviceaccount/namespace': 'kube-system',
      'kubernetes.io/serviceaccount/secret.name': 'x',
      'kubernetes.io/serviceaccount/service-account.name': 'robot',
      'kubernetes.io/serviceaccount/service-account.uid': 'x',
    }),
  },
  'with junk behind it': { whole: (token) => `${token}!!` },
  'with padding': { whole: (token) => `${token}==` },
  'of four parts': { whole: (token) => `${token}.${token}` },
  'as long as headers may be': { whole: () => 'a.b.'.padEnd(60_000, 'x') },
};

const tokens: IdentityAttack[] = Object.entries(forgeries).map(([name, changes]) => ({
  name: `a token: ${name}`,
  steps: [...done(account), ...expecting(401, askedBy({ token: forgedToken(changes) }))],
}));

const given: readonly Call[] = [
  account,
  post('/api/v1/namespaces/{ns}/pods', {
    metadata: { name: 'p' },
    spec: { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }] },
  }),
  post('/api/v1/namespaces/{ns}/secrets', { metadata: { name: 's' } }),
];
const request = (boundObjectRef: object | null): Call =>
  post('/api/v1/namespaces/{ns}/serviceaccounts/robot/token', { spec: { boundObjectRef } as never }, { keep: 'token' });
const withKept = askedBy({ token: (forge) => forge.kept('token.status.token') });
const bound = (kind: string, name: string) => ({ apiVersion: 'v1', kind, name });

/** Each was good, and shown as such, before: 403 is the account, which may not. */
const revoked = (name: string, ref: object | null, ...gone: readonly Call[]): IdentityAttack => ({
  name: `a token whose ${name}`,
  steps: [...done(...given, request(ref)), ...expecting(403, withKept), ...done(...gone), ...expecting(401, withKept)],
});
const accountPath = '/api/v1/namespaces/{ns}/serviceaccounts/robot';
const ended: readonly IdentityAttack[] = [
  revoked('account was deleted', null, del(accountPath)),
  revoked('account was made anew', null, del(accountPath), account),
  revoked('pod was deleted', bound('Pod', 'p'), del('/api/v1/namespaces/{ns}/pods/p', { gracePeriodSeconds: 0 })),
  revoked('Secret was deleted', bound('Secret', 's'), del('/api/v1/namespaces/{ns}/secrets/s')),
];

/** What is too big to be read at all ends the connection, or is refused as such. */
const huge: IdentityAttack[] = [
  {
    name: 'a token beyond all limits',
    steps: expecting('refused', askedBy({ authorization: `Bearer ${'x'.repeat(200_000)}` })),
  },
  {
    name: 'many headers',
    steps: expecting(
      'refused',
      askedBy('nobody', Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`x-${index}`, 'v'.repeat(20)]))),
    ),
  },
  {
    name: 'many groups',
    steps: expecting(
      'refused',
      askedBy('front-proxy', {
        'x-remote-user': 'eve',
        'x-remote-group': Array.from({ length: 5000 }, (_, index) => `g${index}`),
      }),
    ),
  },
];

export const byProof: readonly IdentityAttack[] = [
  ...certificates,
  ...vouchers,
  ...spellings,
  ...alone,
  ...tokens,
  ...ended,
  ...huge,
];
