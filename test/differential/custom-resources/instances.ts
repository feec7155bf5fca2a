/** Instances good and bad, of definitions that are there on both servers. */
import { del, get, patch, post, put, type Call, type Json } from '../case.ts';
import { definition, version } from './definitions.ts';

const text: Json = { type: 'string' };

/** One field for everything that validation knows. */
const everything: Json = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        string: text,
        short: { type: 'string', maxLength: 3, minLength: 2 },
        pattern: { type: 'string', pattern: '^[a-z]+$' },
        choice: { type: 'string', enum: ['a', 'b'] },
        number: { type: 'number', minimum: 0.5, maximum: 10, exclusiveMaximum: true },
        integer: { type: 'integer', minimum: 1, multipleOf: 2 },
        int32: { type: 'integer', format: 'int32' },
        boolean: { type: 'boolean' },
        nullable: { type: 'string', nullable: true },
        date: { type: 'string', format: 'date-time' },
        ipv4: { type: 'string', format: 'ipv4' },
        intOrString: { 'x-kubernetes-int-or-string': true },
        list: { type: 'array', items: text, minItems: 1, maxItems: 3 },
        set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        keyed: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'port'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: text, port: { type: 'integer', default: 80 }, value: { type: 'string', maxLength: 2 } },
          },
        },
        map: { type: 'object', additionalProperties: { type: 'integer' }, maxProperties: 2 },
        defaulted: {
          type: 'object',
          default: { a: 'x' },
          properties: {
            a: text,
            b: { type: 'integer', default: 5 },
            n: { type: 'string', nullable: true, default: 'z' },
          },
        },
        open: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'object', properties: { a: text } } },
        },
        anything: { 'x-kubernetes-preserve-unknown-fields': true },
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          properties: { spec: { type: 'object', properties: { a: text } } },
        },
        one: {
          type: 'object',
          properties: { a: text, b: text },
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
        },
        any: { type: 'integer', anyOf: [{ minimum: 10 }, { maximum: 1 }] },
        all: { type: 'integer', allOf: [{ minimum: 1 }, { maximum: 3 }] },
        not: { type: 'string', not: { pattern: '^x' } },
        needs: { type: 'object', required: ['a', 'b'], properties: { a: text, b: text }, minProperties: 3 },
      },
    },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, selector: text, phase: { type: 'string', enum: ['A'] } },
    },
  },
};

const scale = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
};
const scaled: Json = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { replicas: { type: 'integer' }, color: text, ready: { type: 'boolean' } } },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: text } },
  },
};

/** Created on both servers, and waited for. */
export const definitions: readonly Json[] = [
  definition('everythings', { schema: everything, names: { shortNames: ['ev'], categories: ['all'] } }),
  definition('scaleds', {
    schema: scaled,
    version: {
      subresources: { status: {}, scale },
      selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.ready' }, { jsonPath: '.spec.replicas' }],
      additionalPrinterColumns: [
        { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', description: 'How many' },
        { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
        { name: 'Ready', type: 'boolean', jsonPath: '.spec.ready' },
        { name: 'Spec', type: 'string', jsonPath: '.spec' },
        { name: 'Made', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    },
  }),
  definition('versions', {
    spec: { scope: 'Cluster' },
    names: { listKind: 'ListOfVersions' },
    versions: [
      version('v1', {
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { a: text, b: { type: 'string', default: 'B' } } } },
          },
        },
      }),
      version('v1beta1', {
        deprecated: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { a: text, c: { type: 'string', default: 'C' } } } },
          },
        },
      }),
      version('v1alpha1', { deprecated: true, deprecationWarning: 'leave it' }),
      version('v0', { served: false }),
    ],
  }),
];

export interface InstanceCase {
  readonly name: string;
  readonly calls: readonly Call[];
}

const namespaced = (plural: string, name = ''): string =>
  `/apis/example.com/v1/namespaces/{ns}/${plural}${name === '' ? '' : `/${name}`}`;
const one = (kind: string, name: string, fields: Readonly<Record<string, Json>>): Json => ({
  apiVersion: 'example.com/v1',
  kind,
  metadata: { name },
  ...fields,
});
const everythingWith = (name: string, spec: Json): Json => one('Everything', name, { spec });

/** `spec` of one object each. */
const specs: Readonly<Record<string, Json>> = {
  'nothing at all': {},
  'all of it, well': {
    string: 'a',
    short: 'ab',
    pattern: 'a',
    choice: 'a',
    number: 1.5,
    integer: 4,
    int32: 5,
    boolean: true,
    nullable: null,
    date: '2026-01-01T00:00:00Z',
    ipv4: '1.2.3.4',
    intOrString: '50%',
    list: ['a'],
    set: ['a', 'b'],
    keyed: [{ name: 'a' }, { name: 'a', port: 81 }],
    map: { a: 1 },
    open: { x: { y: 1 }, known: { a: 'a', b: 'b' } },
    anything: [1, { a: null }],
    template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', foo: 1 }, spec: { a: 'a', b: 'b' } },
    one: { a: 'a' },
    any: 0,
    all: 2,
    not: 'a',
  },
  'wrong types': {
    string: 1,
    number: 'x',
    integer: 1.5,
    boolean: 'true',
    list: {},
    map: [],
    intOrString: true,
    defaulted: 'x',
    open: 5,
  },
  'wrong texts': { short: 'abcd', pattern: 'A', choice: 'c', date: 'today', ipv4: '1.2.3', not: 'xy' },
  'too short': { short: 'a' },
  'wrong numbers': { number: 10, integer: 3, int32: 3000000000, any: 5, all: 9 },
  'small numbers': { number: 0.1, integer: -2 },
  nulls: { string: null, nullable: null, list: null, defaulted: null, map: null, anything: null },
  'nulls inside': { list: [null], map: { a: null }, defaulted: { a: null, b: null, n: null } },
  'wrong lists': { list: [], set: ['a', 'a', 'b', 'b'], keyed: [{ name: 'a' }, { name: 'a' }, { port: 80 }] },
  'long lists': { list: ['a', 'b', 'c', 'd'], map: { a: 1, b: 2, c: 3 } },
  'wrong items': { list: [1, 'a', {}], keyed: [{ name: 1, value: 'long' }, 'x'] },
  'none of the alternatives': { one: {} },
  'both alternatives': { one: { a: 'a', b: 'b' } },
  'what is required': { needs: {} },
  'unknown fields everywhere': {
    foo: 1,
    defaulted: { x: 1 },
    keyed: [{ name: 'a', x: 1 }],
    open: { known: { x: 1 }, more: 1 },
    template: { apiVersion: 'v1', kind: 'Pod', x: 1, spec: { x: 1 } },
  },
  'an embedded resource without a kind': { template: { metadata: { name: 'x' } } },
  'an embedded resource with a bad kind': { template: { apiVersion: 'a/b/c', kind: '1', metadata: { name: 'x' } } },
  'an embedded resource with bad labels': {
    template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', labels: { 'a b': 'c' } } },
  },
  'an embedded resource with labels of a wrong type': {
    template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { a: 1 } } },
  },
  'an embedded kind that is no text': { template: { apiVersion: 'v1', kind: 5 } },
  'a spec that is a list': [],
};

const everythings = namespaced('everythings');
const scaleds = namespaced('scaleds');
const table = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
const versions = (name: string, group: string): string =>
  `/apis/example.com/${group}/versions${name === '' ? '' : `/${name}`}`;

export const instanceCases: readonly InstanceCase[] = [
  ...Object.entries(specs).map(([name, spec], index) => ({
    name,
    calls: [
      post(everythings, everythingWith(`e${index}`, spec)),
      post(`${everythings}?fieldValidation=Strict&dryRun=All`, everythingWith(`s${index}`, spec)),
      get(namespaced('everythings', `e${index}`)),
    ],
  })),
  {
    name: 'metadata, good and bad',
    calls: [
      post(everythings, one('Everything', 'Bad_Name', {})),
      post(everythings, { apiVersion: 'example.com/v1', kind: 'Everything' }),
      post(everythings, { apiVersion: 'example.com/v1', kind: 'Everything', metadata: { generateName: 'made-' } }),
      post(everythings, {
        apiVersion: 'example.com/v1',
        kind: 'Everything',
        metadata: { name: 'a', namespace: 'other' },
      }),
      post(everythings, {
        apiVersion: 'example.com/v1',
        kind: 'Everything',
        metadata: { name: 'a', labels: { 'a b': 'c' } },
      }),
      post(everythings, { apiVersion: 'example.com/v1', kind: 'Everything', metadata: { name: 'a', annotations: 5 } }),
      post(everythings, { apiVersion: 'example.com/v1', kind: 'Everything', metadata: [] }),
      post(everythings, { apiVersion: 'example.com/v1', kind: 'Everything', metadata: null }),
      post(everythings, {
        apiVersion: 'example.com/v1',
        kind: 'Everything',
        metadata: { name: 'm', finalizers: ['x', 'a.b', 'a/b'] },
      }),
      patch('merge', namespaced('everythings', 'm'), { metadata: { finalizers: ['orphan', 'foregroundDeletion'] } }),
      patch('merge', namespaced('everythings', 'm'), { metadata: { finalizers: null } }),
    ],
  },
  {
    name: 'kinds and versions of a body',
    calls: [
      post(everythings, { apiVersion: 'example.com/v1', kind: 'Other', metadata: { name: 'a' } }),
      post(everythings, { apiVersion: 'example.com/v1', metadata: { name: 'a' } }),
      post(everythings, { kind: 'Everything', metadata: { name: 'a' } }),
      post(everythings, { apiVersion: 'a/b/c', kind: 'Everything', metadata: { name: 'a' } }),
      post(everythings, '[]'),
      post(everythings, '{'),
      post(
        everythings,
        '{"apiVersion":"example.com/v1","kind":"Everything","metadata":{"name":"twice"},"spec":{"string":"a","string":"b"}}',
      ),
    ],
  },
  {
    name: 'what was wrong stays as it is',
    calls: [
      post(everythings, everythingWith('r', { keyed: [{ name: 'a', value: 'x' }], string: 'a' })),
      patch('merge', namespaced('everythings', 'r'), { spec: { string: 'b' } }),
      patch('json', namespaced('everythings', 'r'), [{ op: 'add', path: '/spec/short', value: 'long text' }]),
      patch('json', namespaced('everythings', 'r'), [{ op: 'replace', path: '/spec/nothing', value: 1 }]),
      patch('strategic', namespaced('everythings', 'r'), { spec: { string: 'c' } }),
      patch('merge', namespaced('everythings', 'r'), { kind: 'Other' }),
      patch('merge', namespaced('everythings', 'r'), { metadata: { name: 'q' } }),
      patch('merge', namespaced('everythings', 'r'), { spec: 5 }),
      patch('merge', namespaced('everythings', 'r'), 'x'),
      put(namespaced('everythings', 'r'), everythingWith('r', {})),
      put(namespaced('everythings', 'missing'), everythingWith('missing', {})),
      patch('merge', namespaced('everythings', 'missing'), {}),
    ],
  },
  {
    name: 'generations without and with status',
    calls: [
      post(everythings, one('Everything', 'g', { spec: {}, status: { replicas: 1 } })),
      patch('merge', namespaced('everythings', 'g'), { status: { replicas: 2 } }),
      patch('merge', namespaced('everythings', 'g'), { metadata: { labels: { a: 'b' } } }),
      get(`${namespaced('everythings', 'g')}/status`),
      post(scaleds, one('Scaled', 'g', { spec: { replicas: 1 }, status: { replicas: 1 } })),
      patch('merge', namespaced('scaleds', 'g'), { status: { replicas: 2 } }),
      patch('merge', `${namespaced('scaleds', 'g')}/status`, {
        status: { replicas: 2 },
        spec: { replicas: 9 },
        metadata: { labels: { a: 'b' } },
      }),
      patch('merge', `${namespaced('scaleds', 'g')}/status`, { status: { replicas: -2 } }),
      patch('merge', `${namespaced('scaleds', 'g')}/status`, { status: { replicas: 'x', selector: 5 } }),
      patch('merge', namespaced('scaleds', 'g'), { spec: { replicas: 3 } }),
      get(`${namespaced('scaleds', 'g')}/status`),
    ],
  },
  {
    name: 'scale',
    calls: [
      post(scaleds, one('Scaled', 's', { spec: {} })),
      get(`${namespaced('scaleds', 's')}/scale`),
      put(`${namespaced('scaleds', 's')}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 's' },
        spec: {},
      }),
      put(`${namespaced('scaleds', 's')}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 's', namespace: '{ns}' },
        spec: { replicas: 4 },
      }),
      patch('merge', `${namespaced('scaleds', 's')}/scale`, { spec: { replicas: 2 } }),
      patch('merge', `${namespaced('scaleds', 's')}/scale`, { spec: { replicas: -2 } }),
      patch('merge', `${namespaced('scaleds', 's')}/scale`, { spec: { replicas: 'x' } }),
      patch('merge', `${namespaced('scaleds', 's')}/scale`, { metadata: { labels: { a: 'b' } } }),
      patch('merge', `${namespaced('scaleds', 's')}/status`, { status: { replicas: 2, selector: 'a=b' } }),
      get(`${namespaced('scaleds', 's')}/scale`),
      get(`${namespaced('scaleds', 's')}/scale`, table),
      get(`${namespaced('scaleds', 'missing')}/scale`),
      get(namespaced('scaleds', 's')),
    ],
  },
  {
    name: 'tables and selectors',
    calls: [
      post(scaleds, one('Scaled', 't1', { spec: { replicas: 1, color: 'red', ready: true } })),
      post(scaleds, one('Scaled', 't2', { spec: { replicas: 2, color: 'blue' } })),
      get(scaleds, table),
      get(namespaced('scaleds', 't1'), table),
      get(everythings, table),
      get(`${scaleds}?fieldSelector=spec.color%3Dred`),
      get(`${scaleds}?fieldSelector=spec.ready%3Dtrue`),
      get(`${scaleds}?fieldSelector=spec.replicas%3D2`),
      get(`${scaleds}?fieldSelector=spec.color!%3Dred,metadata.name%3Dt2`),
      get(`${scaleds}?fieldSelector=spec.other%3Dred`),
      get(`${everythings}?fieldSelector=spec.string%3Dred`),
      get(`${versions('', 'v1')}?fieldSelector=metadata.namespace%3Dx`),
      get(`${scaleds}?watch=true&resourceVersion=0&fieldSelector=spec.color%3Dred`, { events: 1 }),
      get(scaleds, { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }),
      get(scaleds, { accept: 'application/vnd.kubernetes.protobuf' }),
      get(scaleds, { accept: 'application/yaml' }),
      del(`${scaleds}?fieldSelector=spec.color%3Dred`),
      get(scaleds),
      del(namespaced('scaleds', 't2')),
      del(namespaced('scaleds', 't2')),
    ],
  },
  {
    name: 'versions of one object',
    calls: [
      post(versions('', 'v1'), {
        apiVersion: 'example.com/v1',
        kind: 'Version',
        metadata: { name: '{ns}' },
        spec: { a: '1', c: 'x' },
      }),
      get(versions('{ns}', 'v1')),
      get(versions('{ns}', 'v1beta1')),
      get(versions('{ns}', 'v1alpha1')),
      get(versions('{ns}', 'v0')),
      patch('merge', versions('{ns}', 'v1beta1'), { spec: { c: 'y' } }),
      get(versions('{ns}', 'v1')),
      put(versions('{ns}', 'v1beta1'), { apiVersion: 'example.com/v1', kind: 'Version', metadata: { name: '{ns}' } }),
      get(`${versions('', 'v1beta1')}?fieldSelector=metadata.name%3D{ns}`),
      get(`${versions('', 'v1beta1')}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3D{ns}`, { events: 1 }),
      del(versions('{ns}', 'v1alpha1')),
    ],
  },
  {
    name: 'places that are none',
    calls: [
      get('/apis/example.com/v1/everythings/a'),
      post('/apis/example.com/v1/everythings', everythingWith('a', {})),
      get('/apis/example.com/v1/namespaces/{ns}/versions'),
      get('/apis/example.com/v9/everythings'),
      get('/apis/example.com/v1/nothings'),
      get(`${everythings}/a/scale`),
      get(`${everythings}/a/what`),
      del('/apis/example.com/v1/everythings'),
      get('/apis/example.com'),
    ],
  },
];
