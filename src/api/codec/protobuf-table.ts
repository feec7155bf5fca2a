/**
 * What the protobuf codec knows of the messages: a generated table, compiled message by message when first used.
 *
 * A field is one line, `number name type`:
 * - the name is JSON's; `.` means that the fields of the message stand in the object around it. `?` after it: left out of JSON when empty
 *   (Go's `omitempty`), `~`: left out when zero (`omitzero`);
 * - the type is a scalar, one of the special types, or a message's name; `[]` before it: repeated, `{}`: a map from strings, `*`: a
 *   pointer, so that it can be absent on the wire. Anything else is always written, even when zero.
 */

import { wire } from './protobuf-reader.ts';
import { schemaUnionMessages } from './protobuf-schema-union.ts';

/** The generated file's shape. */
export interface ProtobufTable {
  /** Message by `apiVersion kind`: `apps/v1 Deployment`. */
  readonly kinds: Readonly<Record<string, string>>;
  /** Fields by message (`io.k8s.api.core.v1.Pod`), in the order of Go's struct, which is that of upstream's JSON. */
  readonly messages: Readonly<Record<string, readonly string[]>>;
}

const scalarTypes = [
  'string',
  'bool',
  'int32',
  'int64',
  'double',
  'bytes',
  'time',
  'micro-time',
  'duration',
  'quantity',
  'int-or-string',
  'raw-json',
  'string-list',
  'schema-or-array',
  'schema-or-bool',
  'schema-or-strings',
] as const;

/** Types whose JSON isn't an object with the message's fields. */
export type ScalarType = (typeof scalarTypes)[number];

/** How values of the type are tagged. */
export function scalarWireType(type: ScalarType): number {
  if (type === 'bool' || type === 'int32' || type === 'int64') return wire.varint;
  return type === 'double' ? wire.fixed64 : wire.bytes;
}

type FieldShape = 'value' | 'pointer' | 'repeated' | 'map';

export interface MessageField {
  readonly number: number;
  /** JSON's name; undefined: inlined into the object around it. */
  readonly name: string | undefined;
  readonly shape: FieldShape;
  /** Left out of JSON when empty. */
  readonly omitEmpty: boolean;
  /** Left out of JSON when zero: only times have it. */
  readonly omitZero: boolean;
  /** A scalar, or undefined: then it is `message`. */
  readonly scalar: ScalarType | undefined;
  /** Compiled on first use, since messages refer to each other in cycles. Throws when the field is a scalar. */
  message(): Message;
}

export interface Message {
  readonly name: string;
  /** In the order of JSON. */
  readonly fields: readonly MessageField[];
  /** The same, by descending number: the order in which a message is written from its end. */
  readonly backwards: readonly MessageField[];
  /** Index in `fields` by number. */
  readonly indexes: ReadonlyMap<number, number>;
}

export interface Messages {
  /** The message of a kind; undefined: the table hasn't it, so it has no protobuf form. */
  ofKind(apiVersion: string, kind: string): Message | undefined;
  /** Throws when there is no such message. */
  named(name: string): Message;
}

const metaPackage = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Kinds that every group and version has. Mirrors apimachinery meta/v1 AddToGroupVersion. */
const kindsOfEveryVersion = new Set([
  'WatchEvent',
  'ListOptions',
  'GetOptions',
  'DeleteOptions',
  'CreateOptions',
  'UpdateOptions',
  'PatchOptions',
]);

const kindsOfV1 = new Set(['Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList']);
const kindsOfMeta = new Set(['PartialObjectMetadata', 'PartialObjectMetadataList']);

/** Compiles lazily: only messages in use cost memory. */
export function compileMessages(table: ProtobufTable): Messages {
  const compiled = new Map<string, Message>();
  function named(name: string): Message {
    const known = compiled.get(name);
    if (known) return known;
    const lines = Object.hasOwn(table.messages, name) ? table.messages[name] : schemaUnionMessages[name];
    if (!lines) throw new Error(`the protobuf table has no message ${name}`);
    const message = compileMessage(name, lines, named);
    compiled.set(name, message);
    return message;
  }
  return {
    named,
    ofKind(apiVersion, kind) {
      const key = `${apiVersion} ${kind}`;
      const name = Object.hasOwn(table.kinds, key) ? table.kinds[key] : undefined;
      if (name !== undefined) return named(name);
      const meta =
        kindsOfEveryVersion.has(kind) ||
        (apiVersion === 'v1' && kindsOfV1.has(kind)) ||
        (apiVersion === 'meta.k8s.io/v1' && kindsOfMeta.has(kind));
      return meta ? named(`${metaPackage}.${kind}`) : undefined;
    },
  };
}

function compileMessage(name: string, lines: readonly string[], named: (name: string) => Message): Message {
  const fields = lines.map((line) => compileField(name, line, named));
  return {
    name,
    fields,
    backwards: fields.toSorted((left, right) => right.number - left.number),
    indexes: new Map(fields.map((field, index) => [field.number, index])),
  };
}

function compileField(message: string, line: string, named: (name: string) => Message): MessageField {
  const parsed = /^(\d+) (.+?)(\?)?(~)? (\[\]|\{\}|\*)?(\S+)$/.exec(line);
  if (!parsed) throw new Error(`the protobuf table's ${message} has a malformed field: ${line}`);
  const [, number, json = '', omitEmpty, omitZero, shape, type = ''] = parsed;
  const scalar = scalarTypes.find((one) => one === type);
  let compiled: Message | undefined;
  return {
    number: Number(number),
    name: json === '.' ? undefined : json,
    shape: shape === '[]' ? 'repeated' : shape === '{}' ? 'map' : shape === '*' ? 'pointer' : 'value',
    omitEmpty: omitEmpty !== undefined,
    omitZero: omitZero !== undefined,
    scalar,
    message: () => (compiled ??= named(type)),
  };
}
