/** Policies with params: those that are there, and those that aren't. */
import { post, type Call, type Json } from '../case.ts';
import { validating, type Fields, type PolicyCase } from './policy-case.ts';

const maps = '/api/v1/namespaces/{ns}/configmaps';
const map = (name: string, data: Fields = {}, metadata: Fields = {}): Json => ({
  metadata: { name, ...metadata },
  data,
});
const create = (name: string, data: Fields = {}): Call => post(maps, map(name, data));

const fails = (...expressions: readonly string[]): Fields => ({
  validations: expressions.map((expression) => ({ expression })),
});

export const paramCases: readonly PolicyCase[] = [
  {
    name: 'params by name',
    given: [create('limits', { max: '2' }), create('more-limits', { max: '3' })],
    policies: [
      validating(
        {
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          matchConditions: [{ name: 'others', expression: "!object.metadata.name.endsWith('limits')" }],
          validations: [
            {
              expression: 'int(object.data.count) <= int(params.data.max)',
              messageExpression:
                "'at most ' + params.data.max + ' by ' + params.metadata.name + ' ' + params.kind + ' ' + params.apiVersion",
            },
          ],
        },
        { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } },
        { paramRef: { name: 'more-limits', namespace: '{ns}', parameterNotFoundAction: 'Deny' } },
        { paramRef: { name: 'none', parameterNotFoundAction: 'Allow' } },
      ),
    ],
    calls: [create('fine', { count: '1' }), create('many', { count: '3' })],
  },
  {
    name: 'params by selectors',
    given: [
      post(maps, map('a-limit', { no: 'x' }, { labels: { limit: 'yes' } })),
      post(maps, map('b-limit', { no: 'y' }, { labels: { limit: 'yes' } })),
      post(maps, map('c-limit', { no: 'z' })),
    ],
    policies: [
      validating(
        {
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          matchConditions: [{ name: 'others', expression: "!object.metadata.name.endsWith('limit')" }],
          validations: [{ expression: 'object.data.a != params.data.no', messageExpression: "'no ' + params.data.no" }],
        },
        { paramRef: { selector: { matchLabels: { limit: 'yes' } }, parameterNotFoundAction: 'Deny' } },
      ),
    ],
    calls: [create('fine', { a: 'a' }), create('x', { a: 'x' }), create('y', { a: 'y' }), create('z', { a: 'z' })],
  },
  {
    name: 'params that are not there',
    policies: [
      validating(
        { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'params != null' }] },
        { paramRef: { name: 'nothing', parameterNotFoundAction: 'Deny' } },
        { paramRef: { selector: {}, namespace: 'nowhere', parameterNotFoundAction: 'Allow' } },
      ),
      validating(
        {
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          failurePolicy: 'Ignore',
          validations: [{ expression: 'params != null' }],
        },
        { paramRef: { name: 'nothing', parameterNotFoundAction: 'Deny' } },
      ),
    ],
    calls: [create('any')],
  },
  {
    name: 'params without a reference',
    policies: [
      validating({
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [{ expression: 'params != null', message: 'there are none' }],
      }),
    ],
    calls: [create('any')],
  },
  {
    name: 'params of a kind that nobody knows',
    policies: [
      validating(
        { paramKind: { apiVersion: 'nobody.example.com/v1', kind: 'Nothing' }, ...fails('true') },
        { paramRef: { name: 'x', parameterNotFoundAction: 'Allow' } },
      ),
    ],
    calls: [create('any')],
  },
  {
    name: 'params of the cluster',
    policies: [
      validating(
        {
          paramKind: { apiVersion: 'v1', kind: 'Namespace' },
          validations: [
            {
              expression: 'params.metadata.name != object.metadata.name',
              messageExpression: 'string(params.metadata.name)',
            },
          ],
        },
        { paramRef: { name: '{ns}', parameterNotFoundAction: 'Deny' } },
        { paramRef: { name: 'default', namespace: 'default', parameterNotFoundAction: 'Deny' } },
      ),
    ],
    calls: [create('any')],
  },
  {
    name: 'params of the cluster by name',
    policies: [
      validating(
        {
          paramKind: { apiVersion: 'v1', kind: 'Namespace' },
          validations: [
            {
              expression: 'params.metadata.name != object.metadata.name',
              messageExpression: 'string(params.metadata.name)',
            },
          ],
        },
        { paramRef: { name: '{ns}', parameterNotFoundAction: 'Deny' } },
      ),
    ],
    calls: [create('any'), post(maps, { metadata: { name: '{ns}' } })],
  },
];
