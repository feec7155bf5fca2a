import { get, patch, post, put, type Call, type Json } from '../case.ts';
import { mutating, rule, validating, type CasePolicy, type Fields, type PolicyCase } from './policy-case.ts';

const maps = '/api/v1/namespaces/{ns}/configmaps';
const deployments = '/apis/apps/v1/namespaces/{ns}/deployments';
const create = (name: string, data: Fields = {}): Call => post(maps, { metadata: { name }, data });

const apply = (expression: string): Json => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const jsonPatch = (expression: string): Json => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

const changes = (more: Fields, ...mutations: readonly Json[]): CasePolicy =>
  mutating({ reinvocationPolicy: 'Never', mutations, ...more });

const deployment: Json = {
  metadata: { name: 'web', annotations: { 'a/b': 'c' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1', args: ['a'] }] },
    },
  },
};

const onDeployments: Fields = { constraints: { resourceRules: [rule(['deployments'])] } };

export const mutatingCases: readonly PolicyCase[] = [
  {
    name: 'what is applied',
    policies: [
      changes(
        {},
        apply(
          "Object{metadata: Object.metadata{labels: {'a': 'b'}}, data: {'by': 'policy', 'name': string(object.metadata.name)}}",
        ),
        apply("Object{data: {'labels': string(object.metadata.labels.size())}}"),
      ),
    ],
    calls: [
      create('a', { by: 'me', mine: 'x' }),
      patch('merge', `${maps}/a`, { data: { by: 'you' } }),
      patch('apply', `${maps}/applied?fieldManager=me`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'applied' },
      }),
      get(maps),
    ],
  },
  {
    name: 'what is patched',
    policies: [
      changes(
        {},
        jsonPatch(
          "[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'x/y': 'z'}}, JSONPatch{op: 'replace', path: '/metadata/annotations/' + jsonpatch.escapeKey('x/y'), value: jsonpatch.escapeKey('a/b~c')}]",
        ),
        jsonPatch(
          "[JSONPatch{op: 'test', path: '/data/mine', value: 'x'}, JSONPatch{op: 'replace', path: '/data/mine', value: 'y'}]",
        ),
        jsonPatch("[JSONPatch{op: 'move', from: '/data/from', path: '/data/to'}].filter(p, has(object.data.from))"),
        jsonPatch(
          "has(object.data.labels) ? [JSONPatch{op: 'add', path: '/metadata/labels', value: {'l': object.data.labels}}] : []",
        ),
      ),
    ],
    calls: [
      create('a', { mine: 'x', from: 'f' }),
      create('b', { mine: 'other' }),
      create('c', { labels: 'l' }),
      put(`${maps}/a`, { metadata: { name: 'a' }, data: { mine: 'x' } }),
    ],
  },
  {
    name: 'patches that do not apply',
    policies: [
      changes(
        {},
        jsonPatch(
          "[JSONPatch{op: object.data.op, path: object.data.path, value: object.data.op == 'add' ? dyn(1) : dyn('s')}]",
        ),
      ),
    ],
    calls: [
      create('missing', { op: 'remove', path: '/data/none' }),
      create('unknown', { op: 'unknown', path: '/data/none' }),
      create('type', { op: 'add', path: '/data/x' }),
      create('field', { op: 'replace', path: '/dat' }),
      create('nowhere', { op: 'add', path: '/a/b/c' }),
    ],
  },
  {
    name: 'applications that are wrong',
    policies: [
      changes(
        { matchConditions: [{ name: 'x', expression: "object.data.w == 'names'" }] },
        apply("Object{metadata: Object.spec{labels: {'a': 'b'}}}"),
      ),
      changes(
        { matchConditions: [{ name: 'x', expression: "object.data.w == 'fields'" }] },
        apply('Object{spec: Object.spec{a: 1}}'),
      ),
      changes(
        { matchConditions: [{ name: 'x', expression: "object.data.w == 'types'" }] },
        apply("Object{data: {'a': 1}}"),
      ),
      changes(
        { matchConditions: [{ name: 'x', expression: "object.data.w == 'errors'" }] },
        apply('Object{data: object.nothing}'),
      ),
      changes(
        { failurePolicy: 'Ignore', matchConditions: [{ name: 'x', expression: "object.data.w == 'ignored'" }] },
        apply('Object{data: object.nothing}'),
        apply("Object{data: {'still': 'done'}}"),
      ),
      changes(
        { matchConditions: [{ name: 'x', expression: "object.data.w == 'two'" }] },
        apply('Object{data: object.one}'),
        apply('Object{data: object.two}'),
      ),
    ],
    calls: ['names', 'fields', 'types', 'errors', 'ignored', 'two'].map((w) => create(`w-${w}`, { w })),
  },
  {
    name: 'parts of deployments',
    policies: [
      changes(
        onDeployments,
        apply(
          "Object{spec: Object.spec{replicas: 3, template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'sidecar', image: 'sidecar:latest', env: [Object.spec.template.spec.containers.env{name: 'A', value: 'b'}]}]}}}}",
        ),
        apply(
          "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{name: c.name, workingDir: '/w'})}}}}",
        ),
        jsonPatch(
          "[JSONPatch{op: 'add', path: '/spec/template/spec/containers/-', value: Object.spec.template.spec.containers{name: 'last', image: 'last:1', ports: [Object.spec.template.spec.containers.ports{containerPort: 80}]}}, JSONPatch{op: 'remove', path: '/metadata/annotations/' + jsonpatch.escapeKey('a/b')}]",
        ),
      ),
    ],
    calls: [post(deployments, deployment), get(`${deployments}/web`)],
  },
  {
    name: 'what is atomic',
    policies: [
      changes(
        onDeployments,
        apply(
          "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'web', args: ['b']}]}}}}",
        ),
      ),
    ],
    calls: [post(deployments, deployment)],
  },
  {
    name: 'fields that do not exist',
    policies: [changes(onDeployments, apply('Object{spec: Object.spec{nothing: 1}}'))],
    calls: [post(deployments, deployment)],
  },
  {
    name: 'unknown fields of patches',
    policies: [changes(onDeployments, jsonPatch("[JSONPatch{op: 'add', path: '/spec/nothing', value: 1}]"))],
    calls: [post(deployments, deployment)],
  },
  {
    name: 'one after the other, and once more',
    policies: [
      mutating({
        reinvocationPolicy: 'IfNeeded',
        mutations: [
          jsonPatch(
            "[JSONPatch{op: 'add', path: '/data/first', value: (has(object.data.first) ? object.data.first : '') + '1' + (has(object.data.second) ? 's' : '')}]",
          ),
        ],
      }),
      mutating({
        reinvocationPolicy: 'Never',
        matchConditions: [{ name: 'x', expression: 'has(object.data.second_wanted)' }],
        mutations: [
          jsonPatch(
            "[JSONPatch{op: 'add', path: '/data/second', value: (has(object.data.second) ? object.data.second : '') + '2'}]",
          ),
        ],
      }),
    ],
    calls: [create('alone', { a: 'b' })],
  },
  {
    name: 'validated afterwards',
    policies: [
      changes({}, apply("Object{data: {'by': 'policy'}}")),
      validating({
        validations: [{ expression: "object.data.by != 'policy'", messageExpression: "'by ' + object.data.by" }],
      }),
    ],
    calls: [create('a')],
  },
  {
    name: 'params and variables',
    given: [create('defaults', { level: 'high' })],
    policies: [
      mutating(
        {
          reinvocationPolicy: 'Never',
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          matchConditions: [{ name: 'others', expression: "object.metadata.name != 'defaults'" }],
          variables: [{ name: 'level', expression: 'has(object.data.level) ? object.data.level : params.data.level' }],
          mutations: [
            apply(
              "Object{metadata: Object.metadata{annotations: {'level': string(variables.level), 'ns': namespaceObject.metadata.name}}}",
            ),
          ],
        },
        { paramRef: { name: 'defaults', parameterNotFoundAction: 'Deny' } },
      ),
    ],
    calls: [create('a', { level: 'low' }), create('b', { x: 'y' })],
  },
  {
    name: 'params that are not there',
    policies: [
      mutating(
        {
          reinvocationPolicy: 'Never',
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          mutations: [apply('Object{}')],
        },
        { paramRef: { name: 'none', parameterNotFoundAction: 'Deny' } },
      ),
    ],
    calls: [create('a')],
  },
  {
    name: 'params of a kind that nobody knows',
    policies: [
      mutating(
        {
          reinvocationPolicy: 'Never',
          paramKind: { apiVersion: 'x.example.com/v1', kind: 'None' },
          mutations: [apply('Object{}')],
        },
        { paramRef: { name: 'none', parameterNotFoundAction: 'Deny' } },
      ),
    ],
    calls: [create('a')],
  },
  {
    name: 'structs that are atomic',
    policies: [
      changes(
        onDeployments,
        apply("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'a': 'b'}}}}"),
      ),
    ],
    calls: [post(deployments, deployment)],
  },
  {
    name: 'conditions that fail',
    policies: [
      changes(
        { matchConditions: [{ name: 'x', expression: "object.data.a == 'b'" }] },
        apply("Object{data: {'c': 'd'}}"),
      ),
    ],
    calls: [create('a', { a: 'b' }), create('none')],
  },
  {
    name: 'a scale',
    policies: [
      changes(
        { constraints: { resourceRules: [rule(['deployments/scale'])] } },
        jsonPatch("object.spec.replicas > 5 ? [JSONPatch{op: 'replace', path: '/spec/replicas', value: 5}] : []"),
      ),
    ],
    calls: [
      post(deployments, deployment),
      patch('merge', `${deployments}/web/scale`, { spec: { replicas: 9 } }),
      patch('merge', `${deployments}/web/scale`, { spec: { replicas: 2 } }),
    ],
  },
];
