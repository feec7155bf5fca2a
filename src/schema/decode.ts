/**
 * Turns JSON that a client sent into an object of a built-in type, just as upstream's decoder, its encoder and the trip through
 * storage would leave it: types are checked, unknown fields dropped and reported, quantities and times put into their one form,
 * what is absent written as Go writes a zero value, fields in Go's order. So what is stored equals what upstream would serve.
 *
 * Mirrors sigs.k8s.io/json UnmarshalStrict (errors and their order) and encoding/json (omitempty, omitzero).
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import { numberText } from '../api/codec/number-texts.ts';
import { goQuote, jsonTypeText } from '../api/go-text.ts';
import { unreachable } from '../lib/unreachable.ts';
import type { AnySchema, Field, ListSchema, MapSchema, ObjectSchema, ScalarSchema, Schema } from './schema.ts';
import { decodeScalar } from './go-scalars.ts';
import { writeField, zeroValue } from './go-zero.ts';

/** The value does not fit the type. The message is upstream's: `json: cannot unmarshal string into Go struct field …`. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

export interface Decoded {
  readonly object: JsonObject;
  /** `unknown field "spec.foo"`: for field validation Warn and Strict. At most 100, none twice. */
  readonly strictErrors: readonly string[];
}

/** As many as upstream remembers. */
const strictErrorsMax = 100;
/** Only types that contain themselves (JSONSchemaProps) can get near it. */
const depthMax = 1000;

/** Decodes a whole object. Throws {@link DecodeError}. `value` is left as it is. */
export function decodeObject(schema: ObjectSchema, value: JsonValue): Decoded {
  if (schema.decode) return schema.decode(value);
  const decoder = new Decoder();
  const object = decoder.value(schema, value);
  decoder.finish();
  return { object: isJsonObject(object) ? object : {}, strictErrors: decoder.strictErrors };
}

/**
 * Brings an object that our own code changed (admission, strategies, patches) back into the stored form. Throws
 * {@link DecodeError} where a patch made something of a wrong type.
 */
export function canonicalObject(schema: ObjectSchema, value: JsonObject): JsonObject {
  return decodeObject(schema, value).object;
}

class Decoder {
  readonly strictErrors: string[] = [];
  #firstError: string | undefined;
  /** Name of the Go struct around, and the JSON names on the way to it. */
  #struct = '';
  readonly #fields: string[] = [];
  /** The way with indexes and map keys: `spec.containers[0]`. */
  readonly #path: string[] = [];
  /** Above 0: inside a type with a decoder of its own, which isn't strict. */
  #lenient = 0;
  #depth = 0;
  /** Where the scalar stands that is looked at: what it was written as may be kept there. */
  #holder: object | undefined;
  #key: string | number = '';

  finish(): void {
    if (this.#firstError !== undefined) throw new DecodeError(this.#firstError);
  }

  /** `undefined`: nothing that can be kept. */
  value(schema: Schema, value: JsonValue): JsonValue | undefined {
    if (value === null) return undefined;
    switch (schema.type) {
      case 'object':
        return this.#object(schema, value);
      case 'map':
        return this.#map(schema, value);
      case 'list':
        return this.#list(schema, value);
      case 'any':
        return this.#any(schema, value);
      case 'string':
      case 'integer':
      case 'number':
      case 'boolean':
      case 'int-or-string':
        return this.#scalar(schema, value);
      default:
        return unreachable(schema);
    }
  }

  #object(schema: ObjectSchema, value: JsonValue): JsonValue | undefined {
    if (!isJsonObject(value)) return this.#mismatch(jsonTypeText(value), schema.goType ?? 'object');
    if (++this.#depth > depthMax) throw new DecodeError('exceeded max depth');
    const structBefore = this.#struct;
    const decoded = new Map<string, JsonValue | undefined>();
    for (const [name, inner] of Object.entries(value)) {
      const field = schema.field(name);
      if (field === undefined) {
        this.#unknown(schema, name);
        continue;
      }
      this.#struct = schema.goType?.split('.').at(-1) ?? '';
      this.#at(value, name);
      decoded.set(name, this.#field(field, inner));
      this.#struct = structBefore;
    }
    this.#depth--;
    const written: JsonObject = {};
    for (const name of schema.fieldNames()) {
      const field = schema.field(name);
      if (field) writeField(written, field, decoded.get(name));
    }
    if (schema.preserveUnknownFields) {
      for (const [name, inner] of Object.entries(value)) if (!schema.field(name)) written[name] = inner;
    }
    return written;
  }

  #field(field: Field, value: JsonValue): JsonValue | undefined {
    const inlined = field.go?.inlinedFrom ?? '';
    if (inlined !== '') this.#fields.push(inlined);
    this.#fields.push(field.name);
    this.#path.push(this.#path.length > 0 ? `.${field.name}` : field.name);
    const decoded = this.value(field.schema, value);
    this.#path.pop();
    this.#fields.pop();
    if (inlined !== '') this.#fields.pop();
    return decoded;
  }

  #map(schema: MapSchema, value: JsonValue): JsonValue | undefined {
    if (!isJsonObject(value)) return this.#mismatch(jsonTypeText(value), schema.goType ?? 'map');
    const map: JsonObject = {};
    // Go writes maps sorted. A key may be __proto__: never assigned, always defined.
    for (const key of Object.keys(value).toSorted()) {
      this.#path.push(this.#path.length > 0 ? `.${key}` : key);
      this.#at(value, key);
      defineKey(map, key, this.#element(schema.values, value[key] ?? null));
      this.#path.pop();
    }
    return map;
  }

  #list(schema: ListSchema, value: JsonValue): JsonValue | undefined {
    if (!Array.isArray(value)) return this.#mismatch(jsonTypeText(value), schema.goType ?? 'list');
    return value.map((item, index) => {
      this.#path.push(`[${index}]`);
      this.#at(value, index);
      const element = this.#element(schema.items, item);
      this.#path.pop();
      return element;
    });
  }

  /** An element is never left out: what is null becomes its type's zero value. */
  #element(schema: Schema, value: JsonValue): JsonValue {
    return this.value(schema, value) ?? zeroElement(schema);
  }

  #any(schema: AnySchema, value: JsonValue): JsonValue | undefined {
    if (!schema.objects) return value;
    const { schema: inner, otherwise } = schema.objects;
    this.#lenient++;
    try {
      if (isJsonObject(value)) return this.#object(inner, value);
      if (otherwise === 'boolean') {
        if (typeof value === 'boolean') return value;
        throw new DecodeError('boolean or JSON schema expected');
      }
      if (!Array.isArray(value) || value.length === 0) return undefined;
      const items: Schema = otherwise === 'list' ? inner : { type: 'string', format: 'plain', goType: 'string' };
      return value.map((item) => this.#element(items, item));
    } finally {
      this.#lenient--;
    }
  }

  #scalar(schema: ScalarSchema, value: JsonValue): JsonValue | undefined {
    // Of a patch: its digits are what there is of it.
    if (typeof value === 'bigint') return this.#number(schema, Number(value), String(value));
    return this.#number(
      schema,
      value,
      typeof value === 'number' && this.#holder ? numberText(this.#holder, this.#key) : undefined,
    );
  }

  #number(schema: ScalarSchema, value: JsonValue, text: string | undefined): JsonValue | undefined {
    const result = decodeScalar(schema, value, text);
    if (result.ok) return result.value;
    const problem = 'error' in result ? result.error : this.#mismatchText(result.found, result.goType);
    // Go's decoder goes on after a mismatch and tells the first; an error of a type's own decoder ends it at once.
    if (result.stops) throw new DecodeError(problem);
    this.#firstError ??= problem;
    return undefined;
  }

  #at(holder: object, key: string | number): void {
    this.#holder = holder;
    this.#key = key;
  }

  #mismatch(found: string, goType: string): undefined {
    this.#firstError ??= this.#mismatchText(found, goType);
  }

  #mismatchText(found: string, goType: string): string {
    const where = this.#fields.length > 0 ? `Go struct field ${this.#struct}.${this.#fields.join('.')}` : 'Go value';
    return `json: cannot unmarshal ${found} into ${where} of type ${goType}`;
  }

  #unknown(schema: ObjectSchema, name: string): void {
    if (schema.preserveUnknownFields || this.#lenient > 0 || this.strictErrors.length >= strictErrorsMax) return;
    const path = this.#path.length > 0 ? `${this.#path.join('')}.${name}` : name;
    this.strictErrors.push(`unknown field ${goQuote(path)}`);
  }
}

/** Storage keeps no null among elements: protobuf has none. */
function zeroElement(schema: Schema): JsonValue {
  return schema.type === 'string' && schema.format === 'byte' ? '' : zeroValue(schema);
}

function defineKey(map: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}
