/** Identities that a front proxy tells, and that others would like to tell. */
import { each, get, post, type CallOptions, type Family, type Identity } from '../case.ts';

type Headers = NonNullable<CallOptions['headers']>;

const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
const whoAmI = (as: Identity, headers: Headers) =>
  post('/apis/authentication.k8s.io/v1/selfsubjectreviews', review, { as, headers });

const masters: Headers = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' };

const spellings: Readonly<Record<string, Headers>> = {
  'a user': { 'x-remote-user': 'bob' },
  'a user and a group': masters,
  'two users': { 'x-remote-user': ['bob', 'eve'] },
  'groups, one by one': { 'x-remote-user': 'bob', 'x-remote-group': ['b', 'a', 'b'] },
  'a group with a comma': { 'x-remote-user': 'bob', 'x-remote-group': 'a, system:masters' },
  'an empty group': { 'x-remote-user': 'bob', 'x-remote-group': ['', 'a'] },
  'a uid that no flag names': { 'x-remote-user': 'bob', 'x-remote-uid': '4' },
  'the group of the unauthenticated': { 'x-remote-user': 'bob', 'x-remote-group': 'system:unauthenticated' },
  'the group of the authenticated': { 'x-remote-user': 'bob', 'x-remote-group': 'system:authenticated' },
  'nobody known': { 'x-remote-user': 'system:anonymous' },
  'extra information': {
    'x-remote-user': 'bob',
    'x-remote-extra-scopes': ['view', 'edit'],
    'x-remote-extra-acme.com%2Fproject': 'x',
    'x-remote-extra-acme.com%2fproject': 'y',
    'x-remote-extra-100%25': 'y',
    'x-remote-extra-%zz': 'z',
    'x-remote-extra-%E2%82%AC': 'euro',
  },
  'extra information without a key': { 'x-remote-user': 'bob', 'x-remote-extra-': 'x' },
  'no user': { 'x-remote-group': 'system:masters' },
  'an empty user': { 'x-remote-user': '', 'x-remote-group': 'system:masters' },
  'names with underscores': { x_remote_user: 'bob', x_remote_group: 'system:masters' },
  'a user of other letters': { 'x-remote-user': Buffer.from('José').toString('latin1') },
  'names of others': { 'x-forwarded-user': 'bob', 'x-remote-users': 'bob', 'remote-user': 'bob' },
  'no headers': {},
};

const vouchers: Readonly<Record<string, Identity>> = {
  nobody: 'nobody',
  'a user': 'user',
  'an administrator': 'admin',
  'who has no name': 'no-name',
  'a proxy of another name': 'front-proxy-of-another-name',
  "a proxy's name by the users' authority": 'front-proxy-by-users-authority',
  'an expired proxy': 'front-proxy-expired',
  "a proxy with a server's certificate": 'front-proxy-as-server',
  "an administrator by the proxies' authority": 'admin-by-proxies-authority',
  'a stranger': 'stranger-certificate',
  "an administrator with a server's certificate": 'server-certificate',
  'an administrator of tomorrow': 'future-certificate',
  'an administrator of yesterday': 'expired-certificate',
};

export const requestHeader: Family = {
  name: 'request headers',
  cases: [
    ...each('the proxy says', spellings, (headers) => whoAmI('front-proxy', headers)),
    ...each('the proxy, of secrets, says', spellings, (headers) =>
      get('/api/v1/namespaces/kube-system/secrets', { as: 'front-proxy', headers }),
    ),
    ...each('masters by the word of', vouchers, (as) => whoAmI(as, masters)),
    ...each('no headers from', vouchers, (as) => whoAmI(as, {})),
    ...each('the proxy says who acts as', { bob: 'bob', 'a service account': 'system:serviceaccount:a:b' }, (user) => [
      whoAmI('front-proxy', { ...masters, 'impersonate-user': user }),
      whoAmI('front-proxy', { 'x-remote-user': 'alice', 'impersonate-user': user }),
    ]),
    ...each('a bad token beside', { 'the word of the proxy': masters, nothing: {} }, (headers) =>
      whoAmI('front-proxy', { ...headers, authorization: 'Bearer wrong' }),
    ),
  ],
};
