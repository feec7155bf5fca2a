/** `x-kubernetes-validations`: definitions whose rules are good and bad, and instances that keep them and don't. */
import { patch, post, put, type Json } from '../case.ts';
import { definition, type DefinitionCase } from './definitions.ts';
import type { InstanceCase } from './instances.ts';

const text: Json = { type: 'string' };

function withRules(schema: { readonly [name: string]: Json }, ...rules: readonly Json[]): Json {
  return { ...schema, 'x-kubernetes-validations': rules };
}

const ruled: Json = withRules(
  {
    type: 'object',
    properties: {
      spec: withRules(
        {
          type: 'object',
          properties: {
            a: { type: 'integer' },
            b: withRules(
              { type: 'integer' },
              { rule: 'self > 0', message: 'b must be positive' },
              { rule: 'self >= oldSelf', message: 'may not shrink' },
            ),
            list: {
              type: 'array',
              maxItems: 5,
              items: withRules(
                { type: 'string', maxLength: 10 },
                { rule: 'self != "x"', messageExpression: '"no " + self' },
              ),
            },
          },
        },
        { rule: '!has(self.a) || self.a < self.b', fieldPath: '.a', reason: 'FieldValueForbidden' },
      ),
    },
  },
  { rule: 'self.metadata.name != "bad"', message: 'bad name' },
);

export const ruledDefinition = definition('rules', { schema: ruled });

const bad: Readonly<Record<string, Json>> = {
  badfields: withRules({ type: 'object' }, { rule: 'self.x > 0' }),
  badtypes: withRules({ type: 'string' }, { rule: 'self' }),
  badtransitions: { type: 'array', items: withRules({ type: 'string' }, { rule: 'self == oldSelf' }) },
  badcosts: {
    type: 'array',
    items: { type: 'array', items: withRules({ type: 'string' }, { rule: 'self.matches("a")' }) },
  },
  baddefaults: withRules({ type: 'string', default: 'x' }, { rule: 'self != "x"' }),
  badmessages: withRules(
    { type: 'object', properties: { a: text } },
    { rule: 'self.a == "x"', messageExpression: 'self.b' },
    { rule: 'self.a.foo()', optionalOldSelf: true },
  ),
};

export const ruledDefinitionCases: readonly DefinitionCase[] = Object.entries(bad).map(([plural, spec]) => ({
  name: `rules: ${plural}`,
  object: definition(plural, { schema: { type: 'object', properties: { spec } } }),
}));

const rules = '/apis/example.com/v1/namespaces/{ns}/rules';

function rule(name: string, spec: Json): Json {
  return { apiVersion: 'example.com/v1', kind: 'Rule', metadata: { name }, spec };
}

export const ruledInstanceCases: readonly InstanceCase[] = [
  {
    name: 'rules that are kept and broken',
    calls: [
      post(rules, rule('r1', { a: 1, b: 2, list: ['a'] })),
      post(rules, rule('r2', { a: 3, b: 2, list: ['x'] })),
      post(rules, rule('bad', { b: -1 })),
      post(rules, rule('r3', { a: 'x', b: -1 })),
      patch('merge', `${rules}/r1`, { spec: { b: 1, a: 0 } }),
      patch('merge', `${rules}/r1`, { spec: { b: 5 } }),
      patch('merge', `${rules}/r1`, { spec: { list: ['x', 'y'] } }),
      put(`${rules}/r1`, rule('r1', { b: 4 })),
    ],
  },
];
