/** A custom kind in two versions that are alike, with all that a schema can say about ownership. */
import type { Json } from '../case.ts';
import type { Choices } from '../../simulation/choices.ts';
import type { Fields, Kind } from './fragments.ts';

const text = { type: 'string' };
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        text,
        replicas: { type: 'integer', default: 1 },
        either: { 'x-kubernetes-int-or-string': true },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
        numbers: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'integer' } },
        list: { type: 'array', items: text },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'kind'],
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: text,
              kind: { type: 'string', default: 'K' },
              value: text,
              inner: { type: 'object', properties: { a: text, b: text } },
            },
          },
        },
        labels: { type: 'object', additionalProperties: text },
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: text, b: text } },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        nullable: { type: 'string', nullable: true },
        defaulted: { type: 'object', default: {}, properties: { a: { type: 'string', default: 'd' }, b: text } },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, phase: text } },
    extra: text,
  },
};

const version = (name: string, storage: boolean): Json => ({
  name,
  served: true,
  storage,
  subresources: {
    status: {},
    scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  },
  schema: { openAPIV3Schema: schema },
});

export const thingDefinition: Json = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [version('v1', true), version('v2', false)],
  },
};

const texts = ['1', '2'];

export const things: Kind = {
  name: 'custom things',
  isCustom: true,
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  path: 'things',
  otherVersions: [{ apiVersion: 'example.com/v2', path: 'things' }],
  // Of custom resources upstream can't apply scales: it takes them for the resource.
  subresources: ['status'],
  fields(choices) {
    const chosen = choices.some<readonly [string, (choices: Choices) => Json]>(fields, 0.3);
    return {
      spec: Object.fromEntries(chosen.map(([name, make]) => [name, make(choices)])),
      ...(choices.chance(0.1) ? { extra: choices.of(texts) } : {}),
    };
  },
  status: (choices) => ({
    ...(choices.chance(0.5) ? { replicas: choices.of([1, 2]) } : {}),
    ...(choices.chance(0.5) ? { phase: choices.of(texts) } : {}),
  }),
};

const few = (choices: Choices, keys: readonly string[]): Fields =>
  Object.fromEntries(choices.some(keys, 0.6).map((key) => [key, choices.of(texts)]));

const fields: readonly (readonly [string, (choices: Choices) => Json])[] = [
  ['text', (choices) => choices.of(texts)],
  ['replicas', (choices) => choices.of([1, 2])],
  ['either', (choices) => choices.of<Json>([1, '1', '50%'])],
  ['set', (choices) => choices.some(['a', 'b', 'c'], 0.5)],
  ['numbers', (choices) => choices.some([1, 2, 3], 0.5)],
  ['list', (choices) => choices.some(['a', 'b'], 0.6)],
  [
    'items',
    (choices) =>
      choices.some(['a', 'b', 'c'], 0.5).map((name) => ({
        name,
        ...(choices.chance(0.4) ? { kind: choices.of(['K', 'L']) } : {}),
        ...(choices.chance(0.5) ? { value: choices.of(texts) } : {}),
        ...(choices.chance(0.3) ? { inner: few(choices, ['a', 'b']) } : {}),
      })),
  ],
  ['labels', (choices) => few(choices, ['x', 'y'])],
  ['whole', (choices) => few(choices, ['a', 'b'])],
  [
    'open',
    (choices) => ({
      ...(choices.chance(0.5) ? { m: few(choices, ['a', 'b']) } : {}),
      ...(choices.chance(0.3) ? { n: choices.of<Json>([1, 'x', ['a'], { z: 1 }]) } : {}),
    }),
  ],
  ['nullable', (choices) => choices.of<Json>(['1', null])],
  ['defaulted', (choices) => few(choices, ['a', 'b'])],
];
