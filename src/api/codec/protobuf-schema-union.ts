/**
 * The three types of apiextensions that JSON writes as one of two things, and the wire as a message with a field for each. Mirrors
 * apiextensions/v1 marshal.go.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';

const schemaMessage = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

export type SchemaUnionType = 'schema-or-array' | 'schema-or-bool' | 'schema-or-strings';

export interface SchemaUnion {
  readonly message: string;
  toJson(fields: JsonObject): JsonValue;
  fromJson(value: JsonValue): JsonObject;
}

/** The messages' fields, as lines of the table. */
export const schemaUnionMessages: Readonly<Record<string, readonly string[]>> = {
  JSONSchemaPropsOrArray: [`1 schema? *${schemaMessage}`, `2 schemas? []${schemaMessage}`],
  JSONSchemaPropsOrBool: ['1 allows? bool', `2 schema? *${schemaMessage}`],
  JSONSchemaPropsOrStringArray: [`1 schema? *${schemaMessage}`, '2 property? []string'],
};

export const schemaUnions: Readonly<Record<SchemaUnionType, SchemaUnion>> = {
  'schema-or-array': {
    message: 'JSONSchemaPropsOrArray',
    toJson: ({ schema, schemas }) => schemas ?? schema ?? null,
    fromJson: (value) => (Array.isArray(value) ? { schemas: value } : isJsonObject(value) ? { schema: value } : {}),
  },
  'schema-or-bool': {
    message: 'JSONSchemaPropsOrBool',
    toJson: ({ allows, schema }) => schema ?? allows ?? false,
    fromJson: (value) => (isJsonObject(value) ? { allows: true, schema: value } : { allows: value }),
  },
  'schema-or-strings': {
    message: 'JSONSchemaPropsOrStringArray',
    toJson: ({ schema, property }) => property ?? schema ?? null,
    fromJson: (value) => (Array.isArray(value) ? { property: value } : isJsonObject(value) ? { schema: value } : {}),
  },
};
