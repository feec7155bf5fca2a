/** Policies about custom resources of two versions, and with custom resources as params. */
import { get, patch, post, type Json } from '../case.ts';
import { mutating, rule, validating, type Fields, type PolicyCase } from './policy-case.ts';

const schema: Json = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer', default: 3 },
        name: { type: 'string' },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, weight: { type: 'integer', default: 1 } },
          },
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        atomic: { type: 'array', items: { type: 'string' } },
      },
    },
  },
};

/** Of what all the cases here are about. */
export const customDefinition: Json = {
  metadata: { name: 'widgets.policies.example.com' },
  spec: {
    group: 'policies.example.com',
    names: { plural: 'widgets', kind: 'Widget', listKind: 'WidgetList', singular: 'widget' },
    scope: 'Namespaced',
    versions: ['v1', 'v2'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: schema },
      subresources: { scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' }, status: {} },
    })),
  },
};

const widgets = (version: string): string => `/apis/policies.example.com/${version}/namespaces/{ns}/widgets`;
const widget = (version: string, name: string, spec: Fields): Json => ({
  apiVersion: `policies.example.com/${version}`,
  kind: 'Widget',
  metadata: { name },
  spec,
});
const about = (version: string, more: Fields = {}): Fields => ({
  resourceRules: [rule(['widgets'], { apiGroups: ['policies.example.com'], apiVersions: [version] })],
  ...more,
});
const apply = (expression: string): Json => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const jsonPatch = (expression: string): Json => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

export const customCases: readonly PolicyCase[] = [
  {
    name: 'another version of custom resources',
    policies: [
      validating({
        constraints: about('v1'),
        validations: [
          {
            expression: 'object.spec.size < 5 && (oldObject == null || oldObject.spec.size <= object.spec.size)',
            messageExpression:
              "object.apiVersion + ' ' + (oldObject == null ? '-' : string(oldObject.apiVersion)) + ' ' + request.kind.version + ' ' + request.requestKind.version + ' ' + string(object.spec.size)",
          },
        ],
      }),
      validating({
        constraints: about('v2', { matchPolicy: 'Exact' }),
        validations: [{ expression: "object.metadata.name != 'exact'" }],
      }),
    ],
    calls: [
      post(widgets('v1'), widget('v1', 'a', { size: 7 })),
      post(widgets('v2'), widget('v2', 'a', { size: 7 })),
      post(widgets('v2'), widget('v2', 'a', {})),
      patch('merge', `${widgets('v2')}/a`, { spec: { size: 2 } }),
      patch('merge', `${widgets('v1')}/a`, { spec: { size: 4 } }),
      post(widgets('v1'), widget('v1', 'exact', {})),
      post(widgets('v2'), widget('v2', 'exact', {})),
    ],
  },
  {
    name: 'custom resources as params',
    given: [post(widgets('v2'), widget('v2', 'limits', { size: 2 }))],
    policies: [
      validating(
        {
          paramKind: { apiVersion: 'policies.example.com/v2', kind: 'Widget' },
          validations: [
            {
              expression: 'object.data.size() <= params.spec.size',
              messageExpression: "params.apiVersion + ' ' + params.kind + ' ' + string(params.spec.size)",
            },
          ],
        },
        { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } },
      ),
    ],
    calls: [
      post('/api/v1/namespaces/{ns}/configmaps', { metadata: { name: 'a' }, data: { a: '', b: '' } }),
      post('/api/v1/namespaces/{ns}/configmaps', { metadata: { name: 'b' }, data: { a: '', b: '', c: '' } }),
    ],
  },
  {
    name: 'custom resources are changed',
    policies: [
      mutating({
        constraints: about('v1'),
        reinvocationPolicy: 'Never',
        mutations: [
          apply(
            "Object{metadata: Object.metadata{labels: {'a': 'b'}}, spec: Object.spec{name: object.metadata.name, tags: ['x'], parts: [Object.spec.parts{name: 'p'}, Object.spec.parts{name: 'q', weight: 5}]}}",
          ),
          jsonPatch("[JSONPatch{op: 'add', path: '/spec/parts/-', value: {'name': 'last'}}]"),
          jsonPatch("[JSONPatch{op: 'add', path: '/spec/free', value: {'any': 1}}]"),
        ],
      }),
    ],
    calls: [
      post(widgets('v1'), widget('v1', 'a', { tags: ['y'], parts: [{ name: 'q' }, { name: 'z' }] })),
      patch('merge', `${widgets('v1')}/a`, { spec: { size: 8, parts: null } }),
      post(widgets('v2'), widget('v2', 'b', {})),
      get(`${widgets('v1')}/b`),
    ],
  },
  {
    name: 'what custom resources do not have',
    policies: [
      mutating({
        constraints: about('v1'),
        reinvocationPolicy: 'Never',
        matchConditions: [{ name: 'a', expression: "object.metadata.name == 'field'" }],
        mutations: [apply('Object{spec: Object.spec{nothing: 1}}')],
      }),
      mutating({
        constraints: about('v1'),
        reinvocationPolicy: 'Never',
        matchConditions: [{ name: 'a', expression: "object.metadata.name == 'atomic'" }],
        mutations: [apply("Object{spec: Object.spec{atomic: ['a']}}")],
      }),
      mutating({
        constraints: about('v1'),
        reinvocationPolicy: 'Never',
        matchConditions: [{ name: 'a', expression: "object.metadata.name == 'unknown'" }],
        mutations: [jsonPatch("[JSONPatch{op: 'add', path: '/spec/nothing', value: 1}]")],
      }),
      mutating({
        constraints: about('v1'),
        reinvocationPolicy: 'Never',
        matchConditions: [{ name: 'a', expression: "object.metadata.name == 'type'" }],
        mutations: [jsonPatch("[JSONPatch{op: 'add', path: '/spec/size', value: 'x'}]")],
      }),
      mutating({
        constraints: about('v1'),
        reinvocationPolicy: 'Never',
        matchConditions: [{ name: 'a', expression: "object.metadata.name == 'free'" }],
        mutations: [apply('Object{spec: Object.spec{free: Object.spec.free{a: Object.spec.free.a{b: 1}}}}')],
      }),
    ],
    calls: ['field', 'atomic', 'unknown', 'type', 'free'].map((name) => post(widgets('v1'), widget('v1', name, {}))),
  },
  {
    name: 'scales and statuses of custom resources',
    policies: [
      validating({
        constraints: { resourceRules: [rule(['widgets/*'])] },
        validations: [
          {
            expression: "object.metadata.name != 'a'",
            messageExpression:
              "request.subResource + ' ' + object.kind + ' ' + object.apiVersion + ' ' + string(object.spec.replicas)",
          },
        ],
      }),
    ],
    calls: [
      post(widgets('v1'), widget('v1', 'a', {})),
      patch('merge', `${widgets('v1')}/a/scale`, { spec: { replicas: 6 } }),
      patch('merge', `${widgets('v1')}/a/status`, { status: { x: 1 } }),
    ],
  },
];
