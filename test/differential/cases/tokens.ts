/** Tokens of service accounts: what is given, for what they are good, and all that must not be taken for one. */
import { del, each, get, one, post, put, type Call, type Case, type Family, type Forge, type Json } from '../case.ts';
import { byPublicKey, byStranger, forgedToken, withoutSignature, type TokenChanges } from '../forged-tokens.ts';

const accounts = '/api/v1/namespaces/{ns}/serviceaccounts';
const account = post(accounts, { metadata: { name: 'robot' } }, { keep: 'account' });
const request = (spec: Json, more: Readonly<Record<string, Json>> = {}, keep?: string): Call =>
  post(
    `${accounts}/robot/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec, ...more },
    keep === undefined ? {} : { keep },
  );
const review = (token: string, audiences?: readonly string[]): Call =>
  post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, ...(audiences ? { audiences } : {}) } });
const whoAmI = (token: (forge: Forge) => string): Call =>
  post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { as: { token } });
const kept = (path: string) => (forge: Forge) => forge.kept(path);

const container = { name: 'c', image: 'i' };
const pod = post(
  '/api/v1/namespaces/{ns}/pods',
  { metadata: { name: 'p' }, spec: { serviceAccountName: 'robot', containers: [container], nodeName: 'node-of-{ns}' } },
  { keep: 'pod' },
);
const otherPod = post('/api/v1/namespaces/{ns}/pods', {
  metadata: { name: 'other' },
  spec: { containers: [container] },
});
const secret = post('/api/v1/namespaces/{ns}/secrets', { metadata: { name: 's' } }, { keep: 'secret' });
const node = post('/api/v1/nodes', { metadata: { name: 'node-of-{ns}' } }, { keep: 'node' });
const given = [account, node, pod, otherPod, secret];

const requests: Readonly<Record<string, Call>> = {
  nothing: post(`${accounts}/robot/token`, {}),
  'no spec': request(null),
  'one audience': request({ audiences: ['vault'] }),
  'the same audience twice': request({ audiences: ['vault', 'vault'] }),
  'ten minutes': request({ expirationSeconds: 600 }),
  'less than ten minutes': request({ expirationSeconds: 599 }),
  'no time': request({ expirationSeconds: 0 }),
  'less than no time': request({ expirationSeconds: -1 }),
  'more than 2^32': request({ expirationSeconds: 4294967297 }),
  'a text for seconds': request({ expirationSeconds: '600' }),
  'a text for audiences': request({ audiences: 'vault' }),
  'another name': request({}, { metadata: { name: 'other' } }),
  'the same name': request({}, { metadata: { name: 'robot', namespace: '{ns}' } }),
  'another namespace': request({}, { metadata: { namespace: 'other' } }),
  'another uid': request({}, { metadata: { uid: 'x' } }),
  'another uid and a bad time': request({ expirationSeconds: 1 }, { metadata: { uid: 'x' } }),
  'a status': request({}, { status: { token: 'mine', expirationTimestamp: null } }),
  'a pod': request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } }),
  'a pod for 3607 seconds': request({
    expirationSeconds: 3607,
    boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' },
  }),
  'a pod of another account': request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'other' } }),
  'an unknown pod': request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'x' } }),
  'a pod without a name': request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1' } }),
  'a pod with another uid': request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p', uid: 'x' } }),
  'a secret': request({ boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's' } }),
  'an unknown secret': request({ boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'x' } }),
  'a node': request({ boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'node-of-{ns}' } }),
  'an unknown node': request({ boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'x' } }),
  'a config map': request({ boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } }),
  'a pod of another group': request({ boundObjectRef: { kind: 'Pod', apiVersion: 'apps/v1', name: 'p' } }),
  'nothing of no version': request({ boundObjectRef: {} }),
  'an unknown account': post(`${accounts}/nobody/token`, {}),
  'no namespace': post('/api/v1/namespaces/nothing-{ns}/serviceaccounts/robot/token', {}),
  'another kind': post(`${accounts}/robot/token`, { apiVersion: 'v1', kind: 'Pod' }),
  'a dry run': { ...request({}), path: `${accounts}/robot/token?dryRun=All` },
  'a get': get(`${accounts}/robot/token`),
  'an update': put(`${accounts}/robot/token`, {}),
};

const forged: Readonly<Record<string, TokenChanges>> = {
  'nothing wrong': {},
  'no algorithm': { header: { alg: 'none' }, sign: () => Buffer.alloc(0) },
  'no algorithm, signed': { header: { alg: 'none' } },
  'no signature': { whole: withoutSignature },
  'a shared secret that is the public key': { header: { alg: 'HS256' }, sign: byPublicKey },
  "a stranger's signature": { sign: byStranger },
  'an unknown key': { header: { kid: 'x' } },
  'an empty key id': { header: { kid: '' } },
  'a path for a key id': { header: { kid: '../../../../dev/null' } },
  'another algorithm': { header: { alg: 'RS256' } },
  'an unknown algorithm': { header: { alg: 'ES999' } },
  'a critical header': { header: { crit: ['exp'] } },
  'a key of its own': { header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } },
  expired: { claims: (now, good) => ({ ...good, exp: now - 120, iat: now - 800, nbf: now - 800 }) },
  'expired within the leeway': { claims: (now, good) => ({ ...good, exp: now - 20, iat: now - 800, nbf: now - 800 }) },
  'not valid yet': { claims: (now, good) => ({ ...good, nbf: now + 120 }) },
  'not valid yet, within the leeway': { claims: (now, good) => ({ ...good, nbf: now + 30 }) },
  'issued in the future': { claims: (now, good) => ({ ...good, iat: now + 120 }) },
  'an audience elsewhere': { claims: (_, good) => ({ ...good, aud: ['vault'] }) },
  'one audience as a text': { claims: (_, good) => ({ ...good, aud: good['iss'] ?? '' }) },
  'audiences here and elsewhere': { claims: (_, good) => ({ ...good, aud: ['vault', good['iss'] ?? ''] }) },
  'an issuer elsewhere': { claims: (_, good) => ({ ...good, iss: 'https://elsewhere' }) },
  'no issuer': { claims: (_, { iss: _iss, ...good }) => good },
  'a time that is a text': { claims: (_, good) => ({ ...good, exp: '9999999999' }) },
  'no claims of ours': { claims: (_, { 'kubernetes.io': _ours, ...good }) => good },
  'another subject': { claims: (_, good) => ({ ...good, sub: 'system:admin' }) },
  'another account': {
    claims: (_, good) => ({
      ...good,
      'kubernetes.io': { namespace: 'kube-system', serviceaccount: { name: 'x', uid: 'y' } },
    }),
  },
  'the account with another uid': {
    claims: (_, good) => ({
      ...good,
      'kubernetes.io': { ...(good['kubernetes.io'] as object), serviceaccount: { name: 'robot', uid: 'y' } },
    }),
  },
  'a pod that is not there': {
    claims: (_, good) => ({
      ...good,
      'kubernetes.io': { ...(good['kubernetes.io'] as object), pod: { name: 'x', uid: 'y' } },
    }),
  },
  'a node that is not there': {
    claims: (_, good) => ({
      ...good,
      'kubernetes.io': { ...(good['kubernetes.io'] as object), node: { name: 'x', uid: 'y' } },
    }),
  },
  'junk in its signature': { whole: (token) => `${token}!!!!` },
  'padding at its end': { whole: (token) => `${token}==` },
  'a fourth part': { whole: (token) => `${token}.x` },
  'a first part of no JSON': { whole: (token) => `x${token}` },
  'other letters for base64': {
    whole: (token) => {
      const other = token.replaceAll('-', '+').replaceAll('_', '/');
      // One in fifteen has none of them in its signature.
      return other === token ? `${token}+/` : other;
    },
  },
};

/** The token is good, then something goes. A server may remember a good token for a while, so it is not shown before. */
const revoked = (name: string, spec: Json, ...gone: readonly Call[]): Case => ({
  name: `a token whose ${name}`,
  given: [...given, request(spec, {}, 'token'), ...gone],
  calls: [whoAmI(kept('token.status.token')), review('{token.status.token}')],
});
const now = { gracePeriodSeconds: 0 };
const bound = (kind: string, name: string): Json => ({ boundObjectRef: { kind, apiVersion: 'v1', name } });

export const tokens: Family = {
  name: 'tokens',
  cases: [
    ...each('a request for', requests, (call) => call, given),
    ...each('shown, with', forged, (changes) => [whoAmI(forgedToken(changes))], given),
    ...each(
      'good for',
      {
        nothing: {},
        'a pod': bound('Pod', 'p'),
        'a secret': bound('Secret', 's'),
        'a node': bound('Node', 'node-of-{ns}'),
      },
      (spec) => [
        request(spec, {}, 'token'),
        whoAmI(kept('token.status.token')),
        review('{token.status.token}'),
        review('{token.status.token}', ['vault']),
        review('{token.status.token}', ['vault', 'https://kubernetes.default.svc.cluster.local']),
      ],
      given,
    ),
    ...each(
      'good for an audience elsewhere',
      { itself: ['vault'], 'two, one asked': ['vault', 'other'] },
      (audiences) => [
        request({ audiences }, {}, 'token'),
        whoAmI(kept('token.status.token')),
        review('{token.status.token}'),
        review('{token.status.token}', ['vault']),
      ],
      given,
    ),
    revoked('account is deleted', {}, del(`${accounts}/robot`)),
    revoked('account is made anew', {}, del(`${accounts}/robot`), account),
    revoked('pod is deleted', bound('Pod', 'p'), del('/api/v1/namespaces/{ns}/pods/p', now)),
    revoked('pod is made anew', bound('Pod', 'p'), del('/api/v1/namespaces/{ns}/pods/p', now), pod),
    revoked('secret is deleted', bound('Secret', 's'), del('/api/v1/namespaces/{ns}/secrets/s')),
    revoked('secret is made anew', bound('Secret', 's'), del('/api/v1/namespaces/{ns}/secrets/s'), secret),
    revoked('node is deleted', bound('Node', 'node-of-{ns}'), del('/api/v1/nodes/node-of-{ns}')),
    revoked('node is made anew', bound('Node', 'node-of-{ns}'), del('/api/v1/nodes/node-of-{ns}'), node),
    revoked("pod's node is deleted", bound('Pod', 'p'), del('/api/v1/nodes/node-of-{ns}')),
    ...each(
      'a review of',
      {
        'a wrong token': 'wrong',
        nothing: '',
        spaces: '   ',
        'two words': 'a b',
        'a long one': 'x'.repeat(100_000),
        'three dots': 'a.b.c',
        'no JSON': 'e30.e30.e30',
      },
      (token) => review(token),
    ),
    one(
      'a review in a namespace',
      post('/apis/authentication.k8s.io/v1/namespaces/default/tokenreviews', { spec: { token: 'x' } }),
    ),
    one('a review without a spec', post('/apis/authentication.k8s.io/v1/tokenreviews', {})),
    one('the keys', get('/openid/v1/jwks')),
    one('the issuer', get('/.well-known/openid-configuration')),
    ...each(
      'for who may not',
      { 'the keys': '/openid/v1/jwks', 'the issuer': '/.well-known/openid-configuration' },
      (path) => get(path, { as: 'nobody' }),
    ),
  ],
};
