/** Configurations of webhooks, policies and their bindings: what is wrong with them, and what they get by default. */
import { del, each, get, one, patch, post, put, type Call, type Case, type Family, type Json } from '../case.ts';

const group = '/apis/admissionregistration.k8s.io/v1';

type Fields = { readonly [name: string]: Json };

const rule: Fields = { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] };
const client: Fields = { url: 'https://example.com/hook' };
const hook: Fields = {
  name: 'hook.example.com',
  clientConfig: client,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};

const configuration = (plural: string, webhook: Json): Call =>
  post(`${group}/${plural}?dryRun=All`, { metadata: { name: 'hooks' }, webhooks: [webhook] });

const hooks: Readonly<Record<string, Fields>> = {
  'all by default': {},
  'without a name': { name: '' },
  'a short name': { name: 'hook' },
  'a bad name': { name: 'Hook.Example.com' },
  'without a client': { clientConfig: {} },
  'two clients': { clientConfig: { ...client, service: { name: 'a', namespace: 'b' } } },
  'plain http': { clientConfig: { url: 'http://user@example.com/hook?a=b#c' } },
  'a service by default': { clientConfig: { service: { name: 'a', namespace: 'b' } } },
  'a bad service': { clientConfig: { service: { path: 'x//Y', port: 0 } } },
  'a port that is none': { clientConfig: { service: { name: 'a', namespace: 'b', port: 70000 } } },
  'without side effects said': { sideEffects: null },
  'side effects': { sideEffects: 'Some' },
  'a timeout of nothing': { timeoutSeconds: 0 },
  'a long timeout': { timeoutSeconds: 31 },
  'without review versions': { admissionReviewVersions: [] },
  'unknown review versions': { admissionReviewVersions: ['v2', 'v2', 'V3'] },
  'unknown policies': { failurePolicy: 'Maybe', matchPolicy: 'Sometimes', reinvocationPolicy: 'Often' },
  'an empty policy': { failurePolicy: '', matchPolicy: '' },
  'bad selectors': {
    namespaceSelector: { matchLabels: { 'a b': 'c' } },
    objectSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] },
  },
  'a rule by default': { rules: [rule] },
  'an empty rule': { rules: [{}] },
  'wildcards among others': {
    rules: [
      {
        operations: ['*', 'CREATE'],
        apiGroups: ['*', 'a'],
        apiVersions: ['*', 'v1', ''],
        resources: ['*', 'pods'],
        scope: 'Everything',
      },
    ],
  },
  'unknown operations': { rules: [{ ...rule, operations: ['READ', 'create'] }] },
  'subresources twice': {
    rules: [{ ...rule, resources: ['pods/*', 'pods/status', '*/scale', 'deployments/scale', '', '*/*'] }],
  },
  'conditions that compile': {
    matchConditions: [
      { name: 'a', expression: 'object.metadata.name == "x"' },
      { name: 'example.com/b', expression: 'authorizer.requestResource.check("get").allowed()' },
      { name: 'c', expression: 'request.namespace.startsWith("kube-") && oldObject == null' },
      { name: 'd', expression: 'request.userInfo.groups.exists(g, g == "a")' },
    ],
  },
  'conditions that do not compile': {
    matchConditions: [
      { name: 'a', expression: 'object.metadata.name' },
      { name: 'a', expression: 'unknown' },
      { name: '', expression: '' },
      { name: 'a b', expression: 'params.x == 1' },
      { name: 'd', expression: 'request.nothing == ""' },
      { name: 'e', expression: 'request.userInfo.username == 1' },
      { name: 'f', expression: 'variables.a' },
      { name: 'g', expression: 'authorizer.group("").allowed()' },
      { name: 'h', expression: '[1, 2' },
      { name: 'i', expression: '  object.a == "\\d" ' },
      { name: 'j', expression: 'timestamp("x") == timestamp("y")' },
      { name: 'k', expression: 'request' },
      { name: 'l', expression: '[request.userInfo.extra]' },
      { name: 'm', expression: 'duration("1h")' },
      { name: 'n', expression: 'optional.of(1)' },
      { name: 'o', expression: 'Object{}' },
    ],
  },
  'too many conditions': {
    matchConditions: Array.from({ length: 65 }, (_, index) => ({ name: `c${index}`, expression: 'true' })),
  },
};

const webhooks: readonly Case[] = [
  ...each('validating', hooks, (fields) => configuration('validatingwebhookconfigurations', { ...hook, ...fields })),
  ...each('mutating', hooks, (fields) => configuration('mutatingwebhookconfigurations', { ...hook, ...fields })),
  one(
    'a name twice',
    post(`${group}/mutatingwebhookconfigurations?dryRun=All`, {
      metadata: { name: 'hooks' },
      webhooks: [hook, hook, { ...hook, name: 'other.example.com' }],
    }),
  ),
  one(
    'a reserved name',
    post(`${group}/validatingwebhookconfigurations?dryRun=All`, {
      metadata: { name: 'a.static.k8s.io' },
      webhooks: [],
    }),
  ),
  {
    name: 'an update',
    calls: [
      post(`${group}/validatingwebhookconfigurations`, {
        metadata: { name: 'updated' },
        webhooks: [{ ...hook, rules: [{ ...rule, apiGroups: ['none.example.com'] }] }],
      }),
      patch('merge', `${group}/validatingwebhookconfigurations/updated`, { webhooks: [{ ...hook, name: 'x' }] }),
      patch('merge', `${group}/validatingwebhookconfigurations/updated`, { webhooks: [hook] }),
      put(`${group}/validatingwebhookconfigurations/updated`, { metadata: { name: 'updated' }, webhooks: [] }),
      del(`${group}/validatingwebhookconfigurations/updated`),
    ],
  },
];

const constraints: Fields = { resourceRules: [{ ...rule, apiGroups: ['none.example.com'] }] };
const validation: Fields = { expression: 'object.metadata.name != "x"' };

const validatingSpecs: Readonly<Record<string, Fields>> = {
  'all by default': { validations: [validation] },
  'nothing at all': { matchConstraints: null },
  'no rules': { matchConstraints: {}, validations: [validation] },
  'no validations': {},
  'an unknown failure policy': { failurePolicy: 'Maybe', validations: [validation] },
  'an empty failure policy': { failurePolicy: '', validations: [validation] },
  'names and selectors': {
    matchConstraints: {
      matchPolicy: 'Sometimes',
      namespaceSelector: { matchExpressions: [{ key: '', operator: 'Is' }] },
      resourceRules: [{ ...rule, resourceNames: ['a', 'a', 'b/c'] }],
      excludeResourceRules: [{ ...rule, operations: [] }],
    },
    validations: [validation],
  },
  'params of a kind': {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    validations: [{ expression: 'params.data.a == "b"' }],
  },
  'params of no kind': { paramKind: {}, validations: [validation] },
  'params of a bad kind': { paramKind: { apiVersion: 'Bad_/V1', kind: 'x y' }, validations: [validation] },
  'params of too many groups': { paramKind: { apiVersion: 'a/b/c', kind: 'A' }, validations: [validation] },
  'params of no version': { paramKind: { apiVersion: 'a/', kind: 'A' }, validations: [validation] },
  'no params': { validations: [{ expression: 'params == null' }] },
  'validations that are wrong': {
    validations: [
      { expression: '' },
      { expression: 'object.x +' },
      { expression: '1 + 1', message: ' ', reason: 'Because' },
      { expression: 'true', message: 'a\nb', messageExpression: ' ' },
      { expression: 'true', messageExpression: '1', reason: 'Forbidden' },
      { expression: 'true', messageExpression: 'authorizer.group("").resource("pods").check("get").reason()' },
      { expression: 'variables.a == 1' },
      { expression: 'namespaceObject.metadata.name == 1' },
      { expression: 'namespaceObject.metadata.labels["a"] == "b" && namespaceObject.status.phase == "c"' },
      { expression: 'namespaceObject.metadata.managedFields' },
      { expression: 'jsonpatch.escapeKey("a") == "b"' },
      { expression: 'string(object.metadata.uid).matches("[")' },
    ],
  },
  'variables of types': {
    variables: [
      { name: 'a', expression: 'object.spec' },
      { name: 'b', expression: '1' },
      { name: 'c', expression: '[variables.b]' },
      { name: 'd', expression: '{"a": variables.c}' },
      { name: 'e', expression: 'request.userInfo' },
      { name: 'f', expression: 'quantity("1")' },
    ],
    validations: [
      { expression: 'variables.a.x == variables.b' },
      { expression: 'variables.b == "x"' },
      { expression: 'variables.c[0] == "x"' },
      { expression: 'variables.d["a"] == "x"' },
      { expression: 'variables.e == "x"' },
      { expression: 'variables.f == "x"' },
      { expression: 'variables.g == 1' },
      { expression: 'variables.b' },
    ],
  },
  'variables that are wrong': {
    variables: [
      { name: '', expression: '1' },
      { name: 'a b', expression: '' },
      { name: 'if', expression: 'variables.x' },
      { name: 'x', expression: 'y' },
      { name: 'x2', expression: 'variables.x + variables.x2' },
    ],
    validations: [{ expression: 'variables.x == 1' }, { expression: 'variables.x2 == 1' }],
  },
  'audit annotations': {
    auditAnnotations: [
      { key: 'a', valueExpression: '"b"' },
      { key: 'b', valueExpression: 'null' },
      { key: 'c', valueExpression: 'object.metadata.name == "x" ? "y" : null' },
    ],
  },
  'audit annotations that are wrong': {
    auditAnnotations: [
      { key: 'a', valueExpression: '1' },
      { key: 'a', valueExpression: '' },
      { key: 'a b', valueExpression: 'object' },
      { key: '', valueExpression: `"${'x'.repeat(6000)}"` },
    ],
  },
  'too many audit annotations': {
    auditAnnotations: Array.from({ length: 21 }, (_, index) => ({ key: `k${index}`, valueExpression: '"x"' })),
  },
  'conditions with params': {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConditions: [
      { name: 'a', expression: 'params.data.a == "b"' },
      { name: 'b', expression: 'variables.x' },
    ],
    validations: [validation],
  },
};

const mutation: Fields = {
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"a": "b"}}}' },
};
const mutating: Fields = { mutations: [mutation], reinvocationPolicy: 'Never' };

const mutatingSpecs: Readonly<Record<string, Fields>> = {
  'all by default': mutating,
  'nothing at all': { matchConstraints: null },
  'no mutations': { reinvocationPolicy: 'Often' },
  'of deletions': {
    ...mutating,
    matchConstraints: { resourceRules: [{ ...rule, operations: ['CREATE', 'DELETE'] }] },
    matchConditions: [{ name: 'a', expression: '1' }],
  },
  patches: {
    reinvocationPolicy: 'IfNeeded',
    variables: [{ name: 'l', expression: 'object.metadata.labels' }],
    mutations: [
      {
        patchType: 'JSONPatch',
        jsonPatch: {
          expression: '[JSONPatch{op: "add", path: "/a/" + jsonpatch.escapeKey("x/y"), value: Object.spec{}}]',
        },
      },
      {
        patchType: 'JSONPatch',
        jsonPatch: { expression: 'has(variables.l) ? [JSONPatch{op: "remove", path: "/a"}] : []' },
      },
      mutation,
    ],
  },
  'patches that are wrong': {
    reinvocationPolicy: 'Never',
    mutations: [
      {},
      { patchType: 'Merge' },
      { patchType: 'JSONPatch' },
      { patchType: 'ApplyConfiguration' },
      { ...mutation, jsonPatch: { expression: '[]' } },
      { patchType: 'JSONPatch', jsonPatch: { expression: '' }, applyConfiguration: { expression: 'Object{}' } },
      { patchType: 'JSONPatch', jsonPatch: { expression: 'JSONPatch{}' } },
      { patchType: 'JSONPatch', jsonPatch: { expression: '[{"op": "add"}]' } },
      { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: 1}]' } },
      { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object.spec{}' } },
      { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Thing{}' } },
      { patchType: 'ApplyConfiguration', applyConfiguration: { expression: '{"a": 1}' } },
      { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{a: b}' } },
    ],
  },
};

const bindingSpecs: Readonly<Record<string, Fields>> = {
  'nothing at all': {},
  'a policy': { policyName: 'some-policy', validationActions: ['Deny'] },
  'a bad policy': { policyName: 'Some Policy', validationActions: ['Deny', 'Audit'] },
  'an empty policy': { policyName: '', validationActions: [] },
  'actions that are wrong': { policyName: 'a', validationActions: ['Deny', 'Warn', 'Deny', 'Cry'] },
  'resources by default': { policyName: 'a', validationActions: ['Warn'], matchResources: { resourceRules: [rule] } },
  'resources that are wrong': {
    policyName: 'a',
    validationActions: ['Warn'],
    matchResources: { matchPolicy: 'x', resourceRules: [{ ...rule, operations: ['DELETE'], resourceNames: ['..'] }] },
  },
  'no params': { policyName: 'a', validationActions: ['Deny'], paramRef: {} },
  'params by name': {
    policyName: 'a',
    validationActions: ['Deny'],
    paramRef: { name: 'x', namespace: 'y', parameterNotFoundAction: 'Deny' },
  },
  'params by all': {
    policyName: 'a',
    validationActions: ['Deny'],
    paramRef: { name: 'x/y', selector: { matchLabels: { 'a b': 'c' } }, parameterNotFoundAction: 'Cry' },
  },
};

const object = (spec: Json): Json => ({ metadata: { name: 'registered' }, spec });

const policies: readonly Case[] = [
  ...each('validating', validatingSpecs, (spec) =>
    post(`${group}/validatingadmissionpolicies?dryRun=All`, object({ matchConstraints: constraints, ...spec })),
  ),
  ...each('mutating', mutatingSpecs, (spec) =>
    post(`${group}/mutatingadmissionpolicies?dryRun=All`, object({ matchConstraints: constraints, ...spec })),
  ),
  ...each('validating binding', bindingSpecs, (spec) =>
    post(`${group}/validatingadmissionpolicybindings?dryRun=All`, object(spec)),
  ),
  ...each('mutating binding', bindingSpecs, ({ validationActions: _actions, ...spec }) =>
    post(`${group}/mutatingadmissionpolicybindings?dryRun=All`, object(spec)),
  ),
  {
    name: 'updates and statuses of a policy',
    calls: [
      post(`${group}/validatingadmissionpolicies`, {
        metadata: { name: 'status' },
        spec: { matchConstraints: constraints, validations: [validation] },
        status: { observedGeneration: 5 },
      }),
      patch('merge', `${group}/validatingadmissionpolicies/status`, { spec: { validations: [{ expression: 'x' }] } }),
      patch('merge', `${group}/validatingadmissionpolicies/status`, { spec: { failurePolicy: 'Ignore' } }),
      patch('merge', `${group}/validatingadmissionpolicies/status/status`, {
        status: {
          observedGeneration: 2,
          typeChecking: {
            expressionWarnings: [
              { fieldRef: 'spec.validations[0].expression', warning: 'careful' },
              { fieldRef: '', warning: '' },
            ],
          },
          conditions: [
            { type: 'a b', status: 'Maybe', reason: '1', message: 'x' },
            { type: 'Fine', status: 'True', reason: 'Yes', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
          ],
        },
      }),
      patch('merge', `${group}/validatingadmissionpolicies/status/status`, {
        status: { observedGeneration: 2, typeChecking: { expressionWarnings: [{ fieldRef: 'spec', warning: 'x' }] } },
      }),
      get(`${group}/validatingadmissionpolicies/status`),
      del(`${group}/validatingadmissionpolicies/status`),
    ],
  },
];

const limited = { headers: { 'impersonate-user': 'limited', 'impersonate-group': 'some', 'impersonate-extra-a': 'b' } };
const parametrized = (name: string, paramKind: Json): Json => ({
  metadata: { name },
  spec: { matchConstraints: constraints, validations: [validation], paramKind },
});
const bound = (policyName: string, paramRef: Fields): Json => ({
  metadata: { name: 'bound' },
  spec: { policyName, validationActions: ['Deny'], paramRef: { parameterNotFoundAction: 'Deny', ...paramRef } },
});
const validatingBindings = `${group}/validatingadmissionpolicybindings`;

/** Who may write policies, and read no secrets. */
const rights: readonly Case[] = [
  {
    name: 'params that the writer may not read',
    given: [
      post('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
        metadata: { name: 'limited' },
        rules: [
          { apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: ['*'] },
          { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
        ],
      }),
      post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        metadata: { name: 'limited' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'limited' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'limited' }],
      }),
    ],
    calls: [
      post(
        `${group}/validatingadmissionpolicies`,
        parametrized('of-secrets', { apiVersion: 'v1', kind: 'Secret' }),
        limited,
      ),
      post(
        `${group}/validatingadmissionpolicies`,
        parametrized('of-nothing', { apiVersion: 'x.example.com/v1', kind: 'X' }),
        limited,
      ),
      post(
        `${group}/validatingadmissionpolicies`,
        parametrized('of-maps', { apiVersion: 'v1', kind: 'ConfigMap' }),
        limited,
      ),
      patch('merge', `${group}/validatingadmissionpolicies/of-maps`, { spec: { failurePolicy: 'Ignore' } }, limited),
      patch(
        'merge',
        `${group}/validatingadmissionpolicies/of-maps`,
        { spec: { paramKind: { kind: 'Secret' } } },
        limited,
      ),
      post(`${group}/validatingadmissionpolicies`, parametrized('of-secrets', { apiVersion: 'v1', kind: 'Secret' })),
      post(
        `${group}/validatingadmissionpolicies`,
        parametrized('of-nothing', { apiVersion: 'x.example.com/v1', kind: 'X' }),
      ),
      post(validatingBindings, bound('of-secrets', { name: 'a', namespace: 'default' }), limited),
      post(validatingBindings, bound('of-nothing', { name: 'a' }), limited),
      post(validatingBindings, bound('none', { name: 'a' }), limited),
      post(validatingBindings, bound('of-maps', { selector: {} }), limited),
      post(validatingBindings, bound('of-maps', { name: 'a', namespace: 'default' }), limited),
      patch('merge', `${validatingBindings}/bound`, { metadata: { labels: { a: 'b' } } }, limited),
      patch('merge', `${validatingBindings}/bound`, { spec: { policyName: 'of-secrets' } }, limited),
      post(
        `${group}/mutatingadmissionpolicies`,
        {
          metadata: { name: 'of-secrets' },
          spec: { matchConstraints: constraints, ...mutating, paramKind: { apiVersion: 'v1', kind: 'Secret' } },
        },
        limited,
      ),
      ...['of-secrets', 'of-nothing', 'of-maps'].map((name) => del(`${group}/validatingadmissionpolicies/${name}`)),
      del(`${validatingBindings}/bound`),
    ],
  },
];

export const registrations: readonly Family[] = [
  { name: 'rights', cases: rights },
  { name: 'webhook configurations', cases: webhooks },
  { name: 'policies', cases: policies },
];
