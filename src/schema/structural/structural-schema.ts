/**
 * A CRD's `openAPIV3Schema`, compiled: all that validation, CEL rules, defaulting, pruning, apply and table columns ask of it, without
 * the texts (titles, descriptions), which are most of its bytes and which only OpenAPI wants. Mirrors apiextensions-apiserver
 * pkg/apiserver/schema Structural.
 *
 * One shape serves both for structural schemas and for the value validations nested in `allOf`, `anyOf`, `oneOf` and `not`: upstream's
 * rule that the latter may not say more is checked where CRDs are validated.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';

export type StructuralType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

export interface StructuralSchema {
  /** Absent: int-or-string, or anything (`preserveUnknownFields`), or a nested value validation. */
  readonly type?: StructuralType;
  readonly nullable?: true;
  readonly default?: JsonValue;

  /** By name; a `Map`, since names are the user's. */
  readonly properties?: ReadonlyMap<string, StructuralSchema>;
  /** `true`: any value. `false` is the same as absent, but for the schema's validation. */
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;

  /** `x-kubernetes-preserve-unknown-fields` */
  readonly preserveUnknownFields?: true;
  /** `x-kubernetes-embedded-resource` */
  readonly embeddedResource?: true;
  /** `x-kubernetes-int-or-string` */
  readonly intOrString?: true;
  /** `x-kubernetes-list-type`; absent: atomic. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** `x-kubernetes-map-type`; absent: granular. */
  readonly mapType?: 'atomic' | 'granular';
  /** `x-kubernetes-validations`, as written. */
  readonly validations?: readonly ValidationRule[];

  readonly format?: string;
  readonly maximum?: number;
  readonly exclusiveMaximum?: true;
  readonly minimum?: number;
  readonly exclusiveMinimum?: true;
  readonly multipleOf?: number;
  readonly maxLength?: number;
  readonly minLength?: number;
  /** Go RE2 syntax. */
  readonly pattern?: string;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly uniqueItems?: true;
  readonly maxProperties?: number;
  readonly minProperties?: number;
  readonly required?: readonly string[];
  readonly enum?: readonly JsonValue[];
  readonly allOf?: readonly StructuralSchema[];
  readonly anyOf?: readonly StructuralSchema[];
  readonly oneOf?: readonly StructuralSchema[];
  readonly not?: StructuralSchema;
}

/** Mirrors apiextensions/v1 ValidationRule; what is empty there is absent here. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  /** `.spec.replicas`: where the error is told to be. */
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/**
 * Compiles JSONSchemaProps as the store holds them: decoded to their type, so that every field is of its Go type or absent. What a
 * structural schema may not have (`$ref`, lists of `items`…) is passed by: validation refuses it.
 */
export function compileStructural(props: Readonly<JsonObject>): StructuralSchema {
  const schema: Writable<StructuralSchema> = {};
  for (const name of Object.keys(props)) {
    const value = props[name];
    if (value !== undefined) compileField(schema, name, value);
  }
  return schema;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Where only the name differs. */
const flags = {
  nullable: 'nullable',
  uniqueItems: 'uniqueItems',
  exclusiveMaximum: 'exclusiveMaximum',
  exclusiveMinimum: 'exclusiveMinimum',
  'x-kubernetes-preserve-unknown-fields': 'preserveUnknownFields',
  'x-kubernetes-embedded-resource': 'embeddedResource',
  'x-kubernetes-int-or-string': 'intOrString',
} as const;

function compileField(schema: Writable<StructuralSchema>, name: string, value: JsonValue): void {
  switch (name) {
    case 'default':
      // Upstream can't tell a default of null from none.
      if (value !== null) schema.default = value;
      return;
    case 'nullable':
    case 'uniqueItems':
    case 'exclusiveMaximum':
    case 'exclusiveMinimum':
    case 'x-kubernetes-preserve-unknown-fields':
    case 'x-kubernetes-embedded-resource':
    case 'x-kubernetes-int-or-string':
      if (value === true) schema[flags[name]] = true;
      return;
    case 'maximum':
    case 'minimum':
    case 'multipleOf':
    case 'maxLength':
    case 'minLength':
    case 'maxItems':
    case 'minItems':
    case 'maxProperties':
    case 'minProperties':
      if (typeof value === 'number') schema[name] = value;
      return;
    case 'format':
    case 'pattern':
      if (typeof value === 'string' && value !== '') schema[name] = value;
      return;
    case 'required':
      schema.required = texts(value);
      return;
    case 'enum':
      if (Array.isArray(value) && value.length > 0) schema.enum = value;
      return;
    default:
      compileStructure(schema, name, value);
  }
}

function compileStructure(schema: Writable<StructuralSchema>, name: string, value: JsonValue): void {
  switch (name) {
    case 'type':
      // Others are refused by validation.
      if (typeof value === 'string' && value !== '') schema.type = value as StructuralType;
      return;
    case 'properties':
      if (isJsonObject(value)) schema.properties = propertiesOf(value);
      return;
    case 'additionalProperties':
      if (typeof value === 'boolean') schema.additionalProperties = value;
      else if (isJsonObject(value)) schema.additionalProperties = compileStructural(value);
      return;
    case 'items':
    case 'not':
      if (isJsonObject(value)) schema[name] = compileStructural(value);
      return;
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      if (Array.isArray(value) && value.length > 0) schema[name] = value.filter(isJsonObject).map(compileStructural);
      return;
    case 'x-kubernetes-list-type':
      if (value === 'atomic' || value === 'set' || value === 'map') schema.listType = value;
      return;
    case 'x-kubernetes-list-map-keys':
      schema.listMapKeys = texts(value);
      return;
    case 'x-kubernetes-map-type':
      if (value === 'atomic' || value === 'granular') schema.mapType = value;
      return;
    case 'x-kubernetes-validations':
      if (Array.isArray(value) && value.length > 0) {
        // Decoded to their type, so rules are what they say.
        schema.validations = value.filter(isJsonObject) as unknown as readonly ValidationRule[];
      }
      return;
    default:
  }
}

function propertiesOf(value: JsonObject): ReadonlyMap<string, StructuralSchema> {
  const properties = new Map<string, StructuralSchema>();
  for (const [name, inner] of Object.entries(value)) {
    if (isJsonObject(inner)) properties.set(name, compileStructural(inner));
  }
  return properties;
}

function texts(value: JsonValue): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
