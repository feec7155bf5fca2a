/**
 * An OpenAPI version 2 document in protobuf: what kubectl asks `/openapi/v2` for when it validates manifests of kinds it can't find in version 3
 * (lists, and what isn't served). Mirrors the messages of gnostic-models openapiv2/OpenAPIv2.proto, as far as our documents have what is in them.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { wire } from '../../api/codec/protobuf-reader.ts';
import { ProtobufWriter } from '../../api/codec/protobuf-writer.ts';
import { encodeYaml } from '../../api/codec/yaml-writer.ts';

/** Writes a value as the field of this number. Writers go from the end to the beginning. */
type Field = (writer: ProtobufWriter, number: number, value: JsonValue) => void;

/** Fields by their name in JSON. `x-…` are the fields whose names begin so. */
type Message = Readonly<Record<string, readonly [number: number, field: Field]>>;

export function encodeVersion2(document: Readonly<JsonObject>): Uint8Array {
  const writer = new ProtobufWriter();
  writeFields(writer, documentMessage, document);
  return writer.take();
}

const string: Field = (writer, number, value) => {
  if (typeof value !== 'string' || value === '') return;
  writer.string(value);
  writer.tag(number, wire.bytes);
};

/** With one that is empty. */
const element: Field = (writer, number, value) => {
  if (typeof value !== 'string') return;
  writer.string(value);
  writer.tag(number, wire.bytes);
};

const boolean: Field = (writer, number, value) => {
  if (value === true) flag(writer, number, value);
};

const flag: Field = (writer, number, value) => {
  writer.varint(value === true ? 1 : 0);
  writer.tag(number, wire.varint);
};

const integer: Field = (writer, number, value) => {
  if (typeof value !== 'number' || value === 0) return;
  writer.int64(value);
  writer.tag(number, wire.varint);
};

const double: Field = (writer, number, value) => {
  if (typeof value !== 'number' || value === 0) return;
  writer.double(value);
  writer.tag(number, wire.fixed64);
};

/** Any value is carried as YAML. */
const any = inside((writer, value) => string(writer, 2, Buffer.from(encodeYaml(value)).toString()));

const strings = repeated(element);

/** A string, or several, in a message of their own. */
const stringList = inside((writer, value) => strings(writer, 1, Array.isArray(value) ? value : [value]));

const schema: Field = (writer, number, value) => message(schemaMessage)(writer, number, value);

const additionalProperties = inside((writer, value) =>
  typeof value === 'boolean' ? flag(writer, 2, value) : schema(writer, 1, value),
);

const named = (field: Field): Field => inside((writer, value) => members(field)(writer, 1, value));

const schemaMessage: Message = {
  $ref: [1, string],
  format: [2, string],
  title: [3, string],
  description: [4, string],
  default: [5, any],
  multipleOf: [6, double],
  maximum: [7, double],
  exclusiveMaximum: [8, boolean],
  minimum: [9, double],
  exclusiveMinimum: [10, boolean],
  maxLength: [11, integer],
  minLength: [12, integer],
  pattern: [13, string],
  maxItems: [14, integer],
  minItems: [15, integer],
  uniqueItems: [16, boolean],
  maxProperties: [17, integer],
  minProperties: [18, integer],
  required: [19, strings],
  enum: [20, repeated(any)],
  additionalProperties: [21, additionalProperties],
  type: [22, stringList],
  items: [23, inside((writer, value) => schema(writer, 1, value))],
  allOf: [24, repeated(schema)],
  properties: [25, named(schema)],
  readOnly: [27, boolean],
  externalDocs: [29, message({ description: [1, string], url: [2, string] })],
  example: [30, any],
  'x-…': [31, members(any)],
};

const parameterMessage = (hasEmptyValue: boolean): Message => {
  const shift = hasEmptyValue ? 1 : 0;
  return {
    required: [1, boolean],
    in: [2, string],
    description: [3, string],
    name: [4, string],
    type: [5 + shift, string],
    format: [6 + shift, string],
    uniqueItems: [19 + shift, boolean],
  };
};

const bodyMessage: Message = {
  description: [1, string],
  name: [2, string],
  in: [3, string],
  required: [4, boolean],
  schema: [5, schema],
};

const places: Readonly<Record<string, readonly [number: number, message: Message]>> = {
  header: [1, parameterMessage(false)],
  query: [3, parameterMessage(true)],
  path: [4, parameterMessage(false)],
};

const parameter = inside((writer, value) => {
  if (!isJsonObject(value)) return;
  if (value['$ref'] !== undefined) return message({ $ref: [1, string] })(writer, 2, value);
  const place = typeof value['in'] === 'string' ? places[value['in']] : undefined;
  const whole = inside((inner) =>
    place
      ? inside((innermost) => message(place[1])(innermost, place[0], value))(inner, 2, value)
      : message(bodyMessage)(inner, 1, value),
  );
  whole(writer, 1, value);
});

const response = inside((writer, value) =>
  message({ description: [1, string], schema: [2, inside((inner, of) => schema(inner, 1, of))] })(writer, 1, value),
);

const securityRequirements = repeated(named(stringList));

const operation = message({
  tags: [1, strings],
  summary: [2, string],
  description: [3, string],
  operationId: [5, string],
  produces: [6, strings],
  consumes: [7, strings],
  parameters: [8, repeated(parameter)],
  responses: [9, named(response)],
  schemes: [10, strings],
  deprecated: [11, boolean],
  security: [12, securityRequirements],
  'x-…': [13, members(any)],
});

const pathItem = message({
  $ref: [1, string],
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  options: [6, operation],
  head: [7, operation],
  patch: [8, operation],
  parameters: [9, repeated(parameter)],
  'x-…': [10, members(any)],
});

const apiKey = message({
  type: [1, string],
  name: [2, string],
  in: [3, string],
  description: [4, string],
  'x-…': [5, members(any)],
});

const documentMessage: Message = {
  swagger: [1, string],
  info: [2, message({ title: [1, string], version: [2, string], description: [3, string] })],
  paths: [8, inside((writer, value) => members(pathItem)(writer, 2, value))],
  definitions: [9, named(schema)],
  security: [12, securityRequirements],
  securityDefinitions: [13, named(inside((writer, value) => apiKey(writer, 2, value)))],
  'x-…': [16, members(any)],
};

/** A message of which `write` writes what is in it. */
function inside(write: (writer: ProtobufWriter, value: JsonValue) => void): Field {
  return (writer, number, value) => {
    const from = writer.size;
    write(writer, value);
    writer.lengthSince(from, number);
  };
}

function message(fields: Message): Field {
  return inside((writer, value) => {
    if (isJsonObject(value)) writeFields(writer, fields, value);
  });
}

function repeated(field: Field): Field {
  return (writer, number, value) => {
    if (Array.isArray(value)) for (const item of value.toReversed()) field(writer, number, item);
  };
}

/** A message of name and value for each member of an object. */
function members(field: Field): Field {
  return (writer, number, value) => {
    if (!isJsonObject(value)) return;
    for (const [name, item] of Object.entries(value).toReversed()) {
      const from = writer.size;
      field(writer, 2, item);
      string(writer, 1, name);
      writer.lengthSince(from, number);
    }
  };
}

function writeFields(writer: ProtobufWriter, fields: Message, object: Readonly<JsonObject>): void {
  const backwards = Object.entries(fields).toSorted(([, [left]], [, [right]]) => right - left);
  for (const [name, [number, field]] of backwards) {
    const value = name === 'x-…' ? extensionsOf(object) : object[name];
    if (value !== undefined) field(writer, number, value);
  }
}

function extensionsOf(object: Readonly<JsonObject>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name.startsWith('x-')));
}
