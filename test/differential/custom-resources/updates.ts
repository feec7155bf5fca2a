/** Updates of a definition, good and bad, one after the other; and a conversion webhook that nobody answers for. */
import { del, get, patch, post, put, type Call, type Json } from '../case.ts';
import { definition, version } from './definitions.ts';
import type { InstanceCase } from './instances.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const updated = `${path}/updateds.updates.example.com`;

/** In a group of its own: what is updated changes names. */
export const updatedDefinition = definition('updateds', { spec: { group: 'updates.example.com' } });

const stored: Json = version('v1', { storage: true });
const later: Json = version('v2', { storage: true });

function merged(spec: Json): Call {
  return patch('merge', updated, { spec });
}

function ofSpec(schema: Json): Call {
  const openAPIV3Schema = { type: 'object', properties: { spec: schema } };
  return merged({ versions: [version('v1', { storage: true, schema: { openAPIV3Schema } })] });
}

function status(fields: Json): Call {
  return patch('merge', `${updated}/status`, { status: fields });
}

const converted = '/apis/example.com/v1/namespaces/{ns}/converteds';
const convertedToo = '/apis/example.com/v2/namespaces/{ns}/converteds';

export const convertedDefinition = definition('converteds', {
  versions: [stored, version('v2')],
  spec: {
    conversion: {
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: { service: { namespace: 'default', name: 'nobody' } },
      },
    },
  },
});

function object(name: string, apiVersion: string): Json {
  return { apiVersion: `example.com/${apiVersion}`, kind: 'Converted', metadata: { name } };
}

export const updateCases: readonly InstanceCase[] = [
  {
    name: 'what may not change in a definition',
    calls: [
      merged({ group: 'other.com' }),
      merged({ scope: 'Cluster' }),
      merged({ names: { plural: 'others' } }),
      merged({ names: { kind: 'Other' } }),
      merged({ names: { kind: null } }),
      merged({ preserveUnknownFields: true }),
      merged({ versions: [] }),
      merged({ versions: [later] }),
      merged({ names: { shortNames: ['UP'] } }),
      merged({ names: { categories: ['a_b'] } }),
      put(updated, definition('others', { spec: { group: 'updates.example.com' } })),
      put(`${path}/nothings.example.com`, definition('nothings')),
    ],
  },
  {
    name: 'schemas that a definition gets',
    calls: [
      ofSpec({ type: 'string', default: 5 }),
      ofSpec({ type: 'what' }),
      ofSpec({ pattern: '(' }),
      ofSpec({ type: 'integer', format: 'what', minimum: 5 }),
      get(updated),
    ],
  },
  {
    name: 'versions that were stored',
    calls: [
      merged({ versions: [version('v1'), later] }),
      merged({ versions: [later] }),
      patch('merge', updated, { status: { storedVersions: ['v2'] } }),
      status({ storedVersions: [] }),
      status({ storedVersions: ['v3', 'v2'] }),
      status({ storedVersions: ['v1'] }),
      status({ storedVersions: ['v2'] }),
      merged({ versions: [later] }),
      get(updated),
    ],
  },
  {
    name: 'a webhook that nobody answers for',
    calls: [
      post(converted, object('a', 'v1')),
      post(convertedToo, object('b', 'v2')),
      get(`${converted}/a`),
      get(`${convertedToo}/a`),
      put(`${convertedToo}/a`, object('a', 'v2')),
      patch('merge', `${convertedToo}/a`, { spec: { x: 1 } }),
      patch('merge', `${convertedToo}/nothing`, { spec: { x: 1 } }),
      del(`${convertedToo}/a`),
      get(`${converted}/a`),
    ],
  },
];
