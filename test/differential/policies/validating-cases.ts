import { del, get, patch, post, put, type Call, type Json } from '../case.ts';
import { kindCases } from './kind-cases.ts';
import { paramCases } from './param-cases.ts';
import { rule, validating, type Fields, type PolicyCase } from './policy-case.ts';

const maps = '/api/v1/namespaces/{ns}/configmaps';
const deployments = '/apis/apps/v1/namespaces/{ns}/deployments';

const map = (name: string, data: Fields = {}, metadata: Fields = {}): Json => ({
  metadata: { name, ...metadata },
  data,
});
const create = (name: string, data: Fields = {}): Call => post(maps, map(name, data));

const deployment = (replicas: number): Json => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '2' } } }] },
    },
  },
});

const fails = (...expressions: readonly string[]): Fields => ({
  validations: expressions.map((expression) => ({ expression })),
});

export const validatingCases: readonly PolicyCase[] = [
  {
    name: 'messages and reasons',
    policies: [
      validating({
        validations: [
          { expression: "object.data.a != 'plain'" },
          { expression: "object.data.a != 'message'", message: ' not this ' },
          {
            expression: "object.data.a != 'computed'",
            message: 'no',
            messageExpression: "'got ' + object.data.a + ' '",
          },
          { expression: "object.data.a != 'failing'", messageExpression: 'string(object.data.nothing)' },
          { expression: "object.data.a != 'lines'", message: 'fallback', messageExpression: "'a\\nb'" },
          { expression: "object.data.a != 'empty'", messageExpression: "' '" },
          { expression: "object.data.a != 'forbidden'", reason: 'Forbidden' },
          { expression: "object.data.a != 'large'", reason: 'RequestEntityTooLarge', message: 'too large' },
          { expression: "object.data.a != 'two'", message: 'one' },
          { expression: "object.data.a != 'two'", message: 'two', reason: 'Forbidden' },
        ],
      }),
    ],
    calls: [
      ...['fine', 'plain', 'message', 'computed', 'failing', 'lines', 'empty', 'forbidden', 'large', 'two'].map((a) =>
        create(`m-${a}`, { a }),
      ),
      post(maps, { metadata: { generateName: 'made-' }, data: { a: 'plain' } }),
    ],
  },
  {
    name: 'expressions that fail',
    policies: [
      validating(
        fails(
          "object.data.a == 'b'",
          'object.data.list.all(x, x == 1)',
          "dyn(object.data).b + 1 == 2 || object.data.a == 'c'",
        ),
      ),
    ],
    calls: [create('none'), create('a', { a: 'b' }), create('c', { a: 'c', b: '1' })],
  },
  {
    name: 'failures that are ignored',
    policies: [validating({ ...fails("object.data.a == 'b'"), failurePolicy: 'Ignore' })],
    calls: [create('none'), create('a', { a: 'x' }), create('b', { a: 'b' })],
  },
  {
    name: 'actions',
    policies: [
      validating(fails("object.data.a != 'x'"), { validationActions: ['Warn', 'Audit'] }),
      validating(fails("object.data.a != 'y'"), { validationActions: ['Audit'] }),
      validating(fails("object.data.a != 'z'"), { validationActions: ['Deny', 'Audit'] }),
    ],
    calls: [create('x', { a: 'x' }), create('y', { a: 'y' }), create('z', { a: 'z' })],
  },
  {
    name: 'operations and old objects',
    policies: [
      validating({
        validations: [
          { expression: "request.operation != 'DELETE' || oldObject.metadata.name != 'kept'", message: 'is kept' },
          { expression: "request.operation != 'DELETE' || object == null" },
          { expression: "request.operation != 'CREATE' || oldObject == null" },
          {
            expression: "request.operation != 'UPDATE' || object.data.a == oldObject.data.a",
            messageExpression: "'a was ' + oldObject.data.a",
          },
        ],
      }),
    ],
    calls: [
      create('kept', { a: '1' }),
      create('other', { a: '1' }),
      patch('merge', `${maps}/kept`, { data: { a: '2' } }),
      patch('merge', `${maps}/kept`, { data: { b: '2' } }),
      put(`${maps}/kept`, map('kept', { a: '3' })),
      patch('apply', `${maps}/kept?fieldManager=me&force=true`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kept' },
        data: { a: '4' },
      }),
      del(`${maps}/kept`),
      del(`${maps}/other`),
      del(maps),
      get(maps),
    ],
  },
  {
    name: 'the request',
    policies: [
      validating({
        constraints: { resourceRules: [rule(['configmaps', 'deployments', 'deployments/*', 'pods/*'])] },
        validations: [
          {
            expression: "!object.metadata.name.startsWith('show')",
            messageExpression: `[
              request.kind.group, request.kind.version, request.kind.kind,
              request.resource.group, request.resource.version, request.resource.resource,
              request.requestKind.kind, request.requestResource.resource,
              request.name, request.namespace, request.operation, string(request.dryRun),
              request.userInfo.username, request.userInfo.groups.join('+'),
              string(has(request.subResource)), string(has(request.userInfo.uid)), string(has(request.userInfo.extra)),
              string(request.options.kind), string(request.options.apiVersion),
              has(request.options.fieldManager) ? string(request.options.fieldManager) : '-',
              has(request.options.fieldValidation) ? string(request.options.fieldValidation) : '-',
              has(request.options.dryRun) ? string(request.options.dryRun[0]) : '-',
            ].join(' ')`,
          },
          {
            expression: '!has(request.subResource)',
            messageExpression:
              "request.subResource + ' ' + request.requestSubResource + ' ' + request.kind.kind + ' ' + request.kind.version + ' ' + request.options.kind",
          },
        ],
      }),
    ],
    calls: [
      create('show-it'),
      post(`${maps}?dryRun=All&fieldManager=me&fieldValidation=Strict`, map('show-it')),
      create('fine'),
      patch('merge', `${maps}/fine?fieldManager=you`, { metadata: { name: 'fine' }, data: { a: 'b' } }),
      post(deployments, deployment(1)),
      patch('merge', `${deployments}/web/status`, { status: { replicas: 1 } }),
      patch('merge', `${deployments}/web/scale`, { spec: { replicas: 2 } }),
      patch('apply', `${maps}/show-applied?fieldManager=me`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'show-applied' },
      }),
    ],
  },
  {
    name: 'options of deletions',
    policies: [
      validating({
        validations: [
          {
            expression: "request.operation != 'DELETE'",
            messageExpression: `request.options.kind + ' ' + request.name + ' '
              + (has(request.options.propagationPolicy) ? string(request.options.propagationPolicy) : '-')
              + (has(request.options.gracePeriodSeconds) ? string(request.options.gracePeriodSeconds) : '-')`,
          },
        ],
      }),
    ],
    calls: [
      create('gone'),
      del(`${maps}/gone`),
      del(`${maps}/gone?propagationPolicy=Foreground&gracePeriodSeconds=5`),
      del(`${maps}/gone`, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan' }),
      del(maps),
    ],
  },
  {
    name: 'rules',
    policies: [
      validating({
        constraints: {
          resourceRules: [
            rule(['configmaps'], { operations: ['CREATE'], resourceNames: ['one', 'two'] }),
            rule(['secrets'], { apiGroups: ['apps'] }),
            rule(['services'], { scope: 'Cluster' }),
            rule(['endpoints'], { apiVersions: ['v2'] }),
            rule(['serviceaccounts'], { scope: 'Namespaced' }),
          ],
          excludeResourceRules: [rule(['configmaps'], { resourceNames: ['two'] })],
        },
        ...fails('false'),
      }),
    ],
    calls: [
      create('one'),
      create('two'),
      create('three'),
      post('/api/v1/namespaces/{ns}/secrets', { metadata: { name: 'a' } }),
      post('/api/v1/namespaces/{ns}/endpoints', { metadata: { name: 'a' } }),
      post('/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name: 'a' } }),
    ],
  },
  {
    name: 'selectors',
    given: [post(maps, map('both', {}, { labels: { checked: 'yes', also: 'x' } }))],
    policies: [
      validating(
        {
          constraints: {
            resourceRules: [rule(['configmaps'])],
            objectSelector: { matchLabels: { checked: 'yes' } },
          },
          ...fails('false'),
        },
        { matchResources: { resourceRules: [rule(['configmaps'], { operations: ['CREATE', 'UPDATE'] })] } },
        { matchResources: { namespaceSelector: { matchLabels: { nowhere: 'x' } } } },
        { matchResources: { objectSelector: { matchExpressions: [{ key: 'also', operator: 'Exists' }] } } },
      ),
    ],
    calls: [
      create('unlabelled'),
      post(maps, map('labelled', {}, { labels: { checked: 'yes' } })),
      patch('merge', `${maps}/unlabelled`, { metadata: { labels: { checked: 'yes' } } }),
      patch('merge', `${maps}/unlabelled`, { metadata: { labels: { checked: 'no' } } }),
      del(`${maps}/unlabelled`),
      del(`${maps}/both`),
    ],
  },
  {
    name: 'conditions',
    policies: [
      validating({
        matchConditions: [
          { name: 'named', expression: "object.metadata.name.startsWith('c')" },
          { name: 'data', expression: "object.data.a == 'x'" },
        ],
        ...fails('false'),
      }),
      validating({
        failurePolicy: 'Ignore',
        matchConditions: [{ name: 'data', expression: "object.data.b == 'x'" }],
        ...fails('false'),
      }),
    ],
    calls: [
      create('other'),
      create('c-none', { c: '1' }),
      create('c-x', { a: 'x' }),
      create('c-y', { a: 'y' }),
      create('d-x', { b: 'x' }),
    ],
  },
  {
    name: 'conditions that all fail',
    policies: [
      validating({
        matchConditions: [
          { name: 'a', expression: 'object.data.a'.concat(" == 'x'") },
          { name: 'b', expression: "object.data.b == 'x'" },
          { name: 'c', expression: 'namespaceObject.metadata.name == "x"' },
        ],
        ...fails('false'),
      }),
    ],
    calls: [create('none'), create('a', { a: 'x', b: 'x' })],
  },
  {
    name: 'variables',
    policies: [
      validating({
        variables: [
          { name: 'data', expression: 'object.data' },
          { name: 'size', expression: 'variables.data.size()' },
          { name: 'broken', expression: 'variables.data.missing' },
          { name: 'deeper', expression: "variables.broken + 'x'" },
        ],
        matchConditions: [{ name: 'named', expression: "object.metadata.name != 'unmatched'" }],
        validations: [
          { expression: 'variables.size < 3', messageExpression: "string(variables.size) + ' are too many'" },
          { expression: "!has(variables.data.use) || variables.deeper == 'x'" },
          { expression: '!has(variables.data.all) || variables.size == 1 && variables.size == 2' },
        ],
      }),
    ],
    calls: [
      create('one', { a: '1' }),
      create('many', { a: '1', b: '2', c: '3' }),
      create('broken', { use: '1' }),
      create('all', { all: '1' }),
      create('unmatched', { a: '1', b: '2', c: '3' }),
    ],
  },
  {
    name: 'the namespace',
    policies: [
      validating({
        validations: [
          {
            expression: "object.metadata.name != 'show'",
            messageExpression:
              "namespaceObject.metadata.name + ' ' + namespaceObject.status.phase + ' ' + namespaceObject.spec.finalizers.join('+') + ' ' + string(namespaceObject.metadata.labels.size())",
          },
          { expression: "object.metadata.name != 'uid' || namespaceObject.metadata.UID != ''" },
          { expression: "object.metadata.name != 'all' || dyn(namespaceObject).metadata.managedFields.size() > 0" },
        ],
      }),
    ],
    calls: [create('show'), create('uid'), create('all'), create('fine')],
  },
  {
    name: 'authorizers',
    policies: [
      validating({
        constraints: { resourceRules: [rule(['configmaps'])] },
        validations: [
          {
            expression: "object.metadata.name != 'own' || !authorizer.requestResource.check('create').allowed()",
            messageExpression: "'may'",
          },
          {
            expression:
              "object.metadata.name != 'account' || authorizer.serviceAccount('default', 'nobody').group('').resource('pods').namespace('default').check('get').allowed()",
          },
          {
            expression:
              "object.metadata.name != 'path' || authorizer.serviceAccount('default', 'nobody').path('/healthz').check('get').allowed()",
          },
          { expression: "object.metadata.name != 'empty' || authorizer.path('').check('get').allowed()" },
          {
            expression:
              "object.metadata.name != 'bad' || authorizer.serviceAccount('A', 'b').path('/x').check('get').allowed()",
          },
          {
            expression:
              "object.metadata.name != 'selectors' || !authorizer.group('apps').resource('deployments').subresource('scale').name('x').labelSelector('a=b').fieldSelector('x=y').check('get').errored()",
          },
          {
            expression:
              "object.metadata.name != 'reason' || authorizer.group('apps').resource('deployments').check('get').reason() != ''",
          },
          { expression: "object.metadata.name != 'equal' || authorizer == authorizer" },
          {
            expression:
              "object.metadata.name != 'dear' || [1,2,3].all(x, authorizer.group('').resource('pods').check('get').allowed())",
          },
        ],
      }),
    ],
    calls: ['own', 'account', 'path', 'empty', 'bad', 'selectors', 'reason', 'equal', 'dear', 'fine'].map((name) =>
      create(name),
    ),
  },
  ...paramCases,
  {
    name: 'audit annotations that fail',
    policies: [
      validating({
        auditAnnotations: [
          { key: 'a', valueExpression: "object.data.a + '!'" },
          { key: 'b', valueExpression: 'null' },
          { key: 'c', valueExpression: 'string(object.data.b)' },
        ],
      }),
    ],
    calls: [create('none'), create('a', { a: 'a' }), create('b', { a: 'a', b: 'b' })],
  },
  {
    name: 'costs',
    policies: [
      validating({
        matchConditions: [
          {
            name: 'dear',
            expression:
              "object.metadata.name != 'condition' || [1,2,3,4,5,6,7,8].all(x, authorizer.group('').resource('pods').check('get').allowed())",
          },
        ],
        variables: [
          { name: 'list', expression: '[0,1,2,3,4,5,6,7,8,9]' },
          {
            name: 'dear',
            expression:
              'variables.list.all(a, variables.list.all(b, variables.list.all(c, variables.list.all(d, variables.list.all(e, a + b + c + d + e < 100)))))',
          },
        ],
        validations: [
          { expression: "object.metadata.name != 'variable' || variables.dear" },
          {
            expression:
              "object.metadata.name != 'own' || variables.list.all(a, variables.list.all(b, variables.list.all(c, variables.list.all(d, variables.list.all(e, a + b + c + d + e < 100)))))",
          },
          {
            expression: "object.metadata.name != 'message'",
            messageExpression: "variables.dear ? 'a' : 'b'",
          },
        ],
      }),
    ],
    calls: ['variable', 'own', 'message', 'condition', 'fine'].map((name) => create(name)),
  },
  ...kindCases,
];
