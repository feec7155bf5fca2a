/**
 * The schema of a custom resource's version, as OpenAPI publishes it. Mirrors apiextensions-apiserver pkg/controller/openapi builder and
 * v2/conversion.go: version 3 gets all of it; version 2 what kubectl can cope with.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { copyValue } from '../../schema/structural/copy-value.ts';
import type { Descriptions } from '../openapi/group-version-source.ts';
import { textsAt } from './definition.ts';
import { propertiesOf } from './validate-structural.ts';

export type Format = 'v2' | 'v3';

export interface PublishedVersion {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  /** Of its definition, and of its list's. */
  readonly name: string;
  readonly listName: string;
  /** `openAPIV3Schema`; absent: there is none, or it is not structural. */
  readonly schema: JsonObject | undefined;
  readonly preserveUnknownFields: boolean;
  /** JSON paths. */
  readonly selectableFields: readonly string[];
}

const preserve = 'x-kubernetes-preserve-unknown-fields';
const embedded = 'x-kubernetes-embedded-resource';
const intOrString = 'x-kubernetes-int-or-string';
const metaTypes = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';
/** Whose texts are those of any object's fields. */
const anyObject = 'io.k8s.api.core.v1.Pod';
const anyList = 'io.k8s.api.core.v1.PodList';

/** Of the kind and its list. */
export function customDefinitions(
  published: PublishedVersion,
  format: Format,
  descriptions: Descriptions,
): Readonly<Record<string, JsonObject>> {
  const { name, listName, kind, listKind, plural } = published;
  const list: JsonObject = {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeMeta(descriptions, anyList),
      items: {
        description: `List of ${plural}. More info: ${conventions}`,
        type: 'array',
        items: { $ref: `${prefixOf(format)}${name}` },
      },
      metadata: reference('ListMeta', described(descriptions.describe(anyList, 'metadata')), format),
    },
    ...extensions({ ...published, kind: listKind }),
  };
  return { [name]: kindDefinition(published, format, descriptions), [listName]: list };
}

function kindDefinition(published: PublishedVersion, format: Format, descriptions: Descriptions): JsonObject {
  const { schema, preserveUnknownFields } = published;
  const anything = schema?.[preserve] === true || preserveUnknownFields;
  if (!schema || (format === 'v2' && anything)) return { type: 'object', ...extensions(published) };
  // A copy of one's own, plain JSON.
  const written = copyValue(schema) as JsonObject;
  unfold(written);
  if (format === 'v2') simplify(written);
  embed(written, format, descriptions);
  const properties = objectAt(written, 'properties') ?? {};
  const metadata = described(descriptions.describe(anyObject, 'metadata'));
  return {
    ...written,
    properties: {
      ...properties,
      ...typeMeta(descriptions, anyObject),
      metadata: reference('ObjectMeta', metadata, format),
    },
    ...extensions(published),
  };
}

function extensions({ group, version, kind, selectableFields }: PublishedVersion): JsonObject {
  return {
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
    ...(selectableFields.length === 0
      ? {}
      : {
          'x-kubernetes-selectable-fields': selectableFields.map((path) => ({ fieldPath: path.replace(/^\./, '') })),
        }),
  };
}

function typeMeta(descriptions: Descriptions, type: string): JsonObject {
  const text = (name: string): JsonObject => ({
    ...described(descriptions.describe(type, name)),
    type: 'string',
  });
  return { apiVersion: text('apiVersion'), kind: text('kind') };
}

function described(text: string): JsonObject {
  return text === '' ? {} : { description: text };
}

function prefixOf(format: Format): string {
  return format === 'v2' ? '#/definitions/' : '#/components/schemas/';
}

/** In version 3, a reference with anything beside it is wrapped. */
function reference(type: string, beside: JsonObject, format: Format): JsonObject {
  const $ref = `${prefixOf(format)}${metaTypes}.${type}`;
  if (format === 'v2' || Object.keys(beside).length === 0) return { ...beside, $ref };
  return { ...beside, allOf: [{ $ref }] };
}

/** Says of integers or strings what they are. Changes `schema`. Mirrors Structural.Unfold. */
function unfold(schema: JsonObject): void {
  for (const inner of innerSchemas(schema)) unfold(inner);
  if (schema[intOrString] !== true) return;
  const branches: JsonValue[] = [{ type: 'integer' }, { type: 'string' }];
  const isKnown = (value: JsonValue | undefined): boolean => JSON.stringify(value) === JSON.stringify(branches);
  if (isKnown(schema['anyOf']) || isKnown(objectsAt(schema, 'allOf')[0]?.['anyOf'])) return;
  if (schema['anyOf'] === undefined) schema['anyOf'] = branches;
  else schema['allOf'] = [{ anyOf: branches }, ...objectsAt(schema, 'allOf')];
}

/** Leaves out what version 2 does not have, and what kubectl can't cope with. Changes `schema`. Mirrors ToStructuralOpenAPIV2. */
function simplify(schema: JsonObject): void {
  for (const name of ['allOf', 'oneOf', 'anyOf', 'not']) delete schema[name];
  const nullable = new Set(propertiesOf(schema).flatMap(([name, inner]) => (inner['nullable'] === true ? [name] : [])));
  const additional = objectAt(schema, 'additionalProperties');
  const loose = additional?.['nullable'] === true;
  if (schema['nullable'] === true) drop(schema, 'type', 'nullable', 'items', 'properties');
  if (schema[preserve] === true) drop(schema, 'items', 'properties');
  if (schema['items'] === undefined && schema['type'] === 'array') drop(schema, 'type');
  if (schema[preserve] === true && schema['type'] === 'object') drop(schema, 'type');
  const required = textsAt(schema, 'required').filter(
    (name) => schema['properties'] === undefined || !nullable.has(name),
  );
  if (loose || required.length === 0) drop(schema, 'required');
  else schema['required'] = required;
  for (const inner of innerSchemas(schema)) simplify(inner);
}

/** Embedded resources have what all objects have. Changes `schema`. */
function embed(schema: JsonObject, format: Format, descriptions: Descriptions): void {
  for (const inner of innerSchemas(schema)) embed(inner, format, descriptions);
  if (schema[embedded] !== true || (format === 'v2' && schema[preserve] === true)) return;
  const text = (own: string): JsonObject => ({ description: own, type: 'string' });
  const metadata = described(descriptions.describe(anyObject, 'metadata'));
  schema['properties'] = {
    ...objectAt(schema, 'properties'),
    apiVersion: text(
      `apiVersion defines the versioned schema of this representation of an object. More info: ${conventions}#resources`,
    ),
    kind: text(
      `kind is a string value representing the type of this object. In CamelCase. More info: ${conventions}#types-kinds`,
    ),
    metadata: reference('ObjectMeta', metadata, format),
  };
  const required = textsAt(schema, 'required');
  const missing = ['kind', 'apiVersion'].filter((name) => !required.includes(name));
  schema['required'] = [...required, ...missing];
}

/** Of the structure itself, not of what is nested in validations. */
function innerSchemas(schema: JsonObject): readonly JsonObject[] {
  const { items, additionalProperties: additional } = schema;
  return [
    ...propertiesOf(schema).map(([, inner]) => inner),
    ...(isJsonObject(items) ? [items] : []),
    ...(isJsonObject(additional) ? [additional] : []),
  ];
}

function drop(schema: JsonObject, ...names: readonly string[]): void {
  for (const name of names) delete schema[name];
}

/** `openAPIV3Schema` of a version. */
export function schemaOfVersion(definition: JsonObject, version: string): JsonObject | undefined {
  const found = objectsAt(objectAt(definition, 'spec'), 'versions').find((one) => textAt(one, 'name') === version);
  return objectAt(objectAt(found, 'schema'), 'openAPIV3Schema');
}
