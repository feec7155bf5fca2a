/** Definitions good and bad: each is created on both servers, and the answers compared. */
import type { Json } from '../case.ts';

type Fields = Readonly<Record<string, Json>>;

export interface DefinitionCase {
  readonly name: string;
  readonly object: Json;
}

/** What stands beside `spec` and in it. */
interface Parts {
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly names?: Fields;
  readonly version?: Fields;
  readonly versions?: readonly Json[];
  readonly schema?: Json;
}

const objectSchema: Json = { type: 'object' };

/** A good definition, but for `parts`. */
export function definition(plural: string, parts: Parts = {}): Fields {
  const group = (parts.spec?.['group'] as string | undefined) ?? 'example.com';
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...parts.metadata },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind: plural.replace(/^./, (first) => first.toUpperCase()).replace(/s$/, ''), ...parts.names },
      versions: parts.versions ?? [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: parts.schema ?? objectSchema },
          ...parts.version,
        },
      ],
      ...parts.spec,
    },
  };
}

export function version(name: string, fields: Fields = {}): Json {
  return { name, served: true, storage: false, schema: { openAPIV3Schema: objectSchema }, ...fields };
}

/** A definition whose `spec` is of this schema. */
function ofSpec(schema: Json): Parts {
  return { schema: { type: 'object', properties: { spec: schema } } };
}

const text: Json = { type: 'string' };
const named: Json = { type: 'object', required: ['name'], properties: { name: text } };

const cases: Readonly<Record<string, Parts>> = {
  'as simple as can be': {},
  'a name that is another': { metadata: { name: 'other.example.com' } },
  'a group without a dot': { spec: { group: 'example' } },
  'a group that is no name': { spec: { group: 'Example.com' } },
  'no group': { spec: { group: '' } },
  'an unknown scope': { spec: { scope: 'Global' } },
  'no scope': { spec: { scope: '' } },
  'a protected group without approval': { spec: { group: 'test.k8s.io' } },
  'a protected group with a bad approval': {
    spec: { group: 'test.k8s.io' },
    metadata: { annotations: { 'api-approved.kubernetes.io': 'yes' } },
  },
  'a protected group that is approved': {
    spec: { group: 'test.k8s.io' },
    metadata: { annotations: { 'api-approved.kubernetes.io': 'https://example.com/pull/1' } },
  },
  'a protected group that is unapproved, knowingly': {
    spec: { group: 'test.kubernetes.io' },
    metadata: { annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
  },
  'no versions': { versions: [] },
  'no storage version': { versions: [version('v1'), version('v2')] },
  'two storage versions': { versions: [version('v1', { storage: true }), version('v2', { storage: true })] },
  'a version twice': { versions: [version('v1', { storage: true }), version('v1')] },
  'a version with a bad name': { versions: [version('1v', { storage: true })] },
  'a version without a schema': { version: { schema: null } },
  'one of two versions without a schema': {
    versions: [version('v1', { storage: true }), version('v2', { schema: null })],
  },
  'names that are none': {
    names: { singular: 'A_b', shortNames: ['X'], categories: ['-'], kind: '1x', listKind: 'é' },
  },
  'a kind that is its list': { names: { kind: 'Same', listKind: 'Same' } },
  'no kind': { names: { kind: '' } },
  'unknown fields': { spec: { foo: 1 } },
  'unknown fields are to be kept everywhere': { spec: { preserveUnknownFields: true } },
  'a warning without a deprecation': { version: { deprecationWarning: 'x' } },
  'a warning that is empty': { version: { deprecated: true, deprecationWarning: '' } },
  'a warning with a line break': { version: { deprecated: true, deprecationWarning: 'a\nb' } },
  'a warning that is long': { version: { deprecated: true, deprecationWarning: 'x'.repeat(257) } },
  'a deprecated version': { version: { deprecated: true } },
  'columns without anything': { version: { additionalPrinterColumns: [{}] } },
  'columns of unknown types and formats': {
    version: {
      additionalPrinterColumns: [
        { name: 'a', type: 'object', jsonPath: '.spec' },
        { name: 'b', type: 'string', format: 'x', jsonPath: '.spec' },
        { name: 'c', type: 'string', jsonPath: 'spec' },
      ],
    },
  },
  'scale without paths': { version: { subresources: { scale: {} } } },
  'scale with paths elsewhere': {
    version: {
      subresources: {
        scale: { specReplicasPath: '.status.x', statusReplicasPath: '.spec.x', labelSelectorPath: '.x' },
      },
    },
  },
  'scale with paths that are none': {
    version: {
      subresources: { scale: { specReplicasPath: 'spec.x', statusReplicasPath: 'x', labelSelectorPath: 'status' } },
    },
  },
  'scale as it should be': {
    version: {
      subresources: {
        scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        status: {},
      },
    },
  },
  'a root that is no object': { schema: { type: 'array', items: text } },
  'a root without a type': { schema: { properties: { spec: named } } },
  'a root that may be null': { schema: { type: 'object', nullable: true } },
  'a root with status and more than is allowed': {
    version: { subresources: { status: {} } },
    schema: { type: 'array', items: text },
  },
  'fields without types': ofSpec({ properties: { a: {}, b: { items: {} } } }),
  'an unknown type': ofSpec({ type: 'text' }),
  'the type null': ofSpec({ type: 'null' }),
  'a list without items': ofSpec({ type: 'array' }),
  'a list of schemas as items': ofSpec({ type: 'array', items: [text, text] }),
  'properties and additional properties': ofSpec({
    type: 'object',
    properties: { a: text },
    additionalProperties: text,
  }),
  'additional properties at the root': { schema: { type: 'object', additionalProperties: text } },
  'additional properties that are false': ofSpec({
    type: 'object',
    properties: { a: text },
    additionalProperties: false,
  }),
  'unique items': ofSpec({ type: 'array', items: text, uniqueItems: true }),
  'constructs that are not supported': ofSpec({
    id: 'x',
    $ref: '#/x',
    patternProperties: { a: text },
    definitions: { a: text },
    dependencies: { a: ['b'] },
    additionalItems: text,
    type: 'object',
  }),
  'a bad pattern': ofSpec({ type: 'string', pattern: '(a' }),
  'a pattern that only JavaScript knows': ofSpec({ type: 'string', pattern: '(?=a)' }),
  'types in nested validations': ofSpec({
    type: 'object',
    properties: { a: text },
    anyOf: [{ type: 'object', properties: { a: { type: 'string', description: 'x', default: 'y', nullable: true } } }],
  }),
  'nested validations of what is not there': ofSpec({
    type: 'object',
    properties: { a: text },
    allOf: [{ properties: { b: { minLength: 1 } } }, { items: { minLength: 1 } }],
    not: { additionalProperties: { minLength: 1 }, properties: { metadata: {} } },
  }),
  'integers or strings': ofSpec({
    type: 'object',
    properties: {
      a: { 'x-kubernetes-int-or-string': true },
      b: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      c: { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }] },
    },
  }),
  'integers or strings, otherwise': ofSpec({
    'x-kubernetes-int-or-string': true,
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-embedded-resource': true,
    anyOf: [{ type: 'string' }, { type: 'integer' }],
  }),
  'unknown fields that are not kept': ofSpec({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
  'an embedded resource without fields': ofSpec({ type: 'object', 'x-kubernetes-embedded-resource': true }),
  'an embedded resource that is a text': ofSpec({ type: 'string', 'x-kubernetes-embedded-resource': true }),
  'an embedded resource that keeps everything': ofSpec({
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  }),
  'metadata with more than names': {
    schema: {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
    },
  },
  'metadata with a name': {
    schema: {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } },
    },
  },
  'metadata with another type': {
    schema: { type: 'object', properties: { metadata: text, kind: { type: 'integer' } } },
  },
  'a set of objects': ofSpec({ type: 'array', 'x-kubernetes-list-type': 'set', items: named }),
  'a set of nulls': ofSpec({
    type: 'array',
    'x-kubernetes-list-type': 'set',
    items: { type: 'string', nullable: true },
  }),
  'a map without keys': ofSpec({ type: 'array', 'x-kubernetes-list-type': 'map', items: named }),
  'keys without a map': ofSpec({ type: 'array', 'x-kubernetes-list-map-keys': ['name'], items: named }),
  'keys of a set': ofSpec({
    type: 'array',
    'x-kubernetes-list-type': 'set',
    'x-kubernetes-list-map-keys': ['name'],
    items: text,
  }),
  'a map with its keys': ofSpec({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: named,
  }),
  'a map whose keys are none': ofSpec({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a', 'b', 'b', 'c'],
    items: {
      type: 'object',
      properties: { a: { type: 'object' }, b: { type: 'string', nullable: true }, d: { type: 'string' } },
    },
  }),
  'a map of texts': ofSpec({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: text,
  }),
  'a list type of what is no list': ofSpec({ type: 'object', 'x-kubernetes-list-type': 'what' }),
  'a map type of what is no map': ofSpec({ type: 'string', 'x-kubernetes-map-type': 'what' }),
  'defaults as they should be': ofSpec({
    type: 'object',
    default: {},
    properties: { a: { type: 'string', default: 'x' }, b: { type: 'integer', default: 5, minimum: 1 } },
  }),
  'defaults of the wrong type': ofSpec({ type: 'object', properties: { a: { type: 'string', default: 5 } } }),
  'defaults that are not allowed': ofSpec({
    type: 'object',
    properties: { a: { type: 'string', enum: ['x'], default: 'y' }, b: { type: 'integer', minimum: 3, default: 1 } },
  }),
  'defaults with unknown fields': ofSpec({ type: 'object', properties: { a: text }, default: { a: 'x', b: 'y' } }),
  'defaults of metadata': {
    schema: {
      type: 'object',
      properties: { metadata: { type: 'object', default: {} }, kind: { type: 'string', default: 'x' } },
    },
  },
  'defaults within embedded metadata': ofSpec({
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: {
      metadata: {
        type: 'object',
        properties: { labels: { type: 'object', properties: { a: { type: 'string', default: 'x y' } } } },
      },
    },
  }),
  'defaults of an embedded resource without a kind': ofSpec({
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
    default: { metadata: { name: 'x' } },
  }),
  'formats that nobody knows': ofSpec({
    type: 'object',
    properties: {
      a: { type: 'string', format: 'what' },
      b: { type: 'integer', format: 'uint8' },
      c: { type: 'string', format: 'date' },
    },
  }),
  'rules without anything': ofSpec({
    type: 'object',
    properties: { a: text },
    'x-kubernetes-validations': [{ rule: ' ' }],
  }),
  'rules with bad messages': ofSpec({
    type: 'object',
    properties: { a: text },
    'x-kubernetes-validations': [
      { rule: 'true', message: ' ' },
      { rule: 'true', message: 'a\nb' },
      { rule: 'true\n&& true' },
      { rule: 'true', messageExpression: ' ' },
      { rule: 'true', reason: 'Why', fieldPath: '.b' },
      { rule: 'true', fieldPath: ' ' },
    ],
  }),
  'rules as they should be': ofSpec({
    type: 'object',
    properties: { a: { type: 'string', maxLength: 10 } },
    'x-kubernetes-validations': [
      { rule: 'self.a.size() > 1', message: 'too short', fieldPath: '.a', reason: 'FieldValueForbidden' },
    ],
  }),
  'selectable fields': {
    ...ofSpec({ type: 'object', properties: { color: text, size: { type: 'integer' } } }),
    version: { selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.size' }] },
  },
  'selectable fields that are none': {
    ...ofSpec({ type: 'object', properties: { color: text, list: { type: 'array', items: text } } }),
    version: {
      selectableFields: [
        { jsonPath: '.spec.color' },
        { jsonPath: '.spec.color' },
        { jsonPath: '.spec.list' },
        { jsonPath: '.spec.missing' },
        { jsonPath: 'spec' },
        { jsonPath: ".spec['color']" },
        {},
      ],
    },
  },
  'too many selectable fields': {
    ...ofSpec({
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, text])),
    }),
    version: { selectableFields: Array.from({ length: 9 }, (_, index) => ({ jsonPath: `.spec.f${index}` })) },
  },
  'a conversion that is unknown': { spec: { conversion: { strategy: 'Magic' } } },
  'a conversion by nobody': { spec: { conversion: { strategy: 'Webhook' } } },
  'a webhook that is not used': {
    spec: {
      conversion: {
        strategy: 'None',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://example.com' } },
      },
    },
  },
  'a webhook that is nowhere': {
    spec: { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: [], clientConfig: {} } } },
  },
  'a webhook at a bad place': {
    spec: {
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v3', 'v3', 'X'],
          clientConfig: { url: 'http://user@example.com/x?y#z' },
        },
      },
    },
  },
  'a webhook at a bad service': {
    spec: {
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1', 'v1beta1'],
          clientConfig: { service: { name: '', namespace: '', path: 'a//B', port: 0 } },
        },
      },
    },
  },
  'a webhook as it should be': {
    spec: {
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: { service: { name: 'a', namespace: 'b', path: '/c' } },
        },
      },
    },
  },
  'versions that differ in everything': {
    versions: [
      version('v1', {
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } },
        additionalPrinterColumns: [{}],
      }),
      version('v2', { subresources: { scale: {} }, selectableFields: [{ jsonPath: '.spec' }] }),
    ],
  },
};

export const definitionCases: readonly DefinitionCase[] = Object.entries(cases).map(([name, parts], index) => ({
  name,
  object: definition(`bad${index}s`, parts),
}));
