import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { StatusError } from '../../api/status.ts';
import type { User } from '../../api/user.ts';
import { selfSubjectReviews, tokenReviews } from '../authn/reviews.ts';
import { staticTokens } from '../authn/bearer-tokens.ts';
import type { RequestContext } from '../request-context.ts';
import { requestInfoOf } from '../request-info.ts';
import { accessReviews } from './access-reviews.ts';
import type { Attributes, Authorizer } from './authorizer.ts';

const asked: Attributes[] = [];
const authorizer: Authorizer = {
  authorize(attributes) {
    asked.push(attributes);
    if (attributes.verb === 'get') return { decision: 'allow', reason: 'because' };
    return {
      decision: attributes.verb === 'delete' ? 'deny' : 'none',
      reason: '',
      evaluationError: 'half of it failed',
    };
  },
  rulesFor: () => ({
    resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    nonResourceRules: [],
    incomplete: true,
  }),
};
const jane: User = { name: 'jane', uid: 'u', groups: ['dev', 'system:authenticated'], extra: { b: ['2'], a: ['1'] } };
const reviews = [
  ...accessReviews(authorizer),
  selfSubjectReviews,
  tokenReviews(staticTokens(new Map([['secret', jane]])), ['api']),
];

function review(resource: string, object: Partial<KubeObject>, path = '/'): Promise<KubeObject> {
  const request = {
    method: 'POST',
    path,
    query: '',
    headers: {},
    body: new Uint8Array(),
    signal: new AbortController().signal,
  };
  const context: RequestContext = {
    request,
    info: requestInfoOf(request),
    query: new URLSearchParams(),
    user: jane,
    now: 0,
    warnings: [],
  };
  const virtual = reviews.find((one) => one.resource === resource);
  assert.ok(virtual);
  return virtual.create(context, { kind: 'Kind', apiVersion: 'g/v1', metadata: {}, ...object });
}

const pods = { verb: 'get', resource: 'pods', namespace: 'a' };

test('a subject is asked about as it is described', async () => {
  const spec = { user: 'bob', groups: ['g'], extra: { K: ['v'] }, resourceAttributes: pods };
  const answer = await review('subjectaccessreviews', { spec });
  assert.deepEqual(answer, {
    kind: 'Kind',
    apiVersion: 'g/v1',
    metadata: {},
    spec,
    status: { allowed: true, reason: 'because' },
  });
  assert.deepEqual(asked.at(-1), {
    user: { name: 'bob', uid: '', groups: ['g'], extra: { K: ['v'] } },
    isResourceRequest: true,
    verb: 'get',
    path: '',
    namespace: 'a',
    group: '',
    version: '*',
    resource: 'pods',
    subresource: '',
    name: '',
  });
});

test('oneself: resources and paths, what is denied, and what went wrong', async () => {
  const path = await review('selfsubjectaccessreviews', {
    spec: { nonResourceAttributes: { path: '/x', verb: 'delete' } },
  });
  assert.deepEqual(path['status'], { allowed: false, denied: true, evaluationError: 'half of it failed' });
  assert.deepEqual([asked.at(-1)?.user, asked.at(-1)?.isResourceRequest, asked.at(-1)?.path], [jane, false, '/x']);
  const list = await review('selfsubjectaccessreviews', { spec: { resourceAttributes: { ...pods, verb: 'list' } } });
  assert.deepEqual(list['status'], { allowed: false, evaluationError: 'half of it failed' });
});

test('within a namespace', async () => {
  const at = '/apis/authorization.k8s.io/v1/namespaces/a/localsubjectaccessreviews';
  const answer = await review(
    'localsubjectaccessreviews',
    { metadata: { namespace: 'a' }, spec: { user: 'bob', resourceAttributes: pods } },
    at,
  );
  assert.deepEqual(answer['status'], { allowed: true, reason: 'because' });
});

test('the rules of a namespace', async () => {
  const answer = await review('selfsubjectrulesreviews', { spec: { namespace: 'a' } });
  assert.deepEqual(answer['status'], {
    resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    nonResourceRules: [],
    incomplete: true,
  });
});

const wrong: Record<string, [resource: string, object: Partial<KubeObject>, message: string]> = {
  'nothing to ask': [
    'selfsubjectaccessreviews',
    { spec: {} },
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
  ],
  'both to ask': [
    'selfsubjectaccessreviews',
    { spec: { resourceAttributes: pods, nonResourceAttributes: { path: '/x' } } },
    '.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":""}: cannot be specified in combination with resourceAttributes',
  ],
  'nobody to ask about': [
    'subjectaccessreviews',
    { spec: { resourceAttributes: pods } },
    '.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
  ],
  'a name': [
    'selfsubjectaccessreviews',
    { metadata: { name: 'x' }, spec: { resourceAttributes: pods } },
    '.authorization.k8s.io "" is invalid: metadata: Invalid value: {"name":"x"}: must be empty',
  ],
  'another namespace': [
    'localsubjectaccessreviews',
    { metadata: { namespace: 'b' }, spec: { user: 'bob', resourceAttributes: pods } },
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "a": must match metadata.namespace',
  ],
  'no namespace for rules': ['selfsubjectrulesreviews', { spec: {} }, 'no namespace on request'],
  'no token': ['tokenreviews', { spec: {} }, 'token is required for TokenReview in authentication'],
};

for (const [name, [resource, object, message]] of Object.entries(wrong)) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(
      async () => review(resource, object),
      (error: unknown) => error instanceof StatusError && error.message === message,
    );
  });
}

test('who one is', async () => {
  const answer = await review('selfsubjectreviews', {});
  assert.deepEqual(answer, {
    kind: 'Kind',
    apiVersion: 'g/v1',
    metadata: { creationTimestamp: '1970-01-01T00:00:00Z' },
    status: {
      userInfo: { username: 'jane', uid: 'u', groups: ['dev', 'system:authenticated'], extra: { a: ['1'], b: ['2'] } },
    },
  });
});

test('whose a token is', async () => {
  const good = await review('tokenreviews', { spec: { token: 'secret' } });
  assert.equal((good['status'] as { authenticated: boolean }).authenticated, true);
  const bad = await review('tokenreviews', { spec: { token: 'nope' } });
  assert.deepEqual(bad['status'], { user: {}, error: 'invalid bearer token' });
});
