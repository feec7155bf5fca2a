/** Acting as somebody else, and what that may not be used for. */
import { each, get, post, type CallOptions, type Family } from '../case.ts';

type Headers = NonNullable<CallOptions['headers']>;

const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
const whoAmI = (headers: Headers, options: CallOptions = {}) =>
  post('/apis/authentication.k8s.io/v1/selfsubjectreviews', review, { headers, ...options });

const wanted: Readonly<Record<string, Headers>> = {
  'a user': { 'impersonate-user': 'bob' },
  'nobody known': { 'impersonate-user': 'system:anonymous' },
  'a user of other letters': { 'impersonate-user': Buffer.from('José').toString('latin1') },
  'two users': { 'impersonate-user': ['bob', 'eve'] },
  'a service account': { 'impersonate-user': 'system:serviceaccount:kube-system:a' },
  'a service account with a group': {
    'impersonate-user': 'system:serviceaccount:kube-system:a',
    'impersonate-group': 'g',
  },
  'a service account with a bad name': { 'impersonate-user': 'system:serviceaccount:kube-system:A_B' },
  'a node': { 'impersonate-user': 'system:node:n1' },
  'a node with a group': { 'impersonate-user': 'system:node:n1', 'impersonate-group': 'system:nodes' },
  'groups, one by one': { 'impersonate-user': 'bob', 'impersonate-group': ['b', 'a', 'b'] },
  'a group with a comma': { 'impersonate-user': 'bob', 'impersonate-group': 'a, system:masters' },
  'an empty group': { 'impersonate-user': 'bob', 'impersonate-group': '' },
  'the masters': { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' },
  'the authenticated': { 'impersonate-user': 'bob', 'impersonate-group': 'system:authenticated' },
  'the unauthenticated': { 'impersonate-user': 'bob', 'impersonate-group': 'system:unauthenticated' },
  'a uid': { 'impersonate-user': 'bob', 'impersonate-uid': '4' },
  'extra information': {
    'impersonate-user': 'bob',
    'impersonate-extra-scopes': ['view', 'edit'],
    'impersonate-extra-acme.com%2Fproject': 'x',
    'impersonate-extra-100%25': 'y',
    'impersonate-extra-%zz': 'z',
  },
  'extra information without a key': { 'impersonate-user': 'bob', 'impersonate-extra-': 'x' },
  'a group without a user': { 'impersonate-group': 'system:masters' },
  'groups without a user': { 'impersonate-group': ['a', 'b"c'] },
  'a uid without a user': { 'impersonate-uid': '4' },
  'extra information without a user': { 'impersonate-extra-a': 'b' },
  'an empty user with a group': { 'impersonate-user': '', 'impersonate-group': 'a' },
  'an empty user': { 'impersonate-user': '' },
  'names with underscores': { impersonate_user: 'bob', impersonate_group: 'system:masters' },
  'a name that only begins so': { 'impersonate-users': 'bob' },
};

/** For who may do nothing, each gets as far as it gets. */
const requests = {
  'a list': (headers: Headers) => get('/api/v1/namespaces/default/pods', { headers, as: 'nobody' }),
  'an object': (headers: Headers) => get('/apis/apps/v1/namespaces/default/deployments/x', { headers, as: 'nobody' }),
  'a path': (headers: Headers) => get('/metrics', { headers, as: 'nobody' }),
};

export const impersonation: Family = {
  name: 'impersonation',
  cases: [
    ...each('an administrator as', wanted, (headers) => whoAmI(headers)),
    ...each('a list as', wanted, (headers) => get('/api/v1/namespaces/default/secrets', { headers, as: 'nobody' })),
    ...Object.entries(requests).flatMap(([name, request]) =>
      each(`who may not, ${name}, as`, wanted, (headers) => request(headers)),
    ),
  ],
};
